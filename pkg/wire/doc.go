// Package wire is the packet formats that a scanner meets: pure functions on
// bytes, one protocol a file. What comes from the network may be anything; to
// read it never panics and never allocates.
package wire

// Protocols that stand behind an IP header (IANA, Protocol Numbers).
const (
	ProtoICMP   = 1
	ProtoTCP    = 6
	ProtoICMPv6 = 58
)
