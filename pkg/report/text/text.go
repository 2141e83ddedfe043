// Package text writes reports for people who read them in a terminal or a mail.
package text

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"portkit/pkg/endpoint"
	"portkit/pkg/record"
	"portkit/pkg/report"
)

const (
	rule     = "============================================================"
	halfRule = "------------------------------"
)

// Write writes a block for each host: its open ports with the names of services,
// and the number of ports of each state; for silent hosts and those that are not unicast a
// line. For several hosts a block of totals follows. If r is grouped, Write writes an overview and a block for each group
// instead.
func Write(w io.Writer, r *report.Report) error {
	t := &writer{w: bufio.NewWriterSize(w, 64<<10), Report: r, totals: r.Totals()}
	if n := t.totals.Hosts; n > 1 { // distinguishes unused addresses from a firewall in front of them
		t.line("Hosts that replied: %d of %d", t.totals.Replied, n)
		t.few("Hosts without a reply to anything", t.totals.Silent)
		t.few("Hosts that stopped replying", t.totals.Lost)
	}
	if len(r.By) > 0 {
		t.groups()
	} else {
		t.hosts()
	}
	t.certificates()
	t.roundTrips()
	t.end()
	return t.w.Flush()
}

// writer writes a report. w keeps the error of a failed write until Flush.
type writer struct {
	*report.Report
	w      *bufio.Writer
	begun  bool // something was written
	totals *report.Counts
}

func (t *writer) hosts() {
	notUnicast := addresses{}
	for h := range t.Hosts() {
		counts, times := h.Tally(), h.Stats()
		switch {
		case counts.IsNotUnicast():
			notUnicast.add(t.Title(h.Name, h.Addr), counts.Total())
			continue
		case counts.IsSilent():
			continue
		}
		t.heading("SCAN SUMMARY FOR " + t.Title(h.Name, h.Addr))
		if n := counts.States[endpoint.Open]; n > 0 {
			t.line("OPEN PORTS (%d):", n)
			t.line(halfRule)
			for _, p := range h.OpenPorts() {
				t.line("%s", strings.Join(append([]string{t.portText(p)}, t.certText(p)...), ", "))
			}
			for _, f := range h.Folded() {
				t.line("%s", &f)
			}
			t.line("")
		}
		t.counts(&counts)
		t.unknown(&counts, "the host stopped replying")
		t.times(&times)
	}
	t.silent()
	if notUnicast.ports > 0 {
		if t.begun {
			t.line("")
		}
		t.line("Broadcast and multicast addresses, not probed: %s", &notUnicast)
	}
	if t.totals.Hosts > 1 {
		t.heading(fmt.Sprintf("TOTALS FOR %d HOSTS", t.totals.Hosts))
		t.line("Hosts with open ports: %d", t.totals.Open)
		t.sum(t.totals)
	}
}

// silent writes the silent hosts.
func (t *writer) silent() {
	if t.totals.Silent == 0 {
		return
	}
	t.heading(fmt.Sprintf("HOSTS WITHOUT A REPLY (%d)", t.totals.Silent))
	for h := range t.Silent() {
		t.line("%s", h)
	}
	if t.totals.Hosts == 1 {
		t.times(&t.totals.Times)
	}
}

// addresses is the hosts that are written in one line.
type addresses struct {
	some  []string
	hosts int
	ports uint64
}

func (a *addresses) add(title string, ports uint64) {
	const most = 4
	if a.hosts++; a.hosts <= most {
		a.some = append(a.some, title)
	}
	a.ports += ports
}

// String returns the first hosts and the number of ports: "192.0.2.255 (1024 ports)".
func (a *addresses) String() string {
	text := strings.Join(a.some, ", ")
	if more := a.hosts - len(a.some); more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return fmt.Sprintf("%s (%d %s)", text, a.ports, report.Noun(a.ports, "port", "ports"))
}

// few writes a number of hosts unless there are none.
func (t *writer) few(what string, hosts int) {
	if hosts > 0 {
		t.line("%s: %d", what, hosts)
	}
}

// heading writes a title between rules, after an empty line unless it comes
// first.
func (t *writer) heading(title string) {
	if t.begun {
		t.line("")
	}
	t.line("%s\n%s\n%[1]s\n", rule, title)
}

// portText returns an open port with its names and product, or why that is unknown:
// "22/tcp (ssh) OpenSSH 9.2p1", "22/tcp (ssh): not identified (silent)".
func (t *writer) portText(p report.OpenPort) string {
	text := p.String()
	if name := t.PortName(p); name != "" {
		text += " (" + name + ")"
	}
	if product := t.Product(p); product != "" {
		text += " " + product
	}
	if why := p.Unidentified(); why != "" {
		text += ": " + why
	}
	return text
}

// sum writes the ports and times of several hosts.
func (t *writer) sum(c *report.Counts) {
	t.counts(&c.Tally)
	t.unknown(&c.Tally, fmt.Sprintf("%d %s stopped replying", c.Lost, report.Noun(c.Lost, "host", "hosts")))
	t.times(&c.Times)
}

// counts writes the number of ports of each state, and the reasons of those that are
// neither open nor closed. An unused address, a firewall that rejects and one that
// drops differ only in their reasons.
func (t *writer) counts(n *report.Tally) {
	rest := n.States[endpoint.Filtered] + n.States[endpoint.OpenFiltered] + n.States[endpoint.Error]
	t.line("Total ports scanned: %d", n.Total())
	t.line("Open ports: %d", n.States[endpoint.Open])
	t.line("Closed ports: %d", n.States[endpoint.Closed])
	t.line("Filtered/Error ports: %d", rest)
	for state := endpoint.Filtered; state <= endpoint.Error; state++ {
		switch reasons := n.ReasonsOf(state); {
		case reasons != "":
			t.line("  %d %s: %s", n.States[state], state, reasons)
		case n.States[state] > 0:
			t.line("  %d %s", n.States[state], state)
		}
	}
}

// unknown writes the number of ports of which nothing is known because their hosts
// stopped replying.
func (t *writer) unknown(n *report.Tally, why string) {
	if lost := n.OfReason(endpoint.HostLost); lost > 0 {
		t.line("Unknown ports: %d (%s: %s)", lost, endpoint.HostLost, why)
	}
}

func (t *writer) times(times *record.Stats) {
	if times.Last > 0 {
		t.line("Results from: %s to %s", report.Clock(times.First), report.Clock(times.Last))
	}
	if h := &times.RTT; len(h.Bins) > 0 {
		t.line("RTT: %d %s, min %s, median %s, 99th percentile %s, max %s", h.Count(), report.Noun(h.Count(), "reply", "replies"),
			report.Millis(float64(h.Min)), report.Millis(h.Quantile(0.5)), report.Millis(h.Quantile(0.99)), report.Millis(float64(h.Max)))
	}
}

// maxBar is the length of the longest bar.
const maxBar = 40

// roundTrips draws the histogram of all round-trip times.
func (t *writer) roundTrips() {
	bars := report.Bars(&t.totals.Times.RTT)
	if len(bars) == 0 {
		return
	}
	highest := report.Highest(bars)
	t.line("\nRTT HISTOGRAM (upper bound, replies):")
	t.line(halfRule)
	for _, b := range bars {
		length := int((b.Count*maxBar + highest - 1) / highest)
		t.line("%s", strings.TrimRight(fmt.Sprintf("%14s %12d %s", report.Millis(float64(b.Max)), b.Count, strings.Repeat("#", length)), " "))
	}
}

// end writes the number of unreadable records, and why there are no results.
func (t *writer) end() {
	empty := !t.begun
	if bad := t.totals.Bad; bad > 0 {
		if !empty {
			t.line("")
		}
		t.line("Unreadable records: %d", bad)
	}
	if empty {
		t.line("%s", report.NoResults(t.totals.Bad))
	}
}

func (t *writer) line(format string, a ...any) {
	t.begun = true
	fmt.Fprintf(t.w, format, a...)
	t.w.WriteByte('\n')
}
