package report

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"math/rand/v2"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"portkit/pkg/cli"
	"portkit/pkg/endpoint"
	"portkit/pkg/internal/lab"
	"portkit/pkg/ndjson"
	"portkit/pkg/record"
)

// TestFormats compares reports in the formats of other programs with files.
func TestFormats(t *testing.T) {
	for _, c := range []struct {
		name, kind string
		draw       format
		stats      bool
	}{
		{"empty", "prom", Prometheus, false},
		{"several-hosts", "prom", Prometheus, false},
		{"grouped", "prom", Prometheus, false},
		{"stats", "prom", Prometheus, true},
		{"empty", "xml", NmapXML, true},
		{"one-host", "xml", NmapXML, true},
		{"several-hosts", "xml", NmapXML, true},
		{"apps", "xml", NmapXML, true},
		{"stats", "xml", NmapXML, true},
	} {
		r := reportOf(reports[c.name], by[c.name]...)
		r.Stats, r.Escape = c.stats, cli.Printable[string]
		got := drawn(t, c.draw, r)
		file := filepath.Join("testdata", c.name+"."+c.kind)
		if *update {
			write(t, file, got)
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s (- want, + got):\n%s", file, diff)
		}
		if err := c.draw(full{}, r); err == nil {
			t.Errorf("%s: a failed write is not said", file)
		}
	}
}

// hostileReport has texts that want to be more than text in every field.
func hostileReport(by ...string) *Report {
	texts := []string{
		"\x00\x1b[2J\n", `"` + "\n" + `} 1`, `\`, `\n`, "\u202e", "<a>&amp;]]>", "\ufffe\uffff\xff", "'", "é", "a\\", `",le="`,
	}
	var all []record.Summary
	for i, text := range texts {
		for _, proto := range []endpoint.Proto{endpoint.TCP, endpoint.UDP} {
			s := record.Summary{Host: []byte(text), Proto: proto, Addr: netip.MustParseAddr("fe80::1").WithZone(text)}
			s.By = ndjson.AppendString(append(ndjson.AppendString(nil, "owner"), ':'), texts[len(texts)-1-i])
			s.Spans = []record.Span{span(80, 80, endpoint.Open, endpoint.SynAck), span(81, 200, endpoint.Closed, 0)}
			s.Apps = []record.App{{Port: 80, Name: text}}
			s.Stats.Add(1767323045678, 5000)
			all = append(all, s)
		}
	}
	r := reportOf(all, by...)
	r.Stats, r.Escape, r.Version = true, cli.Printable[string], texts[0]
	return r
}

// TestLabelNames: fields that give the same name, or one that means something
// to Prometheus, are told apart.
func TestLabelNames(t *testing.T) {
	got := fmt.Sprint(labelNames([]string{"owner", "ip/24", "ip 24", "ip_24", "proto", "state", "le", "__name__", "9", "ünï", "", "host"}))
	if want := "[owner ip_24 by_ip_24 by_ip_24_2 by_proto by_state by_le name__ by_9 n_ by_ host]"; got != want {
		t.Errorf("labels %s, want %s", got, want)
	}
}

// TestPrometheusByPromtool gives metrics to Prometheus's own checker, which
// reads and lints them.
func TestPrometheusByPromtool(t *testing.T) {
	for _, r := range []*Report{
		reportOf(nil), reportOf(reports["several-hosts"]), reportOf(reports["grouped"], "owner", "rack"),
		reportOf(network(300), "owner", "host", "proto"), hostileReport(), hostileReport("owner", "host", "ip", "proto", "owner "),
	} {
		r.Stats = true
		if said := run(t, drawn(t, Prometheus, r), "promtool", "check", "metrics"); said != "" {
			t.Errorf("promtool says\n%s", said)
		}
	}
}

// TestPrometheusStaysSmall: a series for each group, protocol and state, none
// for a host or a port, however many there are.
func TestPrometheusStaysSmall(t *testing.T) {
	few, many := drawn(t, Prometheus, reportOf(network(200))), drawn(t, Prometheus, reportOf(network(5000)))
	if a, b := strings.Count(few, "\n"), strings.Count(many, "\n"); a != b || a > 60 {
		t.Errorf("%d lines for 200 hosts, %d for 5000", a, b)
	}
}

// strict reads XML to its end.
func strict(t testing.TB, text string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(text))
	for {
		if _, err := d.Token(); err == io.EOF {
			return
		} else if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
	}
}

// TestNmapXMLIsValid holds the document to the definition that nmap brings
// along where it is installed.
func TestNmapXMLIsValid(t *testing.T) {
	const definition = "/usr/share/nmap/nmap.dtd"
	for name, r := range map[string]*Report{
		"empty": reportOf(nil), "several-hosts": reportOf(reports["several-hosts"]), "stats": reportOf(reports["stats"]),
		"network": reportOf(network(300)), "hostile": hostileReport(),
		"no reasons": reportOf([]record.Summary{{Host: []byte("::1"), Addr: netip.IPv6Loopback(), Spans: []record.Span{span(1, 1, endpoint.Closed, 0)}}}),
	} {
		text := drawn(t, NmapXML, r)
		strict(t, text)
		if bytes.ContainsAny([]byte(text), "\x00\x1b") || strings.Contains(text, "\u202e") {
			t.Errorf("%s: characters that steer came through", name)
		}
		if _, err := os.Stat(definition); err != nil {
			lab.Skip(t, "nmap is not installed")
		}
		if said := run(t, text, "xmllint", "--noout", "--dtdvalid", definition, "-"); said != "" {
			t.Errorf("%s: %s", name, said)
		}
	}
}

// TestMerge compares the merging of lists with one port at a time.
func TestMerge(t *testing.T) {
	for seed := range uint64(20) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		var lists [2][]record.Span
		want := map[uint16]record.Span{}
		for i := range lists {
			for port := uint16(65500); port >= 65500; port += uint16(1 + rnd.IntN(4)) {
				s := span(port, port, endpoint.State(1+rnd.IntN(3)), endpoint.Reason(rnd.IntN(3)))
				lists[i] = append(lists[i], s)
				if old, ok := want[port]; !ok || s.State < old.State || s.State == old.State && s.Reason < old.Reason {
					want[port] = s
				}
			}
		}
		n := 0
		p := nmapPorts{best: &[1 << 16]record.Span{}}
		p.merge(lists[0])
		p.merge(lists[1])
		p.settle()
		for _, s := range p.spans {
			for port := int(s.First); port <= int(s.Last); port++ {
				n++
				if w := want[uint16(port)]; w.State != s.State || w.Reason != s.Reason {
					t.Fatalf("seed %d: port %d is %v, want %v", seed, port, s, w)
				}
			}
		}
		if n != len(want) {
			t.Fatalf("seed %d: %d ports of %d", seed, n, len(want))
		}
	}
}
