package protocol

import (
	"strings"
	"testing"
)

func smbSamples() []sample {
	zeros := func(n int) string { return strings.Repeat("\x00", n) }
	smb2 := "\xfeSMB\x40\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x00\x01\x00\x00\x00" + zeros(44) +
		"\x41\x00\x01\x00\xff\x02\x00\x00" + zeros(56) + strings.Repeat("x", 74)
	smb1 := "\xffSMB\x72\x00\x00\x00\x00\x98\x53\xc8" + zeros(20) + "\x11\x00\x00\x03" + zeros(31) + "\x04\x00abcd"
	none := "\xffSMB\x72\x00\x00\x00\x00\x98\x53\xc8" + zeros(20) + "\x01\xff\xff\x00\x00"
	return []sample{
		// The header of Debian's Samba 4.17.
		{"SMB 2", "smb", "\x00\x00\x00\xca" + smb2, Certain, facts{}},
		{"SMB 1", "smb", "\x00\x00\x00\x49" + smb1, Certain, facts{}},
		{"no dialect in common", "smb", "\x00\x00\x00\x25" + none, Certain, facts{}},
		{"NetBIOS session required", "smb", "\x83\x00\x00\x01\x8f", Certain, facts{}},
		{"wrong length", "smb", "\x00\x00\x00\x50" + smb1, No, facts{}},
		{"SMB 2 request", "smb", "\x00\x00\x00\xca" + strings.Replace(smb2, "\x01\x00\x01\x00\x00\x00", "\x01\x00\x00\x00\x00\x00", 1), No, facts{}},
		{"another code", "smb", "\x83\x00\x00\x01\x00", No, facts{}},
		{"another magic number", "smb", "\x00\x00\x00\xca" + "RFB 003.008\n", No, facts{}},
	}
}

func TestSMB(t *testing.T) {
	t.Parallel()
	checkSamples(t, "smb", smbSamples())
	checkStrangers(t, "smb")
}
