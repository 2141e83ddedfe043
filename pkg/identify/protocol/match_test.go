package protocol

import "testing"

// fixed is a protocol that matches everything with the same strength.
func fixed(app string, s Strength, request string, ports ...uint16) Protocol {
	return Protocol{
		App: app, Ports: ports, Requests: []Request{{Name: request}},
		Match: func(*Reply) Match { return Match{Strength: s} },
	}
}

func TestTheMoreSpecificMatchWins(t *testing.T) {
	for _, c := range []struct {
		name    string
		table   []Protocol
		request string
		want    string
	}{
		{"none", []Protocol{fixed("a", No, "a")}, "", ""},
		{"one", []Protocol{fixed("a", Likely, "a")}, "", "a"},
		{"the more certain", []Protocol{fixed("a", Likely, "a", 1), fixed("b", Certain, "b")}, "a", "b"},
		{"that of the request", []Protocol{fixed("a", Likely, "a", 1), fixed("b", Likely, "b")}, "b", "b"},
		{"that of the port", []Protocol{fixed("a", Likely, "a"), fixed("b", Likely, "b", 1)}, "", "b"},
		{"request before port", []Protocol{fixed("a", Certain, "a"), fixed("b", Certain, "b", 1)}, "a", "a"},
		{"a tie", []Protocol{fixed("a", Likely, "a"), fixed("b", Likely, "b")}, "c", ""},
		{"a tie below the best", []Protocol{fixed("a", Likely, "a"), fixed("b", Likely, "b"), fixed("c", Certain, "c")}, "", "c"},
		{"weak at another port", []Protocol{fixed("a", Weak, "a", 2)}, "a", ""},
		{"weak at its port", []Protocol{fixed("a", Weak, "a", 1)}, "", "a"},
		{"weak at its port, less than another", []Protocol{fixed("a", Weak, "a", 1), fixed("b", Likely, "b")}, "a", "b"},
		{"a tie of one app", []Protocol{fixed("a", Likely, "a"), fixed("a", Likely, "b")}, "", "a"},
	} {
		if m, _ := Recognize(c.table, &Reply{Request: c.request}, 1); m.App != c.want {
			t.Errorf("%s: %q, want %q", c.name, m.App, c.want)
		}
	}
}
