package payload

// requests returns the table of requests. Those of one port are sent in this order.
func requests() []Request {
	all := make([]Request, 0, 64)
	for _, part := range [][]Request{infrastructure(), directory(), media(), tunnels(), machines(), games()} {
		all = append(all, part...)
	}
	return all
}

func infrastructure() []Request {
	return []Request{
		{App: "echo", Ports: p(7), Build: echoBuild, Match: echoMatch, Source: "RFC 862"},
		{App: "daytime", Ports: p(13), Build: emptyBuild, Match: daytimeMatch, Source: "RFC 867", loose: true, Large: true, Note: "The request is empty."},
		{App: "time", Ports: p(37), Build: emptyBuild, Match: timeMatch, Source: "RFC 868", loose: true, Large: true, Note: "The request is empty; the reply is four bytes."},
		{App: "mdns", Ports: p(5353), Build: mdnsBuild, Match: mdnsMatch, Source: "RFC 6762 section 6.7"},
		{
			App: "mdns", Ports: p(5353), Build: mdnsServicesBuild, Match: mdnsServicesMatch, Source: "RFC 6763 section 9", Large: true,
			Note: "Lists the types of all services; sent only to a responder that did not reply to the query for its address.",
		},
		{App: "dns", Ports: p(53, 5353), Build: dnsBuild, Match: dnsMatch, Source: "RFC 1035 section 4.1, RFC 4892 section 2"},
		{
			App: "dns", Ports: p(53), Build: dnsLocalBuild, Match: dnsLocalMatch, Source: "RFC 1035 section 4.1, RFC 6761 section 6.3", Large: true,
			Note: "A server without the name may refer to the root servers, in at most 512 bytes; sent only if there was no reply to the query for the server's identity.",
		},
		{App: "tftp", Ports: p(69), Build: tftpBuild, Match: tftpMatch, Source: "RFC 1350 section 5", FromOtherPort: true, loose: true, Note: "Requests a file that does not exist."},
		{App: "rpcbind", Ports: p(111), Build: rpcbindBuild, Match: rpcbindMatch, Source: "RFC 5531 section 12, RFC 1833 section 3"},
		{App: "ntp", Ports: p(123), Build: ntpBuild, Match: ntpMatch, Source: "RFC 5905 section 7.3", Note: "A client request (mode 3), never a control message."},
		{App: "snmp", Ports: p(161), Build: snmpBuild, Match: snmpMatch, Source: "RFC 3414 section 4", Note: "SNMPv3 discovery, which requires neither community nor user; an agent without version 3 does not reply."},
		{App: "nfs", Ports: p(2049), Build: nfsBuild, Match: nfsMatch, Source: "RFC 5531 section 12, RFC 1813 section 3.3.0"},
		{App: "nat-pmp", Ports: p(5351), Build: natpmpBuild, Match: natpmpMatch, Source: "RFC 6886 section 3.2", loose: true},
		{App: "pcp", Ports: p(5351), Build: pcpBuild, Match: pcpMatch, Source: "RFC 6887 section 14.1", loose: true, Note: "ANNOUNCE, which creates no mapping."},
	}
}

func directory() []Request {
	return []Request{
		{App: "kerberos", Ports: p(88), Build: kerberosBuild, Match: kerberosMatch, Source: "RFC 4120 section 5.4.1", Note: "A realm that does not exist, so the reply is an error."},
		{
			App: "netbios-ns", Ports: p(137), Build: netbiosBuild, Match: netbiosMatch, Source: "RFC 1002 section 4.2.17", Large: true,
			Note: "Large for a node with more than twenty names. Every node must reply to it.",
		},
		{
			App: "xdmcp", Ports: p(177), Build: xdmcpBuild, Match: xdmcpMatch, Source: "X Display Manager Control Protocol 1.1", loose: true, Large: true,
			Note: "The request is seven bytes; the reply contains the host name and a status.",
		},
		{App: "cldap", Ports: p(389), Build: cldapBuild, Match: cldapMatch, Source: "RFC 4511 section 4.5.1, [MS-ADTS] section 7.7", Note: "The root entry, without attributes."},
		{App: "kpasswd", Ports: p(464), Build: kpasswdBuild, Match: kpasswdMatch, Source: "RFC 3244 section 2", Note: "Contains neither an authenticator nor a password, so it is refused."},
		{App: "slp", Ports: p(427), Build: slpBuild, Match: slpMatch, Source: "RFC 2608 sections 8.1 and 11.2", Note: "Requests the agent, not the registered services."},
		{
			App: "mssql-browser", Ports: p(1434), Build: mssqlBuild, Match: mssqlMatch, Source: "[MC-SQLR] section 2.2.3", Large: true,
			Note: "One instance, in at most 1,024 bytes; the request for all of them is not sent.",
		},
		{
			App: "mssql-browser", Ports: p(1434), Build: mssqlExpressBuild, Match: mssqlMatch, Source: "[MC-SQLR] section 2.2.3", Large: true,
			Note: "For the other default instance name.",
		},
		{App: "ssdp", Ports: p(1900), Build: ssdpBuild, Match: ssdpMatch, Source: "UPnP Device Architecture 2.0 section 1.3.2", Note: "Root devices only."},
		{App: "ws-discovery", Ports: p(3702), Build: wsdBuild, Match: wsdMatch, Source: "WS-Discovery (April 2005) section 5"},
		{App: "ws-discovery", Ports: p(3702), Build: wsdDeviceBuild, Match: wsdDeviceMatch, Source: "WS-Discovery (April 2005) section 5", Note: "For devices that reply only if their type is named."},
		{App: "memcached", Ports: p(11211), Build: memcachedBuild, Match: memcachedMatch, Source: "memcached doc/protocol.txt", Note: "The command version; never stats or get."},
	}
}

func media() []Request {
	return []Request{
		{App: "stun", Ports: p(3478, 3479, 19302), Build: stunBuild, Match: stunMatch, Source: "RFC 8489 section 6"},
		{App: "iax2", Ports: p(4569), Build: iaxBuild, Match: iaxMatch, Source: "RFC 5456 section 6.7.1"},
		{App: "sip", Ports: p(5060), Build: sipBuild, Match: sipMatch, Source: "RFC 3261 section 11, RFC 3581", Note: "With Max-Forwards 0, so it is not forwarded."},
		{App: "gtp", Ports: p(2152, 2123), Build: gtpBuild, Match: gtpMatch, Source: "3GPP TS 29.281 section 7.2.1, TS 29.060 section 7.2.1"},
	}
}

func tunnels() []Request {
	return []Request{
		{App: "ike", Ports: p(500), Build: ikeBuild, Match: ikeMatch, Source: "RFC 7296 sections 1.2 and 2.7", Note: "With an unassigned cipher, so no association is started."},
		{App: "ike", Ports: p(4500), Build: natIKEBuild, Match: natIKEMatch, Source: "RFC 7296 section 2.23, RFC 3948 section 2.2"},
		{App: "openvpn", Ports: p(1194), Build: openvpnBuild, Match: openvpnMatch, Source: "OpenVPN network protocol", Note: "A server with tls-auth or tls-crypt does not reply."},
		{App: "l2tp", Ports: p(1701), Build: l2tpBuild, Match: l2tpMatch, Source: "RFC 2661 sections 5.7 and 6.4", Note: "Ends a tunnel that does not exist; starting one would leave it half open."},
		{App: "quic", Ports: p(443, 853, 4433, 8443), Build: quicBuild, Match: quicMatch, Source: "RFC 9000 sections 6 and 17.2.1", Note: "An unsupported version; the request is longer than the reply."},
		{
			App: "dtls", Ports: p(4433, 443, 853, 2083, 3391, 5061, 5349, 5684, 6514, 8443, 10161), Build: dtlsBuild, Match: dtlsMatch,
			Source: "RFC 6347 section 4.2.1", Note: "Without a cipher, so no certificate is sent.",
		},
	}
}

func machines() []Request {
	return []Request{
		{App: "ipmi", Ports: p(623), Build: ipmiBuild, Match: ipmiMatch, Source: "IPMI 2.0 section 22.13"},
		{App: "rmcp", Ports: p(623, 664), Build: rmcpBuild, Match: rmcpMatch, Source: "ASF 2.0 section 3.2.4.2"},
		{App: "mqtt-sn", Ports: p(1883, 1884, 10000), Build: mqttsnBuild, Match: mqttsnMatch, Source: "MQTT-SN 1.2 section 5.4.2", loose: true},
		{App: "knxnet", Ports: p(3671), Build: knxBuild, Match: knxMatch, Source: "KNX standard 3/8/2, description", Note: "A description of the device, about 70 bytes."},
		{App: "coap", Ports: p(5683), Build: coapBuild, Match: coapMatch, Source: "RFC 7252 section 4.3"},
		{App: "ethernet-ip", Ports: p(44818), Build: enipBuild, Match: enipMatch, Source: "CIP volume 2 section 2-4.2"},
		{App: "bacnet", Ports: p(47808), Build: bacnetBuild, Match: bacnetMatch, Source: "ASHRAE 135 section 15.5.2, annex J", Note: "ReadProperty, since Who-Is may be answered by broadcast."},
	}
}

func games() []Request {
	return []Request{
		{App: "bittorrent-dht", Ports: p(6881, 51413), Build: dhtBuild, Match: dhtMatch, Source: "BEP 5, BEP 43"},
		{
			App: "a2s", Ports: p(27015, 27016), Build: a2sBuild, Match: a2sMatch, Source: "Valve, Server queries, A2S_INFO", Large: true,
			Note: "Old servers without a challenge reply with name, map and game, most in under 250 bytes.",
		},
	}
}

func p(ports ...uint16) []uint16 { return ports }
