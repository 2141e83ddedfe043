package protocol

import (
	"encoding/binary"
	"strings"
)

// MySQL's packets have a header of four bytes: the length of the payload in three, and
// a sequence number. The server sends the first one: its handshake, or an error.
const (
	mysqlHandshake = 10
	mysqlError     = 0xff
	mysqlMaxGreet  = 1 << 10
)

// mysqlMatch recognizes the first packet of a server.
func mysqlMatch(r *Reply) (m Match) {
	payload, more := mysqlPacket(r.Data)
	if payload == nil {
		m.More = more && !r.Ended
		return m
	}
	c := cursor{rest: payload}
	switch c.u8() {
	case mysqlHandshake:
		return mysqlGreeting(&c)
	case mysqlError:
		return mysqlRefusal(&c)
	}
	return m
}

// mysqlPacket returns the payload of the first packet, and if it is incomplete, whether
// it may become one.
func mysqlPacket(data []byte) (payload []byte, more bool) {
	var header [5]byte
	n := copy(header[:], data)
	length := int(binary.LittleEndian.Uint32(append([]byte(nil), header[0], header[1], header[2], 0)))
	if n > 1 && length > mysqlMaxGreet || n > 3 && (header[3] != 0 || length < 10) ||
		n > 4 && header[4] != mysqlHandshake && header[4] != mysqlError {
		return nil, false
	}
	if n < 5 || len(data) < 4+length {
		return nil, true
	}
	return data[4 : 4+length], false
}

// mysqlGreeting parses protocol version 10 of the handshake, after that number.
func mysqlGreeting(c *cursor) (m Match) {
	version := c.zstring()
	c.bytes(4 + 8) // thread id, start of the nonce
	filler := c.u8()
	c.le16() // capabilities
	if c.short || filler != 0 || !mysqlVersionLike(version) {
		return m
	}
	m.Strength = Certain
	m.Product, m.Version = mysqlProduct(version)
	m.Texts = []Text{{"mysql.banners", version}}
	return m
}

// mysqlVersionLike reports whether s begins like a version and is text.
func mysqlVersionLike(s string) bool {
	return s != "" && s[0] >= '0' && s[0] <= '9' && strings.Contains(s, ".") && isText([]byte(s))
}

// mysqlProducts are the parts of a version by which other servers than MySQL name
// themselves, in lower case.
var mysqlProducts = []struct{ part, product string }{
	{"mariadb", "MariaDB"},
	{"percona", "Percona Server"},
	{"tidb", "TiDB"},
	{"vitess", "Vitess"},
	{"clickhouse", "ClickHouse"},
	{"proxysql", "ProxySQL"},
	{"oceanbase", "OceanBase"},
}

// mysqlBuilds are the beginnings of what MySQL itself, and its packages, append to the
// version.
var mysqlBuilds = []string{"", "log", "debug", "community", "commercial", "enterprise", "standard", "cluster", "nt", "0ubuntu", "0+deb", "1debian", "max"}

// mysqlProduct parses the version of a handshake. MariaDB writes "5.5.5-" before its own
// version, so that old replicas accept it.
func mysqlProduct(s string) (product, version string) {
	lower := strings.ToLower(s)
	for _, p := range mysqlProducts {
		if !strings.Contains(lower, p.part) {
			continue
		}
		if p.part == "mariadb" {
			s = strings.TrimPrefix(s, "5.5.5-")
		}
		version, rest, _ := strings.Cut(s, "-")
		if p.part == "tidb" { // 5.7.25-TiDB-v6.1.0
			if _, v, ok := strings.Cut(rest, "-v"); ok {
				version, _, _ = strings.Cut(v, "-")
			}
		}
		version, _, _ = strings.Cut(version, " ")
		return p.product, version
	}
	version, build, _ := strings.Cut(s, "-")
	for _, b := range mysqlBuilds {
		if build == b || b != "" && strings.HasPrefix(strings.ToLower(build), b) {
			return "MySQL", version
		}
	}
	return "", s
}

// mysqlRefusals are the errors that a server sends in place of the handshake: too many
// connections, of this host, host blocked, not privileged.
var mysqlRefusals = []uint16{1040, 1129, 1130, 1203, 1226}

// mysqlRefusal parses an error packet, after its first byte.
func mysqlRefusal(c *cursor) (m Match) {
	code := c.le16()
	text := string(c.rest)
	if len(text) > 6 && text[0] == '#' {
		text = text[6:] // SQL state
	}
	if c.short || code < 1000 || code >= 5000 || text == "" || !isText([]byte(text)) {
		return m
	}
	m.Strength = Certain
	for _, n := range mysqlRefusals {
		m.Limited = m.Limited || n == code
	}
	switch {
	case strings.Contains(text, "MariaDB"):
		m.Product = "MariaDB"
	case strings.Contains(text, "MySQL"):
		m.Product = "MySQL"
	}
	m.Texts = []Text{{"mysql.error", text}}
	return m
}

// mysqlUpgrade starts TLS: after a handshake that permits it, an SSLRequest, which the
// TLS handshake follows at once.
func mysqlUpgrade() *Upgrade {
	return &Upgrade{Steps: []UpgradeStep{
		{Build: func(*Target) []byte { return nil }, Next: mysqlTLSOffered},
		{Build: mysqlTLSRequest, Next: func([]byte) (complete, ok bool) { return true, true }},
	}}
}

// Capability flags.
const (
	mysqlProtocol41 = 1 << 9
	mysqlTLS        = 1 << 11
	mysqlSecure     = 1 << 15 // nonce of 20 bytes
)

// mysqlTLSOffered reports whether a handshake is complete and its capabilities contain
// TLS. A server without TLS would take an SSLRequest for a login.
func mysqlTLSOffered(data []byte) (complete, ok bool) {
	payload, more := mysqlPacket(data)
	if payload == nil {
		return !more, false
	}
	c := cursor{rest: payload}
	version := c.u8()
	c.zstring()
	c.bytes(4 + 8 + 1)
	return true, version == mysqlHandshake && c.le16()&mysqlTLS != 0
}

// mysqlTLSRequest is an SSLRequest: capabilities, maximum packet size, character set.
func mysqlTLSRequest(*Target) []byte {
	b := []byte{32, 0, 0, 1}
	b = binary.LittleEndian.AppendUint32(b, mysqlProtocol41|mysqlTLS|mysqlSecure)
	b = binary.LittleEndian.AppendUint32(b, 1<<24)
	return append(append(b, 45), make([]byte, 23)...) // 45: utf8mb4
}
