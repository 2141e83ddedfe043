package report

import (
	"errors"
	"fmt"
	"html"
	"math/rand/v2"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"portkit/pkg/endpoint"
	"portkit/pkg/portspec"
	"portkit/pkg/record"
)

// network is the summaries of n hosts of three owners, each asked the twenty
// likeliest ports of both protocols.
func network(n int) (all []record.Summary) {
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
				s.Spans = append(s.Spans, answer(rnd, port, proto, i))
			}
			for range 20 {
				s.Stats.Add(1767323045678+int64(i), time.Duration(float64(4*time.Millisecond)*(0.2+rnd.ExpFloat64())))
			}
			all = append(all, s)
		}
	}
	return append(all, record.Summary{Bad: 3})
}

// answer is what a port says: a few hosts are behind a firewall, a few could
// not be asked, and about one port in ten is open.
func answer(rnd *rand.Rand, port uint16, proto endpoint.Proto, host int) record.Span {
	reason := endpoint.ConnRefused
	switch {
	case host%31 == 30:
		reason = endpoint.LocalError
	case host%5 == 4:
		reason = endpoint.NoResponse
	case rnd.IntN(10) == 0 && proto == endpoint.UDP:
		reason = endpoint.UDPResponse
	case rnd.IntN(10) == 0 || port == 443 && rnd.IntN(3) > 0:
		reason = endpoint.SynAck
	case proto == endpoint.UDP:
		reason = endpoint.PortUnreach
	}
	return record.Span{First: port, Last: port, State: reason.State(proto), Reason: reason}
}

// TestPageSays reads pages without a browser.
func TestPageSays(t *testing.T) {
	open := span(22, 22, endpoint.Open, endpoint.SynAck)
	grouped := func(by string, s record.Summary) record.Summary { s.By = []byte(by); return s }
	silent := make([]record.Summary, hostsMost+1)
	for i := range silent {
		addr := netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)}).String()
		silent[i] = host(addr, addr, endpoint.TCP, span(22, 22, endpoint.Filtered, endpoint.NoResponse))
	}
	silent[7].Spans = []record.Span{open}
	everything := host("192.0.2.1", "192.0.2.1", endpoint.TCP, span(1, 65535, endpoint.Open, endpoint.SynAck))
	for _, c := range []struct {
		name    string
		records []record.Summary
		by      []string
		want    []string
		not     []string
	}{
		{"nothing", nil, nil, []string{"<h1>Port scan without results</h1>", "<b>0</b> hosts"}, []string{`id="hosts"`, "Open services", "<svg"}},
		{
			"only bad records",
			[]record.Summary{{Bad: 1}},
			nil,
			[]string{`<b>1</b> unreadable record`, "The record could not be read."},
			[]string{`id="hosts"`},
		},
		{
			"a broadcast address",
			[]record.Summary{host("192.0.2.31", "192.0.2.31", endpoint.TCP, span(1, 9, endpoint.Error, endpoint.NotUnicast))},
			nil,
			[]string{"Broadcast and multicast addresses are not probed."},
			[]string{"</b> ports not probed"},
		},
		{
			"one host",
			[]record.Summary{host("www.example", "2001:db8::1", endpoint.TCP, open)},
			nil,
			[]string{"<h1>Port scan of www.example (2001:db8::1)</h1>", "22/tcp\u00a0ssh", "<small>2001:db8::1</small>", "<span>22/tcp</span>"},
			[]string{"Round-trip times", "Ports of unknown state", "By "},
		},
		{
			"every port",
			[]record.Summary{everything},
			nil,
			[]string{"<td data-n=\"65535\">tcp:1-65535</td>", "65\u2009475 more ports are open, each on"},
			nil,
		},
		{
			"a host in two groups",
			[]record.Summary{
				grouped(`"service":"http"`, host("a.example", "192.0.2.1", endpoint.TCP, span(80, 80, endpoint.Open, endpoint.SynAck))),
				grouped(`"service":"ssh"`, host("a.example", "192.0.2.1", endpoint.TCP, open)),
			},
			[]string{"service"},
			[]string{"<h1>Port scan of a.example (192.0.2.1)</h1>", "<b>1</b> host with open ports", "By service", `<td data-l="service">http</td>`},
			nil,
		},
		{
			"a port in two groups",
			[]record.Summary{
				grouped(`"owner":"data"`, host("a.example", "192.0.2.1", endpoint.TCP, open, span(80, 80, endpoint.Open, endpoint.SynAck))),
				grouped(`"owner":"web"`, host("a.example", "192.0.2.1", endpoint.TCP, open)),
				grouped(`"owner":"web"`, host("b.example", "192.0.2.2", endpoint.TCP, open)),
			},
			[]string{"owner"},
			[]string{"<b>2</b> hosts with open ports", `width="100"`, `width="50"`},
			[]string{`width="150"`},
		},
		{
			"hosts that replied, in groups",
			[]record.Summary{
				grouped(`"owner":"a"`, host("a.example", "192.0.2.1", endpoint.TCP, span(22, 22, endpoint.Filtered, endpoint.HostUnreach))),
				grouped(`"owner":"a"`, host("b.example", "192.0.2.2", endpoint.TCP, span(1, 100, endpoint.Filtered, endpoint.HostUnreach), span(101, 101, endpoint.Filtered, endpoint.NoResponse))),
				grouped(`"owner":"b"`, host("a.example", "192.0.2.1", endpoint.TCP, span(23, 23, endpoint.Closed, endpoint.ConnRefused))),
			},
			[]string{"owner"},
			[]string{"<b>1 of 2</b> hosts replied", "<small>101 host-unreach, 1 no-response</small>"},
			nil,
		},
		{
			"very many hosts",
			silent, nil,
			[]string{"Port scan of 20\u2009001 hosts", "20\u2009000 hosts without open ports are not listed.", ">10.0.0.7<"},
			[]string{">10.0.0.8<"},
		},
		{"times", reports["stats"], nil, []string{"Results from 2026-01-02 03:04:05 UTC to 2026-01-02 03:04:15 UTC", "7 replies: minimum 0.003 ms, median 0.104 ms"}, nil},
	} {
		text := drawn(t, HTML, reportOf(c.records, c.by...))
		for _, want := range c.want {
			if !strings.Contains(text, want) {
				t.Errorf("%s: the page does not say %q", c.name, want)
			}
		}
		for _, not := range c.not {
			if strings.Contains(text, not) {
				t.Errorf("%s: the page says %q", c.name, not)
			}
		}
	}
}

// TestPolicyNamesTheScript: the hashes in the policy are those of what stands
// in the page.
func TestPolicyNamesTheScript(t *testing.T) {
	text := drawn(t, HTML, reportOf(reports["several-hosts"]))
	for _, part := range []string{"style", "script"} {
		inside := regexp.MustCompile(`(?s)<` + part + `>(.*?)</` + part + `>`).FindStringSubmatch(text)
		if want := html.EscapeString(part + "-src " + hashOf(inside[1])); !strings.Contains(strings.ReplaceAll(text, "&#43;", "+"), want) {
			t.Errorf("the policy does not say %s", want)
		}
	}
	hashes := regexp.MustCompile(`sha256-[^']*?=`) // Base64 may have any letters after //
	if found := regexp.MustCompile(`(?i)//[a-z0-9]|url\([^#]|@import`).FindAllString(hashes.ReplaceAllString(text, ""), -1); len(found) > 0 {
		t.Errorf("the page names %q", found)
	}
}

func TestPageReportsAFailedWrite(t *testing.T) {
	if err := HTML(full{}, reportOf(reports["one-host"])); !errors.Is(err, errFull) {
		t.Errorf("error %v, want %v", err, errFull)
	}
}

// TestMapAgainstOnePortAtATime compares the map's letters with the spans.
func TestMapAgainstOnePortAtATime(t *testing.T) {
	h := &hostRecords{protos: []record.Summary{
		host("a", "", endpoint.TCP, span(1, 9, endpoint.Closed, 0), span(10, 10, endpoint.Open, 0), span(20, 30, endpoint.Filtered, 0)),
		host("a", "", endpoint.UDP, span(10, 12, endpoint.OpenFiltered, 0), span(13, 13, endpoint.Error, 0)),
	}}
	var keys []portKey
	want := ""
	for _, c := range strings.Fields("1/c 9/c 10/O 11/· 19/· 20/f 30/f 31/·") {
		var port uint16
		var letter string
		fmt.Sscanf(c, "%d/%s", &port, &letter)
		keys, want = append(keys, portKey{endpoint.TCP, port}), want+letter
	}
	for _, port := range []uint16{9, 10, 12, 13, 14} {
		keys = append(keys, portKey{endpoint.UDP, port})
	}
	want += "·??!·"
	if got := regexp.MustCompile(`<[^>]*>`).ReplaceAllString(string(h.mapOf(keys)), ""); got != want {
		t.Errorf("the map is %s, want %s", got, want)
	}
}
