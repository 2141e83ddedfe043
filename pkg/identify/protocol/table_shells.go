package protocol

import "time"

// shells returns the protocols of remote shells and screens.
func shells() []Protocol {
	return []Protocol{
		{
			App: "ssh", Source: "RFC 4253 section 4.2", Ports: p(22), Greets: 3 * time.Second,
			Match: sshMatch, Once: true,
		},
		{
			App: "telnet", Source: "RFC 854, RFC 855", Ports: p(23, 2323), TLSPorts: p(992), Greets: 3 * time.Second,
			Match: telnetMatch,
		},
		{
			App: "rdp", Source: "[MS-RDPBCGR] sections 2.2.1.1 and 2.2.1.2", Ports: p(3389),
			Requests: []Request{{Name: "rdp", Build: rdpRequest}}, Match: rdpMatch, Upgrade: rdpUpgrade(),
		},
		{
			App: "x11", Source: "X Window System Protocol, section 8", Ports: p(6000, 6001, 6002, 6003, 6004, 6005),
			Requests: []Request{{Name: "x11", Build: x11Request}}, Match: x11Match,
		},
		{
			App: "vnc", Source: "RFC 6143 section 7.1.1", Ports: p(5900, 5901, 5902, 5903), Greets: 3 * time.Second,
			Match: vncMatch, Once: true,
		},
	}
}

func p(ports ...uint16) []uint16 { return ports }
