package report

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"portkit/pkg/endpoint"
	"portkit/pkg/internal/lab"
	"portkit/pkg/record"
	"portkit/pkg/service"
)

var update = flag.Bool("update", false, "write the golden reports anew")

// escape shows that a text went through it.
func escape(dst []byte, s string) []byte {
	return append(dst, strings.NewReplacer("\x1b", "ESC", "\n", "LF").Replace(s)...)
}

func host(host, ip string, proto endpoint.Proto, spans ...record.Span) record.Summary {
	s := record.Summary{Host: []byte(host), Proto: proto, Spans: spans}
	if ip != "" {
		s.Addr = netip.MustParseAddr(ip)
	}
	return s
}

func span(first, last uint16, state endpoint.State, reason endpoint.Reason) record.Span {
	return record.Span{First: first, Last: last, State: state, Reason: reason}
}

var reports = map[string][]record.Summary{
	"empty": nil,
	"one-host": {
		host("192.168.1.1", "192.168.1.1", endpoint.TCP,
			span(1, 21, endpoint.Closed, endpoint.ConnRefused),
			span(22, 22, endpoint.Open, endpoint.SynAck),
			span(23, 79, endpoint.Closed, endpoint.ConnRefused),
			span(80, 80, endpoint.Open, endpoint.SynAck),
			span(81, 442, endpoint.Closed, endpoint.ConnRefused),
			span(443, 443, endpoint.Open, endpoint.SynAck),
			span(444, 998, endpoint.Closed, endpoint.ConnRefused),
			span(999, 1000, endpoint.Filtered, endpoint.NoResponse)),
	},
	"nothing-open": {
		host("192.168.1.1", "192.168.1.1", endpoint.TCP, span(1, 10, endpoint.Closed, endpoint.ConnRefused)),
	},
	"several-hosts": {
		host("192.0.2.1", "192.0.2.1", endpoint.TCP, span(22, 23, endpoint.Open, endpoint.SynAck)),
		host("192.0.2.1", "192.0.2.1", endpoint.UDP,
			span(22, 22, endpoint.Open, endpoint.UDPResponse),
			span(53, 53, endpoint.Open, endpoint.UDPResponse),
			span(54, 63, endpoint.OpenFiltered, endpoint.NoResponse),
			span(64, 64, endpoint.OpenFiltered, endpoint.RateLimited)),
		host("www.example", "192.0.2.1", endpoint.TCP, span(80, 80, endpoint.Closed, endpoint.ConnRefused)),
		host("www.example", "2001:db8::1", endpoint.TCP, span(80, 80, endpoint.Open, endpoint.SynAck)),
		host("nowhere.example", "", endpoint.TCP, span(80, 82, endpoint.Error, endpoint.ResolveFailed)),
		{Bad: 2},
	},
	"apps": {
		func() record.Summary {
			s := host("192.0.2.1", "192.0.2.1", endpoint.TCP,
				span(22, 23, endpoint.Open, endpoint.SynAck),
				span(24, 24, endpoint.Closed, endpoint.ConnRefused),
				span(47777, 47778, endpoint.Open, endpoint.SynAck))
			s.Apps = []record.App{
				{Port: 22, Name: "ssh"}, {Port: 23, Name: "ssh"}, {Port: 24, Name: "odd"}, {Port: 47778, Name: "http\x1b[2J"},
			}
			return s
		}(),
	},
	"hostile": {
		host("evil\x1b]0;owned\a\n===.example", "192.0.2.1", endpoint.TCP, span(1, 1, endpoint.Filtered, 0)),
		host("evil\x1b", "", endpoint.TCP, span(1, 1, endpoint.Error, 0)),
	},
	"grouped": {
		func() record.Summary {
			s := host("192.0.2.1", "192.0.2.1", endpoint.TCP, span(22, 22, endpoint.Open, endpoint.SynAck))
			s.By = []byte(`"owner":"\u001bops","rack":[1,2]`)
			return s
		}(),
		host("192.0.2.1", "192.0.2.1", endpoint.TCP, span(22, 22, endpoint.Open, endpoint.SynAck)),
	},
	"only-bad": {{Bad: 1}},
	"many-groups": func() (all []record.Summary) {
		for i := range 30 {
			s := host("n.example", "192.0.2.1", endpoint.TCP, span(1, 9, endpoint.Closed, endpoint.ConnRefused))
			if i%10 == 3 {
				s.Spans = []record.Span{
					span(22, 22, endpoint.Open, endpoint.SynAck), span(5000, 5030, endpoint.Open, endpoint.SynAck),
					span(6000, 6000, endpoint.Error, endpoint.Deadline),
				}
			}
			s.By = []byte(fmt.Sprintf(`"team":%d`, i))
			all = append(all, s, s)
			all[len(all)-1].Host = []byte("a-very-long-name-of-a-host-in-the-department-of-long-names.example")
		}
		return all
	}(),
	"stats": {
		withTimes(host("192.0.2.1", "192.0.2.1", endpoint.TCP, span(22, 22, endpoint.Open, endpoint.SynAck)), 1767323045678, 3),
		withTimes(host("192.0.2.2", "192.0.2.2", endpoint.TCP, span(22, 22, endpoint.Filtered, endpoint.NoResponse)), 1767323055678),
		withTimes(host("192.0.2.3", "192.0.2.3", endpoint.TCP, span(22, 22, endpoint.Closed, endpoint.Reset)), 1767323050000, 90, 91, 100, 1700, 25000, 120000),
	},
}

// by are the fields that reports are grouped by.
var by = map[string][]string{"grouped": {"owner", "rack"}, "many-groups": {"team"}}

// withTimes adds results that came at a time, with round trips of so many
// microseconds.
func withTimes(s record.Summary, when int64, us ...int64) record.Summary {
	s.Stats.Add(when, -1)
	for _, n := range us {
		s.Stats.Add(0, time.Duration(n)*time.Microsecond)
	}
	return s
}

func TestMain(m *testing.M) { lab.Main(m) }

func TestText(t *testing.T) {
	for name, records := range reports {
		var got bytes.Buffer
		if err := Text(&got, reportOf(records, by[name]...)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		file := filepath.Join("testdata", name+".txt")
		if *update {
			if err := os.WriteFile(file, got.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got.String()); diff != "" {
			t.Errorf("%s (- want, + got):\n%s", name, diff)
		}
	}
}

// reportOf is a report of records, with everything fixed that could change.
func reportOf(records []record.Summary, by ...string) *Report {
	return &Report{
		Records: pointers(records), By: by, Services: service.Load(), Escape: escape,
		Program: "portsum", Version: "1.2.3", Say: func(string, ...any) {}, Now: time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC),
	}
}

func pointers(records []record.Summary) func(func(*record.Summary) bool) {
	return func(yield func(*record.Summary) bool) {
		for _, r := range slices.Clone(records) {
			if !yield(&r) {
				return
			}
		}
	}
}

type full struct{}

var errFull = errors.New("no space left")

func (full) Write([]byte) (int, error) { return 0, errFull }

func TestTextReportsAFailedWrite(t *testing.T) {
	if err := Text(full{}, reportOf(reports["one-host"])); !errors.Is(err, errFull) {
		t.Errorf("error %v, want %v", err, errFull)
	}
}
