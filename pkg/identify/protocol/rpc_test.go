package protocol

import "testing"

// rpcResult is an accepted reply of a status, with what follows it.
func rpcResult(status byte, rest string) string {
	return "\x80\x00\x00" + string([]byte{byte(24 + len(rest))}) + "prtc\x00\x00\x00\x01\x00\x00\x00\x00" +
		"\x00\x00\x00\x00\x00\x00\x00\x00" + "\x00\x00\x00" + string([]byte{status}) + rest
}

func TestRPC(t *testing.T) {
	t.Parallel()
	versions := "\x00\x00\x00\x04\x00\x00\x00\x04"
	for _, app := range []string{"rpcbind", "nfs"} {
		checkSamples(t, app, []sample{
			// Debian's rpcbind 1.2.6.
			{"success", app, rpcResult(0, ""), Certain, facts{}},
			{"another version", app, rpcResult(2, versions), Certain, facts{}},
			{"another program", app, rpcResult(1, ""), Certain, facts{app: "rpc"}},
			{"denied", app, "\x80\x00\x00\x14prtc\x00\x00\x00\x01\x00\x00\x00\x01\x00\x00\x00\x01\x00\x00\x00\x05", Certain, facts{app: "rpc"}},
			{"to another request", "dns", rpcResult(0, ""), No, facts{}},
			{"another id", app, "\x80\x00\x00\x18prtd" + rpcResult(0, "")[8:], No, facts{}},
			{"a call", app, "\x80\x00\x00\x18prtc\x00\x00\x00\x00" + rpcResult(0, "")[12:], No, facts{}},
			{"not the last fragment", app, "\x00\x00\x00\x18" + rpcResult(0, "")[4:], No, facts{}},
			{"too long a verifier", app, rpcResult(0, "")[:20] + "\x00\x00\x00\x60\x00\x00\x00\x00", No, facts{}},
			{"another status", app, rpcResult(9, ""), No, facts{}},
		})
		checkStrangers(t, app)
	}
}
