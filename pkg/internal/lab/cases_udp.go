package lab

import (
	"slices"

	"portkit/pkg/endpoint"
)

// UDPCases returns the cases for UDP, each with a host of its own.
func UDPCases() []Case {
	cases := slices.Concat(udpHostCases(), udpICMPCases(), udpLocalCases())
	for i := range cases {
		cases[i].Proto = endpoint.UDP
		if cases[i].Portable == 0 {
			cases[i].Portable = cases[i].Want
		}
	}
	return cases
}

// notConnected is why a connected socket misses a reply.
const notConnected = "a connected socket hears the port that was asked and no other"

// udpHostCases are replies of the host itself, and silence.
func udpHostCases() (cases []Case) {
	both := func(c Case) {
		cases = append(cases, c)
		c.Name, c.V6 = c.Name+"-v6", true
		cases = append(cases, c)
	}
	both(Case{Name: "answers", Kind: Answers, Want: endpoint.UDPResponse})
	both(Case{Name: "answers-twice", Kind: AnswersTwice, Want: endpoint.UDPResponse})
	both(Case{Name: "answers-late", Kind: AnswersLate, Want: endpoint.UDPResponse})
	both(Case{Name: "answers-64-kib", Kind: AnswersHuge, Want: endpoint.UDPResponse})
	both(Case{
		Name: "answers-elsewhere", Kind: AnswersElsewhere, Want: endpoint.UDPResponse,
		Portable: endpoint.NoResponse, Why: notConnected,
	})
	both(Case{Name: "answer-is-forged", Kind: AnswersForged, Want: endpoint.NoResponse})
	both(Case{Name: "closed", Kind: Refuses, Want: endpoint.PortUnreach})
	both(Case{Name: "silent", Kind: StaysSilent, Want: endpoint.NoResponse})
	both(Case{Name: "nobody-there", Kind: NobodyThere, Want: endpoint.HostUnreach})
	return append(cases,
		Case{Name: "answers-link-local", Kind: Answers, V6: true, LinkLocal: true, Want: endpoint.UDPResponse},
		Case{Name: "closed-link-local", Kind: Refuses, V6: true, LinkLocal: true, Want: endpoint.PortUnreach},
		Case{
			Name: "elsewhere-link-local", Kind: AnswersElsewhere, V6: true, LinkLocal: true, Want: endpoint.UDPResponse,
			Portable: endpoint.NoResponse, Why: notConnected,
		})
}

// passing is why a connected socket misses an ICMP error.
const passing = "Linux does not tell a connected socket of what may pass (icmp_err_convert)"

// udpICMPCases are those of TCP, except for what a connected socket learns of them.
func udpICMPCases() []Case {
	cases := icmpCases()
	for i := range cases {
		c := &cases[i]
		mayPass := slices.Contains([]uint8{0, 1, 5}, c.Code)
		if c.V6 {
			mayPass = slices.Contains([]uint8{0, 2, 3}, c.Code)
		}
		switch {
		case c.Kind == GatewayRejects:
			c.Portable, c.Why = 0, ""
		case mayPass || c.Kind != Unreachable:
			c.Portable, c.Why = endpoint.NoResponse, passing
		case c.Want == endpoint.PortUnreach:
			c.Portable, c.Why = 0, ""
		}
	}
	return cases
}

// udpLocalCases are those of TCP, except that sending reports a datagram that the
// scanner's own firewall stops.
func udpLocalCases() []Case {
	cases := localCases()
	for i := range cases {
		if c := &cases[i]; c.Kind == OwnDrop || c.Kind == OwnReject {
			c.Want, c.Portable, c.Why = endpoint.LocalError, 0, ""
		}
	}
	return cases
}
