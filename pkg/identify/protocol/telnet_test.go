package protocol

import "testing"

func TestTelnetReplies(t *testing.T) {
	checkReplies(t, "telnet", []replyCase{
		// Debian's telnetd, RFC 854, RFC 1091.
		{data: "\xff\xfd\x18\xff\xfd\x20\xff\xfd\x23\xff\xfd\x27\xff\xfd\x24", want: Certain},
		{data: "\xff\xfb\x25\xff\xfb\x26\xff\xfd\x18\xff\xfd\x20\xff\xfd\x23\xff\xfd\x27\xff\xfd\x24", request: "http", want: Certain},
		{data: "\xff\xfb\x01\r\nUser Access Verification\r\n\r\nUsername: ", want: Certain},
		{data: "\xff\xfb\x01", want: Likely},
		{data: "\xff\xfa\x18\x01\xff\xf0\xff\xfd\x18login: ", want: Certain},
		{data: "Welcome\xff\xfb\x01login: ", want: Likely},
		{data: "switch login: ", want: Weak},
		// Audio, a database, an invalid command, text.
		{data: "\xff\xfb\x90\x64\x00\x00\x00\x00"},
		{data: "\xff\xfb\x01\x00\x00\x00\x07"},
		{data: "\xff\x00\x00\x01"},
		{data: "\xff\xff\xff\xff"},
		{data: "please wait\r\n"},
		{data: "SSH-2.0-OpenSSH_9.2p1\r\n"},
	})
}

func TestPromptsAreTelnetAtItsPortOnly(t *testing.T) {
	for port, want := range map[uint16]string{23: "telnet", 2000: ""} {
		if app := recognized(t, "", "login: ", port); app != want {
			t.Errorf("port %d: %q, want %q", port, app, want)
		}
	}
}
