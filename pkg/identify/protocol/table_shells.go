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
	}
}

func p(ports ...uint16) []uint16 { return ports }
