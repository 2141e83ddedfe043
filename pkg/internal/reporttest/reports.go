// Package reporttest contains reports for the tests of all formats.
package reporttest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"math/rand/v2"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"portkit/pkg/cli"
	"portkit/pkg/endpoint"
	"portkit/pkg/internal/lab"
	"portkit/pkg/ndjson"
	"portkit/pkg/portspec"
	"portkit/pkg/record"
	"portkit/pkg/report"
	"portkit/pkg/service"
)

// Escape leaves visible traces, so that a test sees which texts it was applied to.
func Escape(dst []byte, s string) []byte {
	return append(dst, strings.NewReplacer("\x1b", "ESC", "\n", "LF").Replace(s)...)
}

// Host returns a summary record.
func Host(host, ip string, proto endpoint.Proto, spans ...record.Span) record.Summary {
	s := record.Summary{Host: []byte(host), Proto: proto, Spans: spans}
	if ip != "" {
		s.Addr = netip.MustParseAddr(ip)
	}
	return s
}

// Span returns a span of ports.
func Span(first, last uint16, state endpoint.State, reason endpoint.Reason) record.Span {
	return record.Span{First: first, Last: last, State: state, Reason: reason}
}

// Grouped returns s with the fields by.
func Grouped(by string, s record.Summary) record.Summary {
	s.By = []byte(by)
	return s
}

// WithTimes returns s with a result at a time and round-trip times in
// microseconds.
func WithTimes(s record.Summary, when int64, us ...int64) record.Summary {
	s.Stats.Add(when, -1)
	for _, n := range us {
		s.Stats.Add(0, time.Duration(n)*time.Microsecond)
	}
	return s
}

// Reports returns records by name.
func Reports() map[string][]record.Summary {
	apps := Host("192.0.2.1", "192.0.2.1", endpoint.TCP,
		Span(22, 23, endpoint.Open, endpoint.SynAck),
		Span(24, 24, endpoint.Closed, endpoint.ConnRefused),
		Span(47777, 47778, endpoint.Open, endpoint.SynAck))
	apps.Found = []record.Found{
		{Port: 22, App: "ssh"}, {Port: 23, App: "ssh"}, {Port: 24, App: "odd"}, {Port: 47778, App: "http\x1b[2J"},
	}
	var groups []record.Summary
	for i := range 30 {
		s := Host("n.example", "192.0.2.1", endpoint.TCP, Span(1, 9, endpoint.Closed, endpoint.ConnRefused))
		if i%10 == 3 {
			s.Spans = []record.Span{
				Span(22, 22, endpoint.Open, endpoint.SynAck), Span(5000, 5030, endpoint.Open, endpoint.SynAck),
				Span(6000, 6000, endpoint.Error, endpoint.Deadline),
			}
		}
		s = Grouped(fmt.Sprintf(`"team":%d`, i), s)
		groups = append(groups, s, s)
		groups[len(groups)-1].Host = []byte("a-very-long-name-of-a-host-in-the-department-of-long-names.example")
	}
	return map[string][]record.Summary{
		"empty": nil,
		"one-host": {
			Host("192.168.1.1", "192.168.1.1", endpoint.TCP,
				Span(1, 21, endpoint.Closed, endpoint.ConnRefused),
				Span(22, 22, endpoint.Open, endpoint.SynAck),
				Span(23, 79, endpoint.Closed, endpoint.ConnRefused),
				Span(80, 80, endpoint.Open, endpoint.SynAck),
				Span(81, 442, endpoint.Closed, endpoint.ConnRefused),
				Span(443, 443, endpoint.Open, endpoint.SynAck),
				Span(444, 998, endpoint.Closed, endpoint.ConnRefused),
				Span(999, 1000, endpoint.Filtered, endpoint.NoResponse)),
		},
		"nothing-open": {
			Host("192.168.1.1", "192.168.1.1", endpoint.TCP, Span(1, 10, endpoint.Closed, endpoint.ConnRefused)),
		},
		"several-hosts": {
			Host("192.0.2.1", "192.0.2.1", endpoint.TCP, Span(22, 23, endpoint.Open, endpoint.SynAck)),
			Host("192.0.2.1", "192.0.2.1", endpoint.UDP,
				Span(22, 22, endpoint.Open, endpoint.UDPResponse),
				Span(53, 53, endpoint.Open, endpoint.UDPResponse),
				Span(54, 63, endpoint.OpenFiltered, endpoint.NoResponse),
				Span(64, 64, endpoint.OpenFiltered, endpoint.RateLimited)),
			Host("www.example", "192.0.2.1", endpoint.TCP, Span(80, 80, endpoint.Closed, endpoint.ConnRefused)),
			Host("www.example", "2001:db8::1", endpoint.TCP, Span(80, 80, endpoint.Open, endpoint.SynAck)),
			Host("nowhere.example", "", endpoint.TCP, Span(80, 82, endpoint.Error, endpoint.ResolveFailed)),
			{Bad: 2},
		},
		"apps":     {apps},
		"services": services(),
		"silence":  silence(),
		"silent-host": {
			WithTimes(Host("192.0.2.7", "192.0.2.7", endpoint.TCP, Span(1, 1000, endpoint.Filtered, endpoint.HostSilent)), 1767323045678),
		},
		"hostile": {
			Host("evil\x1b]0;owned\a\n===.example", "192.0.2.1", endpoint.TCP, Span(1, 1, endpoint.Filtered, 0)),
			Host("evil\x1b", "", endpoint.TCP, Span(1, 1, endpoint.Error, 0)),
		},
		"grouped": {
			Grouped(`"owner":"\u001bops","rack":[1,2]`, Host("192.0.2.1", "192.0.2.1", endpoint.TCP, Span(22, 22, endpoint.Open, endpoint.SynAck))),
			Host("192.0.2.1", "192.0.2.1", endpoint.TCP, Span(22, 22, endpoint.Open, endpoint.SynAck)),
		},
		"grouped-silence": {
			Grouped(`"owner":"a"`, silence()[0]), Grouped(`"owner":"a"`, silence()[3]), Grouped(`"owner":"b"`, silence()[4]),
		},
		"only-bad":    {{Bad: 1}},
		"many-groups": groups,
		"stats": {
			WithTimes(Host("192.0.2.1", "192.0.2.1", endpoint.TCP, Span(22, 22, endpoint.Open, endpoint.SynAck)), 1767323045678, 3),
			WithTimes(Host("192.0.2.2", "192.0.2.2", endpoint.TCP, Span(22, 22, endpoint.Filtered, endpoint.NoResponse)), 1767323055678),
			WithTimes(Host("192.0.2.3", "192.0.2.3", endpoint.TCP, Span(22, 22, endpoint.Closed, endpoint.Reset)), 1767323050000, 90, 91, 100, 1700, 25000, 120000),
		},
	}
}

// silence returns hosts that never replied, and hosts that stopped replying.
func silence() (all []record.Summary) {
	silent := func(host, ip string, probed uint16, last uint16) {
		all = append(all, Host(host, ip, endpoint.TCP, Span(1, probed, endpoint.Filtered, endpoint.NoResponse), Span(probed+1, last, endpoint.Filtered, endpoint.HostSilent)))
	}
	add := func(ip string, spans ...record.Span) { all = append(all, Host(ip, ip, endpoint.TCP, spans...)) }
	silent("192.0.2.1", "192.0.2.1", 20, 100)
	silent("192.0.2.2", "192.0.2.2", 20, 100)
	all = append(all, Host("192.0.2.2", "192.0.2.2", endpoint.UDP, Span(53, 53, endpoint.OpenFiltered, endpoint.HostSilent)))
	add("192.0.2.3", Span(22, 22, endpoint.Open, endpoint.SynAck), Span(23, 24, endpoint.Closed, endpoint.ConnRefused), Span(25, 100, endpoint.Filtered, endpoint.HostLost))
	all = append(all, Host("192.0.2.3", "192.0.2.3", endpoint.UDP, Span(53, 53, endpoint.OpenFiltered, endpoint.HostLost)))
	silent("192.0.2.4", "192.0.2.4", 1, 2)
	silent("192.0.2.6", "192.0.2.6", 20, 100)
	add("192.0.2.7", Span(1, 3, endpoint.Filtered, endpoint.HostUnreach), Span(4, 20, endpoint.Filtered, endpoint.NoResponse), Span(21, 100, endpoint.Filtered, endpoint.HostSilent))
	silent("db.example", "192.0.2.8", 20, 100)
	add("192.0.2.9", Span(1, 9, endpoint.Filtered, endpoint.NoResponse))
	add("192.0.2.10", Span(1, 20, endpoint.Filtered, endpoint.NoResponse), Span(21, 99, endpoint.Filtered, endpoint.HostSilent), Span(100, 100, endpoint.Closed, endpoint.ConnRefused))
	add("192.0.2.11", Span(1, 20, endpoint.Filtered, endpoint.NoResponse), Span(21, 99, endpoint.Filtered, endpoint.HostSilent), Span(100, 100, endpoint.Error, endpoint.Deadline))
	add("192.0.2.12", Span(1, 9, endpoint.Filtered, endpoint.HostLost))
	add("192.0.2.20", Span(1, 100, endpoint.Filtered, endpoint.HostUnreach))
	add("192.0.2.21", Span(1, 100, endpoint.Filtered, endpoint.HostUnreach))
	add("192.0.2.22", Span(1, 99, endpoint.Filtered, endpoint.HostUnreach), Span(100, 100, endpoint.Filtered, endpoint.NoResponse))
	add("192.0.2.23", Span(22, 22, endpoint.Filtered, endpoint.HostUnreach))
	for _, ip := range []string{"192.0.2.255", "224.0.0.1", "224.0.0.2", "224.0.0.3", "224.0.0.4", "ff02::1"} {
		add(ip, Span(1, 100, endpoint.Error, endpoint.NotUnicast))
	}
	return all
}

// Named returns the report of Reports with a name, grouped by its fields.
func Named(name string) *report.Report {
	by := map[string][]string{"grouped": {"owner", "rack"}, "grouped-silence": {"owner"}, "many-groups": {"team"}}
	return New(Reports()[name], by[name]...)
}

// New returns a report of records, with a fixed time and version.
func New(records []record.Summary, by ...string) *report.Report {
	return &report.Report{
		Records: Records(records), By: by, Services: service.Load(), Escape: Escape,
		Expiring: 30 * 24 * time.Hour,
		Program:  "portsum", Version: "1.2.3", Warn: func(string, ...any) {}, Now: time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC),
	}
}

// Records yields copies of records.
func Records(records []record.Summary) iter.Seq[*record.Summary] {
	return func(yield func(*record.Summary) bool) {
		for _, r := range slices.Clone(records) {
			if !yield(&r) {
				return
			}
		}
	}
}

// Hostile returns a report with dangerous text in every field.
func Hostile(by ...string) *report.Report {
	texts := []string{
		"\x00\x1b[2J\n", `"` + "\n" + `} 1`, `\`, `\n`, "\u202e", "<a>&amp;]]>", "\ufffe\uffff\xff", "'", "é", "a\\", `",le="`,
	}
	var all []record.Summary
	for i, text := range texts {
		for _, proto := range []endpoint.Proto{endpoint.TCP, endpoint.UDP} {
			s := record.Summary{Host: []byte(text), Proto: proto, Addr: netip.MustParseAddr("fe80::1").WithZone(text)}
			s.By = ndjson.AppendString(append(ndjson.AppendString(nil, "owner"), ':'), texts[len(texts)-1-i])
			s.Spans = []record.Span{Span(80, 80, endpoint.Open, endpoint.SynAck), Span(81, 200, endpoint.Closed, 0)}
			s.Found = []record.Found{HostileService(80, text)}
			s.Stats.Add(1767323045678, 5000)
			all = append(all, s)
		}
	}
	r := New(all, by...)
	r.Stats, r.Escape, r.Version = true, cli.Printable[string], texts[0]
	return r
}

// Network returns the records of n hosts of three owners with the 20 most common
// ports of both protocols, and of silent hosts.
func Network(n int) (all []record.Summary) {
	rnd := rand.New(rand.NewPCG(1, 1))
	owners := []string{`"owner":"data"`, `"owner":"office"`, `"owner":"web team"`}
	for i := range n {
		addr := netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)})
		for _, proto := range []endpoint.Proto{endpoint.TCP, endpoint.UDP} {
			s := record.Summary{Host: []byte(addr.String()), Addr: addr, Proto: proto, By: []byte(owners[i*len(owners)/n])}
			if i%7 == 3 {
				s.Host = fmt.Appendf(nil, "machine-%d.example", i)
			}
			for _, port := range slices.Sorted(slices.Values(portspec.Common(proto)[:20])) {
				s.Spans = append(s.Spans, reply(rnd, port, proto, i))
			}
			for range 20 {
				s.Stats.Add(1767323045678+int64(i), time.Duration(float64(4*time.Millisecond)*(0.2+rnd.ExpFloat64())))
			}
			all = append(all, s)
		}
	}
	for i := range 20 {
		addr := fmt.Sprintf("10.255.%d.%d", i/5, i%5)
		s := Host(addr, addr, endpoint.TCP, Span(1, 20, endpoint.Filtered, endpoint.NoResponse), Span(21, 1000, endpoint.Filtered, endpoint.HostSilent))
		all = append(all, Grouped(owners[2], s))
	}
	return append(all, record.Summary{Bad: 3})
}

// reply returns the result of a port. Some hosts are behind a firewall, some could
// not be probed, some stopped replying, and about one port in ten is open.
func reply(rnd *rand.Rand, port uint16, proto endpoint.Proto, host int) record.Span {
	reason := endpoint.ConnRefused
	switch {
	case host%31 == 30:
		reason = endpoint.LocalError
	case host%35 == 34:
		reason = endpoint.HostLost
	case host%5 == 4:
		reason = endpoint.NoResponse
	case rnd.IntN(10) == 0 && proto == endpoint.UDP:
		reason = endpoint.UDPResponse
	case rnd.IntN(10) == 0 || port == 443 && rnd.IntN(3) > 0:
		reason = endpoint.SynAck
	case proto == endpoint.UDP:
		reason = endpoint.PortUnreach
	}
	return Span(port, port, reason.State(proto), reason)
}

// Format writes a report in one format.
type Format = func(io.Writer, *report.Report) error

// Text returns a report in a format.
func Text(t testing.TB, write Format, r *report.Report) string {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// Golden compares a report with a file in testdata, which it writes with update.
// The format must also return the error of a failed write.
func Golden(t *testing.T, update bool, file string, write Format, r *report.Report) {
	t.Helper()
	got := Text(t, write, r)
	file = filepath.Join("testdata", file)
	if update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (- want, + got):\n%s", file, diff)
	}
	if err := write(Full{}, r); !errors.Is(err, ErrFull) {
		t.Errorf("%s: a failed write returns %v, want %v", file, err, ErrFull)
	}
}

// Full is a writer without space.
type Full struct{}

// ErrFull is the error of Full.
var ErrFull = errors.New("no space left")

// Write fails.
func (Full) Write([]byte) (int, error) { return 0, ErrFull }

// Run runs a program with an input and returns its output and messages. It skips
// the test if the program is not installed.
func Run(t *testing.T, input, name string, args ...string) string {
	t.Helper()
	lab.Programs(t, name)
	cmd := exec.Command(name, args...)
	var out, errs strings.Builder
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(input), &out, &errs
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s: %v\n%s%s\n%s", name, err, &out, &errs, input)
	}
	return out.String() + errs.String()
}
