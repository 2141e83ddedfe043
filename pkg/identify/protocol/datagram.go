package protocol

// Datagram is a row of the table of UDP services whose reply reveals more than the
// protocol.
type Datagram struct {
	// App is the name in records, that of package payload.
	App string
	// Source is the specification.
	Source string
	// Build returns the request. Ids in it are derived from the token. nil means that the
	// requests of package payload serve.
	Build func(t *Target, token uint64) []byte
	// Match reads a reply, and returns No if it is not a reply to r.Sent.
	Match func(r *Reply) Match
}

// Datagrams returns the rows. No reply is longer than about ten times its request: what
// could be used to amplify an attack is not sent.
//
// Further protocols of package payload have no row, because only a large reply or a
// control message would reveal more (CoAP's list of resources, NTP's modes 6 and 7), or
// because nothing does (QUIC's versions).
func Datagrams() []Datagram {
	return []Datagram{
		{App: "dns", Source: "RFC 4892 section 1", Build: dnsDatagram, Match: dnsDatagramMatch},
		{App: "memcached", Source: "memcached doc/protocol.txt", Match: memcachedDatagramMatch},
		{App: "mssql-browser", Source: "[MC-SQLR] section 2.2.5", Match: mssqlBrowserMatch},
		{App: "sip", Source: "RFC 3261 sections 11, 20.35 and 20.41", Build: sipDatagram, Match: sipDatagramMatch},
		{App: "snmp", Source: "RFC 3411 section 5, RFC 3414 section 4", Match: snmpMatch},
		{App: "ssdp", Source: "UPnP Device Architecture 2.0 section 1.3.3", Match: ssdpMatch},
		{App: "stun", Source: "RFC 8489 section 14.14", Match: stunMatch},
	}
}

// Read returns what a reply reveals.
func (d *Datagram) Read(sent, reply []byte) Match {
	m := d.Match(&Reply{Request: d.App, Sent: sent, Data: reply, Ended: true})
	if m.Strength != No {
		m.App = d.App
		m.clean()
	}
	return m
}
