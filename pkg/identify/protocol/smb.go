package protocol

import "encoding/binary"

// smbRequest is SMB_COM_NEGOTIATE with a dialect of SMB 1 and two of SMB 2: a server of
// either replies, before any authentication.
func smbRequest(*Target) []byte {
	dialects := "\x02NT LM 0.12\x00\x02SMB 2.002\x00\x02SMB 2.???\x00"
	b := []byte("\xffSMB\x72\x00\x00\x00\x00" + // command, status
		"\x18\x53\xc8" + "\x00\x00" + "\x00\x00\x00\x00\x00\x00\x00\x00" + "\x00\x00" + // flags, process id, signature
		"\xff\xff\xfe\xff\x00\x00\x00\x00" + // tree, process, user, multiplex id
		"\x00") // no words
	b = binary.LittleEndian.AppendUint16(b, uint16(len(dialects)))
	b = append(b, dialects...)
	return append(binary.BigEndian.AppendUint32(nil, uint32(len(b))), b...)
}

const (
	smbMax      = 64 << 10
	smbResponse = 1    // flag of SMB 2
	smbReply    = 0x80 // flag of SMB 1
)

// smbMatch recognizes the reply to a negotiation, and the refusal of a session of
// NetBIOS (RFC 1002 section 4.3.4).
func smbMatch(r *Reply) (m Match) {
	c := cursor{rest: r.Data}
	kind, length := c.u8(), int(c.u8())<<16|int(c.u16())
	if kind == 0x83 {
		return smbNegative(&c, length, r)
	}
	if kind != 0 || !c.short && (length < 35 || length > smbMax) {
		return m
	}
	magic := c.bytes(4)
	if c.short {
		m.More = !r.Ended
		return m
	}
	ok := false
	switch string(magic) {
	case "\xfeSMB":
		ok = smb2(&c, length)
	case "\xffSMB":
		ok = smb1(&c, length)
	default:
		return m
	}
	if ok {
		m.Strength = Certain
	}
	m.More = !ok && c.short && !r.Ended
	return m
}

// smb2 parses the reply of SMB 2 after its magic number ([MS-SMB2] section 2.2.4).
func smb2(c *cursor, length int) bool {
	size := c.le16()
	c.bytes(2 + 4) // credit charge, status
	command := c.le16()
	c.le16() // credits
	flags := c.le32()
	c.bytes(44)
	body := c.le16()
	return !c.short && length >= 64+64 && size == 64 && command == 0 && flags&smbResponse != 0 && body == 65
}

// smb1 parses the reply of SMB 1 after its magic number ([MS-CIFS] section 2.2.4.52.2).
func smb1(c *cursor, length int) bool {
	command := c.u8()
	c.bytes(4) // status
	flags := c.u8()
	c.bytes(22)
	words := int(c.u8())
	c.bytes(2 * words)
	n := int(c.le16())
	return !c.short && command == 0x72 && flags&smbReply != 0 &&
		(words == 1 || words == 13 || words == 17) && length == 32+1+2*words+2+n
}

// smbNegative parses a negative session response.
func smbNegative(c *cursor, length int, r *Reply) (m Match) {
	code := c.u8()
	if c.short {
		m.More = !r.Ended && (len(r.Data) < 4 || length == 1)
		return m
	}
	if length == 1 && len(c.rest) == 0 && (code >= 0x80 && code <= 0x83 || code == 0x8f) {
		m.Strength = Certain
	}
	return m
}
