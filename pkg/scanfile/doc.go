// Package scanfile reads the result files of other scanners. The packages below it read one
// scanner's formats each.
//
// The tool opens a file, decompresses it (Decompress) and selects a Format by the first
// bytes. The Format's Read reads the file to its end in constant memory, translates the
// scanner's words (Translate) and passes each result to an Output, which writes our records.
//
// Terms: a source is a scanner, by its name in records. A host is whole when its end has
// been read, which only some formats mark. A file is torn if it ends before its format does.
package scanfile

import (
	"fmt"
	"io"

	"portkit/pkg/endpoint"
	"portkit/pkg/record"
)

// The sources, as in the field source.
const (
	Nmap     = record.SourceNmap
	Masscan  = record.SourceMasscan
	Zmap     = record.SourceZmap
	Naabu    = record.SourceNaabu
	RustScan = record.SourceRustScan
	Zgrab2   = record.SourceZgrab2
)

// Format is a format of result files.
type Format struct {
	// Name is the value of --format: "nmap-xml".
	Name string
	// Written is how a scanner writes the format: "nmap -oX".
	Written string
	// Is reports whether a file that begins with head is in the format. head is decompressed,
	// has neither a byte order mark nor space before it, and is shorter than SniffSize only if
	// the file is, or if ShowsFormat. It is nil for a format that its beginning does not show.
	Is func(head []byte) bool
	// IsAmbiguous reports whether a file for which Is holds may also be a list of targets. It
	// is nil for a format that targets never have.
	IsAmbiguous func(head []byte) bool
	// Read reads a file. An error of in is returned as it is. A file that is torn or not in
	// the format is a *Broken, and a missing port is ErrNoPort.
	Read func(in *Input, out *Output) error
}

// SniffSize is the number of bytes that Format.Is is called with.
const SniffSize = 4 << 10

// Input is a file to read.
type Input struct {
	io.Reader
	// Port is the port of results that have none, from --port; 0 if it is not given.
	Port uint16
	// Proto is the protocol of Port. HasProto is set if it was given too.
	Proto    endpoint.Proto
	HasProto bool
	// MaxLine is the maximum length of a line in bytes, which readers of long ones set; 0 for
	// ndjson.MaxLine.
	MaxLine int

	// lines and bytes are how much EachLine has read.
	lines, bytes int64
	// portless is the number of results without a port, firstPortless the line of the first.
	portless, firstPortless int64
}

// GivenPort returns the port of results that have none. The error is ErrNoPort.
func (in *Input) GivenPort() (uint16, error) {
	if in.Port == 0 {
		return 0, ErrNoPort
	}
	return in.Port, nil
}

// ErrNoPort means that a result has no port and none was given. EachLine and EachObject return
// it if no result of the file has one.
var ErrNoPort = fmt.Errorf("the results have no port; add it with --port")

// Broken is a file that ends too early or is not in its format. What was read before stays.
type Broken struct {
	Line int64 // from 1
	Byte int64 // offset from 0
	Msg  string
}

// EndsBefore returns the message about a file that ends before something.
func EndsBefore(what string) string {
	return "the file ends before " + what + ": the scan was interrupted, or the file is incomplete"
}

// Results returns a number of results in words.
func Results(n uint64) string {
	if n == 1 {
		return "1 result"
	}
	return fmt.Sprintf("%d results", n)
}

func (b *Broken) Error() string { return fmt.Sprintf("line %d, byte %d: %s", b.Line, b.Byte, b.Msg) }
