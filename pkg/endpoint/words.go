package endpoint

// Proto is a transport protocol. The zero value is TCP, the default in records.
type Proto uint8

// The transport protocols.
const (
	TCP Proto = iota
	UDP
)

// State is the state of a port. The values are ordered from the most definite to the
// least: of several results for one endpoint, the lowest counts.
type State uint8

// The states. The zero State means that there is no result.
const (
	Open State = iota + 1
	Closed
	Filtered
	OpenFiltered
	Error
)

// States is the length of an array indexed by State.
const States = int(Error) + 1

// Reason is the evidence for a state. Of several results for one endpoint with the same
// state, the one with the lowest reason counts. The values are in the alphabetical order
// of their names, except the last two: they are not evidence about the port, so every
// other result for it replaces them.
type Reason uint8

// The reasons. The zero Reason means that there is no result.
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
	HostSilent
	HostLost
)

// Reasons is the length of an array indexed by Reason.
const Reasons = int(HostLost) + 1

// Method is how an endpoint was probed.
type Method uint8

// The methods. The zero Method means that no probe was sent.
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

// reasonTable has the name of each reason and the state that follows from it.
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
	HostSilent:      {"host-silent", Filtered},
	HostLost:        {"host-lost", Filtered},
}

// State returns the state that follows from r for a port of protocol p. A UDP port
// that is unreachable is closed (RFC 1122 section 4.1.3.1), and one without a reply may
// be open or filtered. For TCP, port-unreach comes from a filter: the host's own TCP
// replies with a reset.
func (r Reason) State(p Proto) State {
	switch {
	case int(r) >= len(reasonTable):
		return 0
	case p == UDP && r == PortUnreach:
		return Closed
	case p == UDP && (r == NoResponse || r == HostSilent || r == HostLost):
		return OpenFiltered
	}
	return reasonTable[r].state
}

// IsICMP reports whether r is an ICMP error. Most systems limit the rate at which they send them
// (RFC 1812 section 4.3.2.8, RFC 4443 section 2.4).
func (r Reason) IsICMP() bool {
	switch r {
	case AdminProhibited, DestUnreach, HostProhibited, HostUnreach, NetProhibited, NetUnreach, PortUnreach, ProtoUnreach, TimeExceeded:
		return true
	}
	return false
}

// String returns "tcp" or "udp".
func (p Proto) String() string { return name(protoNames[:], int(p)) }

// String returns the state as in records, or "".
func (s State) String() string { return name(stateNames[:], int(s)) }

// String returns the method as in records, or "".
func (m Method) String() string { return name(methodNames[:], int(m)) }

// String returns the reason as in records, or "".
func (r Reason) String() string {
	if int(r) >= len(reasonTable) {
		return ""
	}
	return reasonTable[r].name
}

// ParseProto parses "tcp" or "udp".
func ParseProto[T string | []byte](s T) (p Proto, ok bool) {
	i := index(protoNames[:], s)
	return Proto(max(i, 0)), i >= 0
}

// ParseState parses a state as in records.
func ParseState[T string | []byte](s T) (State, bool) {
	i := index(stateNames[:], s)
	return State(max(i, 0)), i > 0
}

// ParseReason parses a reason as in records.
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
