package protocol

import "encoding/binary"

const (
	postgresqlTLS     = 80877103 // the code of an SSLRequest
	postgresqlVersion = 9999 << 16
	postgresqlMax     = 8 << 10
)

// postgresqlTLSRequest is an SSLRequest. The reply is one byte, 'S' or 'N'.
func postgresqlTLSRequest(*Target) []byte { return postgresqlStartup(postgresqlTLS) }

// postgresqlBadRequest is a StartupMessage of a version that no server supports. It
// contains no user, and the reply is an error.
func postgresqlBadRequest(*Target) []byte { return postgresqlStartup(postgresqlVersion) }

func postgresqlStartup(code uint32) []byte {
	return binary.BigEndian.AppendUint32([]byte{0, 0, 0, 8}, code)
}

// postgresqlMatch recognizes an ErrorResponse, and the reply to an SSLRequest.
func postgresqlMatch(r *Reply) (m Match) {
	if len(r.Data) == 1 && r.For("postgresql") && (r.Data[0] == 'S' || r.Data[0] == 'N') {
		m.Strength = Likely
		return m
	}
	c := cursor{rest: r.Data}
	if kind := c.u8(); kind != 'E' {
		return m
	}
	length := int(c.u32())
	if c.short {
		m.More = !r.Ended && len(r.Data) > 0
		return m
	}
	if length < 16 || length > postgresqlMax {
		return m
	}
	body := c.bytes(length - 4)
	if c.short {
		m.More = !r.Ended
		return m
	}
	return postgresqlError(body)
}

// postgresqlError parses the fields of an ErrorResponse: a letter and a string each.
// Severity, code and message are always present.
func postgresqlError(body []byte) (m Match) {
	c := cursor{rest: body}
	fields := map[byte]string{}
	for {
		kind := c.u8()
		if kind == 0 {
			break
		}
		if kind < 'A' || kind > 'z' || len(fields) > 20 {
			return m
		}
		fields[kind] = c.zstring()
	}
	if !c.done() || fields['S'] == "" || len(fields['C']) != 5 || fields['M'] == "" {
		return m
	}
	m.Strength = Certain
	// Other servers of this protocol name files of their own.
	if f := fields['F']; f == "postmaster.c" || f == "backend_startup.c" {
		m.Product = "PostgreSQL"
	}
	// 53300: too many connections; 57P03: starting up, shutting down or recovering.
	m.Limited = fields['C'] == "53300" || fields['C'] == "57P03"
	return m
}

// postgresqlUpgrade starts TLS by an SSLRequest. Bytes after the 'S' would not be
// protected, and are refused.
func postgresqlUpgrade() *Upgrade {
	return &Upgrade{Steps: []UpgradeStep{{
		Build: postgresqlTLSRequest,
		Next:  func(data []byte) (complete, ok bool) { return len(data) > 0, string(data) == "S" },
	}}}
}
