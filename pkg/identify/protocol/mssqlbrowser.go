package protocol

import "strings"

// mssqlBrowserMatch reads the instance that SQL Server Browser describes: SVR_RESP, with
// names and values between semicolons. It is little-endian.
func mssqlBrowserMatch(r *Reply) (m Match) {
	const response = 5
	c := cursor{rest: r.Data}
	kind, length := c.u8(), int(c.le16())
	if c.short || kind != response || length != len(c.rest) || !strings.HasPrefix(string(c.rest), "ServerName;") {
		return m
	}
	m.Strength, m.Product, m.Vendor = Certain, "Microsoft SQL Server", "Microsoft"
	fields := strings.Split(string(c.rest[:min(len(c.rest), 1024)]), ";")
	for i := 0; i+1 < len(fields); i += 2 {
		if fields[i] == "Version" && leadingVersion(fields[i+1]) == fields[i+1] {
			m.Version = fields[i+1]
			return m
		}
	}
	return m
}
