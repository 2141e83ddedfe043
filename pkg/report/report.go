// Package report contains what the formats of a report have in common: the
// Report itself, counts, groups, hosts, ports and times, and the rows of a
// comparison. Each package below this one writes one format.
package report

import (
	"fmt"
	"iter"
	"net/netip"
	"slices"
	"time"

	"portkit/pkg/endpoint"
	"portkit/pkg/record"
)

// Report is the input of every format.
type Report struct {
	// Records yields the summary records in the order of summary.Sum.Records,
	// each time it is called.
	Records iter.Seq[*record.Summary]
	// By names the fields that the user groups by; host, ip and proto may be
	// among them.
	By []string
	// Stats selects times and round-trip times.
	Stats    bool
	Services Services
	// Escape appends text from the network or the input without characters that
	// control a terminal.
	Escape func([]byte, string) []byte
	// Program and Version are those of the tool.
	Program, Version string
	// Warn prints a message outside the report.
	Warn func(format string, a ...any)
	// Now is the time of writing.
	Now time.Time
	// Expiring is how long before they expire certificates are reported, in whole days.
	Expiring time.Duration
	// Terminal reports whether the output is a terminal.
	Terminal bool
}

// Services returns the service registered for a port; "" if there is none.
type Services interface {
	Name(p endpoint.Proto, port uint16) string
}

// Printable returns s with control characters escaped.
func (r *Report) Printable(s string) string { return string(r.Escape(nil, s)) }

// Title returns a host's address, or its name followed by the address.
func (r *Report) Title(host []byte, addr netip.Addr) string {
	if !addr.IsValid() || string(host) == addr.String() {
		return r.Printable(string(host))
	}
	return r.Printable(string(host) + " (" + addr.String() + ")")
}

// Address returns an address as text; "" if there is none.
func (r *Report) Address(a netip.Addr) string {
	if !a.IsValid() {
		return ""
	}
	return r.Printable(a.String()) // a zone may contain any character
}

// ByOthers returns r grouped by the fields except some.
func (r *Report) ByOthers(except ...string) *Report {
	others := *r
	others.By = slices.DeleteFunc(slices.Clone(r.By), func(name string) bool { return slices.Contains(except, name) })
	return &others
}

// Host is the records of a host at one address, in one group of records.
type Host struct {
	Name, By []byte
	Addr     netip.Addr
	Records  []record.Summary // one for each protocol
}

// Hosts yields the hosts of a report. A Host is valid until the next one.
func (r *Report) Hosts() iter.Seq[*Host] {
	return func(yield func(*Host) bool) {
		h := &Host{}
		for s := range r.Records {
			if s.Bad > 0 {
				continue
			}
			if len(h.Records) > 0 && (h.Addr != s.Addr || string(h.Name) != string(s.Host) || string(h.By) != string(s.By)) {
				if !yield(h) {
					return
				}
				h.Records = h.Records[:0]
			}
			h.By, h.Name, h.Addr = append(h.By[:0], s.By...), append(h.Name[:0], s.Host...), s.Addr
			kept := *s // s is reused for the next record
			kept.Host, kept.By, kept.Spans, kept.Found = h.Name, h.By, slices.Clone(s.Spans), slices.Clone(s.Found)
			kept.AcceptsAll, kept.Unidentified = slices.Clone(s.AcceptsAll), slices.Clone(s.Unidentified)
			h.Records = append(h.Records, kept)
		}
		if len(h.Records) > 0 {
			yield(h)
		}
	}
}

// Tally counts the ports of a host.
func (h *Host) Tally() (t Tally) {
	for i := range h.Records {
		t.Add(h.Records[i].Spans)
	}
	return t
}

// Stats returns the times of a host.
func (h *Host) Stats() (s record.Stats) {
	for i := range h.Records {
		s.Merge(&h.Records[i].Stats)
	}
	return s
}

// OpenPorts returns the open ports of a host, ascending.
func (h *Host) OpenPorts() (open []OpenPort) {
	for i := range h.Records {
		open = AppendOpenPorts(open, &h.Records[i])
	}
	SortPorts(open)
	return open
}

// NoResults returns why a report has no results, of which bad records could not
// be read.
func NoResults(bad uint64) string {
	if bad > 0 {
		return "No results: every record is unreadable or an error without an endpoint."
	}
	return "No results: the input has no records."
}

// Noun returns one or many, according to the integer n.
func Noun(n any, one, many string) string {
	if fmt.Sprint(n) == "1" {
		return one
	}
	return many
}
