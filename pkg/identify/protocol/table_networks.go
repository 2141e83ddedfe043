package protocol

import "time"

// networks returns the protocols of directories, networks and file systems.
func networks() []Protocol {
	rpc := []string{"rpc"}
	return []Protocol{
		{
			App: "smb", Source: "[MS-CIFS] section 2.2.4.52, [MS-SMB2] section 2.2.4", Ports: p(445, 139),
			Requests: []Request{{Name: "smb", Build: smbRequest}}, Match: smbMatch,
		},
		{
			App: "ldap", Source: "RFC 4511 section 4.5, RFC 4512 section 5.1", Ports: p(389, 3268), TLSPorts: p(636, 3269),
			Requests: []Request{{Name: "ldap", Build: ldapRequest}}, Match: ldapMatch, Upgrade: ldapUpgrade(),
		},
		{
			App: "dns", Source: "RFC 1035 section 4, RFC 4892", Ports: p(53), TLSPorts: p(853),
			Requests: []Request{{Name: "dns", Build: dnsRequest}, {Name: "dns-server", Build: dnsServerRequest}}, Match: dnsMatch,
		},
		{
			App: "socks5", Source: "RFC 1928 section 3", Ports: p(1080, 9050, 9150),
			Requests: []Request{{Name: "socks5", Build: socks5Request}}, Match: socks5Match,
		},
		{
			App: "socks4", Source: "SOCKS: A protocol for TCP proxy across firewalls", Ports: p(1080),
			Requests: []Request{{Name: "socks4", Build: socks4Request}}, Match: socks4Match,
		},
		{
			App: "rpcbind", General: rpc, Source: "RFC 5531 sections 9 and 11, RFC 1833 section 3", Ports: p(111),
			Requests: []Request{{Name: "rpcbind", Build: rpcbindRequest}}, Match: rpcMatch("rpcbind"),
		},
		{
			App: "nfs", General: rpc, Source: "RFC 5531 sections 9 and 11, RFC 1813 section 3.3.0", Ports: p(2049),
			Requests: []Request{{Name: "nfs", Build: nfsRequest}}, Match: rpcMatch("nfs"),
		},
		{
			App: "kerberos", Source: "RFC 4120 sections 5.4.1, 5.9.1 and 7.2.2", Ports: p(88),
			Requests: []Request{{Name: "kerberos", Build: kerberosRequest}}, Match: kerberosMatch,
		},
	}
}

// tunnels returns the protocols of tunnels, block devices, monitoring and middleware.
func tunnels() []Protocol {
	return []Protocol{
		{
			App: "9p", Source: "Plan 9 manual, section 5, version", Ports: p(564),
			Requests: []Request{{Name: "9p", Build: p9Request}}, Match: p9Match,
		},
		{
			App: "nbd", Source: "NBD protocol, handshake", Ports: p(10809), Greets: 2 * time.Second,
			Match: nbdMatch,
		},
		{
			App: "iscsi", Source: "RFC 7143 sections 11.12 and 11.13", Ports: p(3260, 860),
			Requests: one("iscsi", iscsiRequest), Match: iscsiMatch,
		},
		{
			App: "stun", Source: "RFC 8489 sections 5, 6.2.2 and 14.14", Ports: p(3478), TLSPorts: p(5349),
			Requests: one("stun", stunRequest), Match: stunStreamMatch,
		},
		{
			App: "tor", Source: "Tor specification, Negotiating and initializing connections", TLSPorts: p(9001),
			Requests: one("tor", torRequest), Match: torMatch,
		},
		{
			App: "openvpn", Source: "OpenVPN network protocol", Ports: p(1194),
			Requests: []Request{{Name: "openvpn", Build: openvpnRequest}}, Match: openvpnMatch,
		},
		{
			App: "pptp", Source: "RFC 2637 sections 2.1 and 2.2", Ports: p(1723),
			Requests: []Request{{Name: "pptp", Build: pptpRequest}}, Match: pptpMatch,
		},
		{
			App: "epmd", Source: "Erlang distribution protocol, section 14.1", Ports: p(4369),
			Requests: []Request{{Name: "epmd", Build: epmdRequest}}, Match: epmdMatch,
		},
		{
			App: "nrpe", Source: "NRPE, packet version 2", Ports: p(5666),
			Requests: []Request{{Name: "nrpe", Build: nrpeRequest}}, Match: nrpeMatch,
		},
		{
			App: "java-rmi", Source: "Java RMI specification, section 10.2", Ports: p(1099),
			Requests: []Request{{Name: "java-rmi", Build: rmiRequest}}, Match: rmiMatch,
		},
		{
			App: "ajp", Source: "AJP 1.3 protocol reference, CPing", Ports: p(8009),
			Requests: []Request{{Name: "ajp", Build: ajpRequest}}, Match: ajpMatch,
		},
		{
			App: "opc-ua", Source: "OPC 10000-6 section 7.1.2", Ports: p(4840), TLSPorts: p(4843),
			Requests: []Request{{Name: "opc-ua", Build: opcuaRequest}}, Match: opcuaMatch,
		},
	}
}
