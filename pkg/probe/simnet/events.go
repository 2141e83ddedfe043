package simnet

import (
	"net/netip"

	"portkit/pkg/endpoint"
	"portkit/pkg/probe"
)

// event is an answer on its way.
type event struct {
	at     probe.Time
	id     probe.ID
	reason endpoint.Reason
	n      uint8
	nobody bool
	flight uint32 // the attempt that it answers, for Forget; 0: any time
	gen    uint32 // of the flight

	from      netip.Addr // the sender
	elsewhere bool       // from a port that was not probed
}

// events is a heap of four children a node, by time of arrival. Without jitter
// they come in order, and pushing costs one comparison.
type events []event

// next is when the first arrives; Never without any.
func (h events) next() probe.Time {
	if len(h) == 0 {
		return probe.Never
	}
	return h[0].at
}

func (h *events) push(e event) {
	*h = append(*h, e)
	s := *h
	i := len(s) - 1
	for i > 0 {
		up := (i - 1) / 4
		if s[up].at <= e.at {
			break
		}
		s[i] = s[up]
		i = up
	}
	s[i] = e
}

func (h *events) pop() event {
	s := *h
	first, e := s[0], s[len(s)-1]
	s = s[:len(s)-1]
	*h = s
	if len(s) == 0 {
		return first
	}
	i := 0
	for {
		least := i
		at := e.at
		for c := 4*i + 1; c < min(4*i+5, len(s)); c++ {
			if s[c].at < at {
				least, at = c, s[c].at
			}
		}
		if least == i {
			break
		}
		s[i] = s[least]
		i = least
	}
	s[i] = e
	return first
}
