package scanfile

import (
	"fmt"
	"io"

	"portkit/pkg/endpoint"
	"portkit/pkg/record"
	"portkit/pkg/service"
)

// Output writes the results of files as our records. It is for one goroutine.
type Output struct {
	w        io.Writer
	enc      record.Encoder
	services *service.Table
	report   Reporter
	err      error // of w

	noZone bool   // an address without its zone was reported
	line   []byte // one record
	held   []byte // the records of a host that is not whole yet
	counts Counts
	holds  uint64 // records in held
}

// maxHeld is the maximum size of the records of a host that is not whole. It holds every
// port of TCP and UDP. Beyond it records are written early.
const maxHeld = 48 << 20

// Reporter reports what readers find wrong with a file.
type Reporter interface {
	// Bad reports a line that could not be read, in a file whose other lines can be.
	Bad(line int64, msg string)
	// Note reports anything else about the file that the user should know.
	Note(msg string)
}

// NewOutput returns an Output that writes lines to w.
func NewOutput(w io.Writer, services *service.Table, report Reporter) *Output {
	return &Output{w: w, services: services, report: report}
}

// Put writes a result. The caller has set its state and reason by Translate; the field
// service is set here. r stays the caller's.
func (o *Output) Put(r *record.Imported) error {
	o.line = o.encode(o.line[:0], r)
	return o.write(o.line)
}

// Hold is like Put, but keeps the record until Release or Drop.
func (o *Output) Hold(r *record.Imported) error {
	o.held = o.encode(o.held, r)
	o.holds++
	if len(o.held) > maxHeld {
		return o.Release()
	}
	return nil
}

// Release writes the records that are held.
func (o *Output) Release() error {
	if len(o.held) == 0 {
		return nil
	}
	err := o.write(o.held)
	o.held, o.holds = o.held[:0], 0
	return err
}

func (o *Output) write(lines []byte) error {
	if o.err == nil {
		_, o.err = o.w.Write(lines)
	}
	return o.err
}

// Err returns the error of writing, after which nothing more is written.
func (o *Output) Err() error { return o.err }

// Drop discards the records that are held, and returns their number.
func (o *Output) Drop() (n uint64) {
	n = o.holds
	o.counts.Results -= n
	o.held, o.holds = o.held[:0], 0
	return n
}

func (o *Output) encode(dst []byte, r *record.Imported) []byte {
	if o.counts.Results++; r.State == 0 {
		o.counts.Add(Unfiltered, 1)
	} else {
		r.Service = o.Registered(r.Proto, r.Port)
	}
	if !o.noZone && r.Addr.Is6() && r.Addr.IsLinkLocalUnicast() && r.Addr.Zone() == "" {
		o.noZone = true
		o.report.Note(fmt.Sprintf("%s is a link-local address without a zone, which scanners do not write: add one, such as %%eth0, to probe it again", r.Addr))
	}
	return o.enc.Imported(dst, r)
}

// Registered returns the name of the service that is registered for a port, which is the
// field service; "" if there is none.
func (o *Output) Registered(p endpoint.Proto, port uint16) string { return o.services.Name(p, port) }

// Skip counts results that are not written.
func (o *Output) Skip(why Skipped, n uint64) { o.counts.Add(why, n) }

// Bad reports a line that could not be read, in a file whose other lines can be.
func (o *Output) Bad(line int64, msg string) {
	o.report.Bad(line, msg)
}

// Note reports something about the file that the user should know.
func (o *Output) Note(msg string) { o.report.Note(msg) }

// Counts returns the counts of all files so far.
func (o *Output) Counts() Counts { return o.counts }

// Counts are the numbers of results.
type Counts struct {
	Results uint64 // written
	Skipped [skipped]uint64
}

// Add adds n to the results of a kind.
func (c *Counts) Add(why Skipped, n uint64) { c.Skipped[why] += n }

// Skipped is why a result has no record, or one without a state.
type Skipped uint8

// The kinds of skipped results.
const (
	OtherProto Skipped = iota // neither TCP nor UDP: SCTP, IP protocols, ICMP
	Unlisted                  // of ports whose state is not in the file
	PortZero                  // a port that our records cannot have
	TimedOut                  // hosts: the scanner gave up
	Repeated                  // replies to one probe
	NoState                   // words without a state
	NoProto                   // nothing shows whether of TCP or UDP
	Unfiltered                // endpoint records, for portprobe
	skipped
)

// skipTexts has a row for each kind: the rest of a sentence that begins with a number, and
// whether the kind is normal, so that only -v reports it.
var skipTexts = [skipped]struct {
	one, many string
	normal    bool
}{
	OtherProto: {"result of another protocol than TCP and UDP was left out", "results of other protocols than TCP and UDP were left out", false},
	Unlisted:   {"result was left out: the file does not list it", "results were left out: the file does not list them", false},
	PortZero:   {"result for port 0 was left out", "results for port 0 were left out", false},
	TimedOut:   {"host was not finished: the scanner gave up on it", "hosts were not finished: the scanner gave up on them", false},
	Repeated:   {"repeated reply was left out", "repeated replies were left out", true},
	NoState:    {"result was left out: its state is unknown", "results were left out: their state is unknown", false},
	NoProto:    {"result was left out: the file does not contain its protocol", "results were left out: the file does not contain their protocol", false},
	Unfiltered: {"unfiltered port became an endpoint without a state", "unfiltered ports became endpoints without a state", true},
}

// Text returns a sentence about n results without their number, and whether it is normal
// that there are some.
func (s Skipped) Text(n uint64) (text string, normal bool) {
	row := skipTexts[s]
	if n == 1 {
		return row.one, row.normal
	}
	return row.many, row.normal
}
