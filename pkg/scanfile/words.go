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

// Kind is the kind of a word.
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

	{Zmap, StateWord, "synack", "", endpoint.Open, endpoint.SynAck},
	{Zmap, StateWord, "rst", "", endpoint.Closed, endpoint.Reset},

	{Zgrab2, StateWord, "success", "", endpoint.Open, 0},
	{Zgrab2, StateWord, "connection-refused", "", endpoint.Closed, 0},
	{Zgrab2, StateWord, "connection-timeout", "udp", endpoint.OpenFiltered, 0},
	{Zgrab2, StateWord, "io-timeout", "udp", endpoint.OpenFiltered, 0},
	{Zgrab2, StateWord, "connection-timeout", "", endpoint.Filtered, 0},
	{Zgrab2, StateWord, "connection-closed", "", endpoint.Open, 0},
	{Zgrab2, StateWord, "io-timeout", "", endpoint.Open, 0},
	{Zgrab2, StateWord, "handshake-error", "", endpoint.Open, 0},
	{Zgrab2, StateWord, "protocol-error", "", endpoint.Open, 0},
	{Zgrab2, StateWord, "application-error", "", endpoint.Open, 0},
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

// Translator translates words. It remembers the last ones, which most results share. The
// zero value is ready to use, by one goroutine.
type Translator struct {
	known []translation
	// newest is the index in known of the next translation once there are maxKnown.
	newest int
}

// maxKnown is the number of translations that are remembered.
const maxKnown = 32

// Translated is the meaning of the words of a source.
type Translated struct {
	State  endpoint.State
	Reason endpoint.Reason
	Known  bool // the state is known; it is 0 for an unfiltered port
}

type translation struct {
	source string
	proto  endpoint.Proto
	method endpoint.Method
	// state and reason are the words.
	state, reason string
	Translated
}

// Translate returns the meaning of the words for a state and for a reason, which may be
// empty. The result is valid until the next call.
func (t *Translator) Translate(source string, p endpoint.Proto, m endpoint.Method, state, reason []byte) *Translated {
	for i := range t.known {
		k := &t.known[i]
		if k.reason == string(reason) && k.state == string(state) && k.proto == p && k.method == m && k.source == source {
			return &k.Translated
		}
	}
	k := translation{source: source, proto: p, method: m, state: string(state), reason: string(reason)}
	k.translate()
	if len(t.known) < maxKnown {
		t.known = append(t.known, k)
		return &t.known[len(t.known)-1].Translated
	}
	t.newest = (t.newest + 1) % maxKnown
	t.known[t.newest] = k
	return &t.known[t.newest].Translated
}

func (t *translation) translate() {
	w := t.find(StateWord, t.state)
	if w == nil {
		return
	}
	t.State, t.Reason, t.Known = w.State, w.Reason, true
	if r := t.find(ReasonWord, t.reason); r != nil {
		t.Reason = r.Reason
	}
	byFilter := t.proto == endpoint.UDP && t.Reason == endpoint.PortUnreach && t.State == endpoint.Filtered
	if t.Reason.State(t.proto) != t.State && !byFilter {
		t.Reason = Weakest(t.State, t.proto, t.method)
	}
}

// find returns the first row for a word; nil if there is none.
func (t *translation) find(k Kind, word string) *Word {
	for i := range words {
		w := &words[i]
		if w.Kind == k && w.Word == word && (w.Source == "" || w.Source == t.source) &&
			(w.Only == "" || w.Only == t.proto.String() || w.Only == t.method.String()) {
			return w
		}
	}
	return nil
}

// IsReason reports whether the table has a word for a reason.
func IsReason(word string) bool {
	for i := range words {
		if words[i].Kind == ReasonWord && words[i].Word == word {
			return true
		}
	}
	return false
}
