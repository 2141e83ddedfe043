package protocol

import "testing"

func TestISCSI(t *testing.T) {
	t.Parallel()
	zeros := string(make([]byte, 16))
	tail := "port" + zeros + "\x02\x05" + zeros[:10]
	header := "\x23\x00\x00\x00\x00\x00\x00\x00" + zeros[:8]
	login := string(iscsiRequest(nil))
	checkSamples(t, "iscsi", []sample{
		// Debian's tgt 1.0.85.
		{"unsupported version", "iscsi", header + tail, Certain, facts{}},
		{"another tag", "iscsi", header + "x" + tail[1:], No, facts{}},
		{"no status", "iscsi", header + "port" + zeros + "\x04\x00" + zeros[:10], No, facts{}},
		{"reserved bytes", "iscsi", header + tail[:30] + "\x01\x00\x00\x00", No, facts{}},
		{"to another request", "http", header + tail, No, facts{}},
		{"echo", "iscsi", login, No, facts{}},
	})
	checkStrangers(t, "iscsi")
}
