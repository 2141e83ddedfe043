// Package wire encodes and decodes packets: pure functions on bytes, one protocol a
// file. Parsing accepts any bytes from the network, never panics and never allocates.
package wire

// Protocol numbers in IP headers (IANA, Protocol Numbers).
const (
	ProtoICMP   = 1
	ProtoTCP    = 6
	ProtoICMPv6 = 58
)
