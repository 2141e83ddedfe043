package payload

// SilentService is a protocol without a request.
type SilentService struct {
	Name  string
	Ports []uint16
	Why   string // a sentence, with its source
}

// Silent returns the protocols that do not reply to strangers, or have no harmless
// request, sorted by port. Their ports get only the empty datagram.
func Silent() []SilentService {
	return []SilentService{
		{"discard", []uint16{9}, "Discards all datagrams (RFC 863)."},
		{"qotd, chargen", []uint16{17, 19}, "Reply to any datagram at length: the empty one is enough (RFC 864, RFC 865)."},
		{"dhcp", []uint16{67, 68}, "A request reserves an address, and the reply is a broadcast (RFC 2131)."},
		{"netbios-dgm", []uint16{138}, "Datagrams get no reply (RFC 1002 section 4.4)."},
		{"snmp-trap", []uint16{162}, "Notifications get no reply (RFC 3416 section 4.2.6)."},
		{"syslog", []uint16{514}, "Messages get no reply (RFC 5426 section 1)."},
		{"rip, ripng", []uint16{520, 521}, "A router replies with its routes (RFC 2453 section 3.9.1)."},
		{"dhcpv6", []uint16{546, 547}, "A request may reserve an address, and comes from a fixed port (RFC 8415 section 7.2)."},
		{"radius", []uint16{1812, 1813, 1645, 1646}, "A reply requires a shared secret (RFC 2865 section 3, RFC 5997 section 4.2)."},
		{"hsrp", []uint16{1985}, "Routers communicate by multicast (RFC 2281 section 5)."},
		{"netflow, ipfix", []uint16{2055, 4739}, "Collectors do not reply (RFC 3954, RFC 7011 section 10)."},
		{"vxlan", []uint16{4789}, "Carries frames of other networks (RFC 7348 section 5)."},
		{"llmnr", []uint16{5355}, "Queries are multicast; unicast only over TCP (RFC 4795 section 2.4)."},
		{"geneve", []uint16{6081}, "Carries frames of other networks (RFC 8926 section 3)."},
		{"sflow", []uint16{6343}, "Collectors do not reply (sFlow version 5)."},
		{"statsd, gelf, collectd", []uint16{8125, 12201, 25826}, "Metrics and logs get no reply."},
		{"dnp3", []uint16{20000}, "A station replies only to its own link address, which is unknown (IEEE 1815 section 9.2)."},
		{"wireguard", []uint16{51820}, "A reply requires a known key (WireGuard paper, section 5.1)."},
	}
}
