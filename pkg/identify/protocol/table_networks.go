package protocol

// networks returns the protocols of directories, networks and file systems.
func networks() []Protocol {
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
	}
}
