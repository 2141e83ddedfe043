package report

import (
	"bytes"
	"errors"
	"flag"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"portkit/pkg/endpoint"
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
}

func TestText(t *testing.T) {
	for name, records := range reports {
		var got bytes.Buffer
		if err := Text(&got, pointers(records), service.Load(), escape); err != nil {
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
	if err := Text(full{}, pointers(reports["one-host"]), service.Load(), escape); !errors.Is(err, errFull) {
		t.Errorf("error %v, want %v", err, errFull)
	}
}
