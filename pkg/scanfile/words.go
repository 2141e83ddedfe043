package scanfile

import "portkit/pkg/endpoint"

// Word is a row of the table of words: what a word of a source means in our records.
type Word struct {
	// Source is the scanner; empty for the words that all scanners share.
	Source string
	// Kind is the field of the source that the word is from.
	Kind Kind
	// Word is the source's word.
	Word string
	// Only restricts the row to a protocol or a method; empty for none.
	Only string
	// State is the state, 0 if the word does not determine it, or of Unfiltered.
	State endpoint.State
	// Reason is the reason, 0 for the weakest of the state.
	Reason endpoint.Reason
}

// Kind is what a word describes.
type Kind uint8

// The kinds of words.
const (
	StateWord Kind = iota
	ReasonWord
)

// unfilteredWord is the state of a port that replies but was not asked whether it is open.
const unfilteredWord = "unfiltered"

// Words returns the table of words, in the order of the manual. Of several rows that match,
// the first counts. A reason must be one from which the state follows; what has no such
// reason gets the weakest one of its state.
func Words() []Word {
	return words
}

var words = []Word{
	{"", StateWord, "open", "", endpoint.Open, 0},
	{"", StateWord, "closed", "", endpoint.Closed, 0},
	{"", StateWord, "filtered", "", endpoint.Filtered, 0},
	{"", StateWord, "open|filtered", "", endpoint.OpenFiltered, 0},
	{Nmap, StateWord, "closed|filtered", "", endpoint.Filtered, 0},
	{Nmap, StateWord, unfilteredWord, "", 0, 0},

	{"", ReasonWord, "syn-ack", "", 0, endpoint.SynAck},
	{Nmap, ReasonWord, "split-handshake-syn", "", 0, endpoint.SYNReceived},
	{"", ReasonWord, "udp-response", "", 0, endpoint.UDPResponse},
	{"", ReasonWord, "conn-refused", "", 0, endpoint.ConnRefused},
	{"", ReasonWord, "reset", "connect", 0, endpoint.ConnRefused},
	{"", ReasonWord, "reset", "", 0, endpoint.Reset},
	{Masscan, ReasonWord, "rst-ack", "", 0, endpoint.Reset},
	{Masscan, ReasonWord, "rst", "", 0, endpoint.Reset},
	{Masscan, ReasonWord, "none", "udp", 0, endpoint.PortUnreach},
	{"", ReasonWord, "port-unreach", "", 0, endpoint.PortUnreach},
	{"", ReasonWord, "net-unreach", "", 0, endpoint.NetUnreach},
	{"", ReasonWord, "host-unreach", "", 0, endpoint.HostUnreach},
	{"", ReasonWord, "proto-unreach", "", 0, endpoint.ProtoUnreach},
	{"", ReasonWord, "net-prohibited", "", 0, endpoint.NetProhibited},
	{"", ReasonWord, "host-prohibited", "", 0, endpoint.HostProhibited},
	{"", ReasonWord, "admin-prohibited", "", 0, endpoint.AdminProhibited},
	{"", ReasonWord, "time-exceeded", "", 0, endpoint.TimeExceeded},
	{"", ReasonWord, "dest-unreach", "", 0, endpoint.DestUnreach},
	{"", ReasonWord, "no-response", "", 0, endpoint.NoResponse},
	{Nmap, ReasonWord, "host-silent", "", 0, endpoint.HostSilent},
	{Nmap, ReasonWord, "host-lost", "", 0, endpoint.HostLost},
	{Nmap, ReasonWord, "rate-limited", "", 0, endpoint.RateLimited},
}

// Weakest returns the reason for a state of which only the state is known.
func Weakest(s endpoint.State, p endpoint.Proto, m endpoint.Method) endpoint.Reason {
	switch {
	case s == endpoint.Open && p == endpoint.UDP:
		return endpoint.UDPResponse
	case s == endpoint.Open:
		return endpoint.SynAck
	case s == endpoint.Closed && p == endpoint.UDP:
		return endpoint.PortUnreach
	case s == endpoint.Closed && m == endpoint.Connect:
		return endpoint.ConnRefused
	case s == endpoint.Closed:
		return endpoint.Reset
	case s == 0:
		return 0
	}
	return endpoint.NoResponse
}

// Said is what a source says about a port.
type Said struct {
	Source        string
	Proto         endpoint.Proto
	Method        endpoint.Method
	State, Reason string // its words; Reason may be empty
}

// Translate returns the state and the reason of what a source says, and whether it knows
// the state. For an unfiltered port both are 0.
func Translate(s *Said) (state endpoint.State, reason endpoint.Reason, ok bool) {
	w := s.find(StateWord, s.State)
	if w == nil {
		return 0, 0, false
	}
	state, reason = w.State, w.Reason
	if r := s.find(ReasonWord, s.Reason); r != nil {
		reason = r.Reason
	}
	if reason.State(s.Proto) != state {
		reason = Weakest(state, s.Proto, s.Method)
	}
	return state, reason, true
}

// find returns the first row for a word; nil if there is none.
func (s *Said) find(k Kind, word string) *Word {
	for i := range words {
		w := &words[i]
		if w.Kind == k && w.Word == word && (w.Source == "" || w.Source == s.Source) &&
			(w.Only == "" || w.Only == s.Proto.String() || w.Only == s.Method.String()) {
			return w
		}
	}
	return nil
}
