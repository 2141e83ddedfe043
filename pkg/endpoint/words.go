package endpoint

// Proto is a transport protocol. The zero value is TCP, as in the records,
// where tcp is what an absent proto means.
type Proto uint8

// The transport protocols.
const (
	TCP Proto = iota
	UDP
)

// State is what a port is taken to be. The values are ordered from the most
// definite to the least, which is the order in which answers about one
// endpoint outweigh each other.
type State uint8

// The states, the most definite first. The zero State is none at all.
const (
	Open State = iota + 1
	Closed
	Filtered
	OpenFiltered
	Error
)

// States is how many states there are, plus one for the zero State: the
// length of an array indexed by State.
const States = int(Error) + 1

// Reason is what a state rests on. The values are in the alphabetical order
// of their names, so that comparing Reasons compares names.
type Reason uint8

// The reasons. The zero Reason is none at all.
const (
	AdminProhibited Reason = iota + 1
	BadRecord
	ConnRefused
	Deadline
	DestUnreach
	HostProhibited
	HostUnreach
	Interrupted
	LocalError
	NetProhibited
	NetUnreach
	NoResponse
	NotUnicast
	OutOfScope
	PortUnreach
	ProtoUnreach
	RateLimited
	Reset
	ResolveFailed
	SYNReceived
	SynAck
	TimeExceeded
	UDPResponse
)

// Reasons is how many reasons there are, plus one for the zero Reason: the
// length of an array indexed by Reason.
const Reasons = int(UDPResponse) + 1

// Method is how an endpoint was asked.
type Method uint8

// The methods. The zero Method is none at all: nothing was asked.
const (
	Connect Method = iota + 1
	SYN
	UDPDatagram
	Simulate
)

var protoNames = [...]string{TCP: "tcp", UDP: "udp"}

var stateNames = [...]string{
	Open: "open", Closed: "closed", Filtered: "filtered",
	OpenFiltered: "open|filtered", Error: "error",
}

var methodNames = [...]string{
	Connect: "connect", SYN: "syn", UDPDatagram: "udp", Simulate: "simulate",
}

// reasonTable spells each reason and says which state it stands for.
var reasonTable = [...]struct {
	name  string
	state State
}{
	AdminProhibited: {"admin-prohibited", Filtered},
	BadRecord:       {"bad-record", Error},
	ConnRefused:     {"conn-refused", Closed},
	Deadline:        {"deadline", Error},
	DestUnreach:     {"dest-unreach", Filtered},
	HostProhibited:  {"host-prohibited", Filtered},
	HostUnreach:     {"host-unreach", Filtered},
	Interrupted:     {"interrupted", Error},
	LocalError:      {"local-error", Error},
	NetProhibited:   {"net-prohibited", Filtered},
	NetUnreach:      {"net-unreach", Filtered},
	NoResponse:      {"no-response", Filtered},
	NotUnicast:      {"not-unicast", Error},
	OutOfScope:      {"out-of-scope", Error},
	PortUnreach:     {"port-unreach", Filtered},
	ProtoUnreach:    {"proto-unreach", Filtered},
	RateLimited:     {"rate-limited", OpenFiltered},
	Reset:           {"reset", Closed},
	ResolveFailed:   {"resolve-failed", Error},
	SYNReceived:     {"syn", Open},
	SynAck:          {"syn-ack", Open},
	TimeExceeded:    {"time-exceeded", Filtered},
	UDPResponse:     {"udp-response", Open},
}

// State returns the state that r stands for when a port of protocol p was
// asked. A udp port that is unreachable is closed (RFC 1122 section 4.1.3.1)
// and one that stays silent may be either; a tcp port that is unreachable
// was rejected by something other than its own host's TCP.
func (r Reason) State(p Proto) State {
	switch {
	case int(r) >= len(reasonTable):
		return 0
	case p == UDP && r == PortUnreach:
		return Closed
	case p == UDP && r == NoResponse:
		return OpenFiltered
	}
	return reasonTable[r].state
}

// String returns "tcp" or "udp".
func (p Proto) String() string { return name(protoNames[:], int(p)) }

// String returns the state's word as it stands in records, or "".
func (s State) String() string { return name(stateNames[:], int(s)) }

// String returns the method's word as it stands in records, or "".
func (m Method) String() string { return name(methodNames[:], int(m)) }

// String returns the reason's word as it stands in records, or "".
func (r Reason) String() string {
	if int(r) >= len(reasonTable) {
		return ""
	}
	return reasonTable[r].name
}

// ParseProto reads "tcp" or "udp". ok is false for any other text.
func ParseProto[T string | []byte](s T) (p Proto, ok bool) {
	i := index(protoNames[:], s)
	return Proto(max(i, 0)), i >= 0
}

// ParseState reads a state's word. ok is false for any other text.
func ParseState[T string | []byte](s T) (State, bool) {
	i := index(stateNames[:], s)
	return State(max(i, 0)), i > 0
}

// ParseMethod reads a method's word. ok is false for any other text.
func ParseMethod[T string | []byte](s T) (Method, bool) {
	i := index(methodNames[:], s)
	return Method(max(i, 0)), i > 0
}

// ParseReason reads a reason's word. ok is false for any other text.
func ParseReason[T string | []byte](s T) (Reason, bool) {
	for i := 1; i < len(reasonTable); i++ {
		if reasonTable[i].name == string(s) {
			return Reason(i), true
		}
	}
	return 0, false
}

func name(names []string, i int) string {
	if i >= len(names) {
		return ""
	}
	return names[i]
}

func index[T string | []byte](names []string, s T) int {
	for i, n := range names {
		if n == string(s) {
			return i
		}
	}
	return -1
}
