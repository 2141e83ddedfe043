package endpoint

import (
	"slices"
	"testing"
)

// A result with evidence about the port replaces one without, such as after a second
// scan of the latter.
func TestReasonsAreSortedByNameThenWithoutEvidence(t *testing.T) {
	var names []string
	for r := Reason(1); int(r) < Reasons; r++ {
		names = append(names, r.String())
	}
	n := len(names) - 2
	if !slices.IsSorted(names[:n]) || n != 23 || slices.Contains(names, "") || !slices.Equal(names[n:], []string{"host-silent", "host-lost"}) {
		t.Errorf("reasons %q are not 23 names in order, host-silent and host-lost", names)
	}
}

func TestParseReversesString(t *testing.T) {
	for r := Reason(1); int(r) < Reasons; r++ {
		if got, ok := ParseReason(r.String()); !ok || got != r {
			t.Errorf("ParseReason(%q) = %v, %v", r, got, ok)
		}
		if r.State(TCP) == 0 || r.State(UDP) == 0 {
			t.Errorf("no state follows from %v", r)
		}
	}
	for s := State(1); int(s) < States; s++ {
		if got, ok := ParseState([]byte(s.String())); !ok || got != s {
			t.Errorf("ParseState(%q) = %v, %v", s, got, ok)
		}
	}
	for _, p := range []Proto{TCP, UDP} {
		if got, ok := ParseProto(p.String()); !ok || got != p {
			t.Errorf("ParseProto(%q) = %v, %v", p, got, ok)
		}
	}
}

func TestParseRejectsOtherWords(t *testing.T) {
	for _, s := range []string{"", "TCP", "sctp", "open ", "unknown"} {
		if _, ok := ParseProto(s); ok {
			t.Errorf("ParseProto(%q) accepts it", s)
		}
		if _, ok := ParseState(s); ok {
			t.Errorf("ParseState(%q) accepts it", s)
		}
		if _, ok := ParseReason(s); ok {
			t.Errorf("ParseReason(%q) accepts it", s)
		}
	}
	if State(99).String()+Reason(99).String()+Proto(99).String()+Method(99).String() != "" {
		t.Error("a value outside the tables has a name")
	}
}

// The evidence of an endpoint at which the run ended is the reason of the run's end.
func TestUnfinished(t *testing.T) {
	for r := Reason(1); int(r) < Reasons; r++ {
		if got := Unfinished(r.String()); got != (r == Interrupted || r == Deadline) {
			t.Errorf("Unfinished(%q) = %v", r, got)
		}
	}
}

func TestStateDependsOnTheProtocol(t *testing.T) {
	for _, c := range []struct {
		r    Reason
		p    Proto
		want State
	}{
		{PortUnreach, TCP, Filtered},
		{PortUnreach, UDP, Closed},
		{NoResponse, TCP, Filtered},
		{NoResponse, UDP, OpenFiltered},
		{SynAck, TCP, Open},
		{HostUnreach, UDP, Filtered},
	} {
		if got := c.r.State(c.p); got != c.want {
			t.Errorf("%v over %v is %v, want %v", c.r, c.p, got, c.want)
		}
	}
}
