package html

import (
	"bytes"
	"cmp"
	"errors"
	"flag"
	"fmt"
	"html"
	"io"
	"math/rand/v2"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"testing"

	"portkit/pkg/endpoint"
	"portkit/pkg/internal/reporttest"
	"portkit/pkg/record"
	"portkit/pkg/report"
)

func TestPageContains(t *testing.T) {
	open := reporttest.Span(22, 22, endpoint.Open, endpoint.SynAck)
	silent := make([]record.Summary, maxRows+1)
	for i := range silent {
		addr := netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)}).String()
		silent[i] = reporttest.Host(addr, addr, endpoint.TCP, reporttest.Span(22, 22, endpoint.Filtered, endpoint.NoResponse))
	}
	quiet := slices.Clone(silent)
	for i := range quiet {
		quiet[i].Spans = []record.Span{reporttest.Span(22, 22, endpoint.Filtered, endpoint.HostSilent)}
	}
	silent[7].Spans = []record.Span{open}
	everything := reporttest.Host("192.0.2.1", "192.0.2.1", endpoint.TCP, reporttest.Span(1, 65535, endpoint.Open, endpoint.SynAck))
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
			[]record.Summary{reporttest.Host("192.0.2.31", "192.0.2.31", endpoint.TCP, reporttest.Span(1, 9, endpoint.Error, endpoint.NotUnicast))},
			nil,
			[]string{"Broadcast and multicast addresses are not probed."},
			[]string{"</b> ports not probed"},
		},
		{
			"one host",
			[]record.Summary{reporttest.Host("www.example", "2001:db8::1", endpoint.TCP, open)},
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
				reporttest.Grouped(`"service":"http"`, reporttest.Host("a.example", "192.0.2.1", endpoint.TCP, reporttest.Span(80, 80, endpoint.Open, endpoint.SynAck))),
				reporttest.Grouped(`"service":"ssh"`, reporttest.Host("a.example", "192.0.2.1", endpoint.TCP, open)),
			},
			[]string{"service"},
			[]string{"<h1>Port scan of a.example (192.0.2.1)</h1>", "<b>1</b> host with open ports", "By service", `<td data-l="service">http</td>`},
			nil,
		},
		{
			"a port in two groups",
			[]record.Summary{
				reporttest.Grouped(`"owner":"data"`, reporttest.Host("a.example", "192.0.2.1", endpoint.TCP, open, reporttest.Span(80, 80, endpoint.Open, endpoint.SynAck))),
				reporttest.Grouped(`"owner":"web"`, reporttest.Host("a.example", "192.0.2.1", endpoint.TCP, open)),
				reporttest.Grouped(`"owner":"web"`, reporttest.Host("b.example", "192.0.2.2", endpoint.TCP, open)),
			},
			[]string{"owner"},
			[]string{"<b>2</b> hosts with open ports", `width="100"`, `width="50"`},
			[]string{`width="150"`},
		},
		{
			"hosts that replied, in groups",
			[]record.Summary{
				reporttest.Grouped(`"owner":"a"`, reporttest.Host("a.example", "192.0.2.1", endpoint.TCP, reporttest.Span(22, 22, endpoint.Filtered, endpoint.HostUnreach))),
				reporttest.Grouped(`"owner":"a"`, reporttest.Host("b.example", "192.0.2.2", endpoint.TCP, reporttest.Span(1, 100, endpoint.Filtered, endpoint.HostUnreach), reporttest.Span(101, 101, endpoint.Filtered, endpoint.NoResponse))),
				reporttest.Grouped(`"owner":"b"`, reporttest.Host("a.example", "192.0.2.1", endpoint.TCP, reporttest.Span(23, 23, endpoint.Closed, endpoint.ConnRefused))),
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
		{
			"services", reporttest.Reports()["services"], nil,
			[]string{
				"22/tcp\u00a0ssh OpenSSH 9.2p1;", "8443/tcp\u00a0ssh, registered: https-alt;", "443/tcp\u00a0https nginx 1.22.1;",
				"59 ports (tcp:1-21,23-60): every connection is accepted, without a service; 2 ports (tcp:80,443): not identified (silent)</td>",
				"4190/tcp\u00a0sieve: not identified (silent)</td>", "<p>6 open ports were not identified (2 tls, 2 unrecognized, 1 silent, 1 unreachable).</p>",
				"<p>Not listed: 64 open ports of 2 hosts that accept every connection, where no service was found.</p>",
				`<th scope="row">https</th><td class="any">nginx</td><td class="any">1.22.1</td><td class="places"><details><summary>1</summary><p>192.0.2.1` + "\u00a0443/tcp</p>",
				`<th scope="row">ssh in TLS</th>`,
				`<th scope="row">8443/tcp</th><td>https-alt</td><td class="any">ssh</td>`, `<th scope="row">1900/udp</th><td>ssdp</td><td class="any">snmp</td>`,
				`<tr class="soon"><th scope="row" class="day">2025-12-31</th><td>expired 34 days ago</td><td class="any">mail.example</td>`,
				`<tr><th scope="row" class="day">2027-02-01</th><td>in 363 days</td><td class="any">a.example, *.a.example, b.example, 192.0.2.1</td>`,
				"<summary>2</summary><p>mail.example (192.0.2.2)\u00a025/tcp; mail.example (192.0.2.4)\u00a025/tcp</p>",
			},
			[]string{`<th scope="row">53/tcp</th><td>domain</td><td class="any">dns</td><td class="any">`, "<b>E", "<i>"},
		},
		{
			"a host that accepts every connection", tarpit(), nil,
			[]string{
				"<td data-n=\"5000\">22/tcp\u00a0ssh; 4859 ports (tcp:142-5000): every connection is accepted, without a service; 140 ports (tcp:1-21,23-141): not identified (89 silent, 51 not-asked)</td>",
				"<p>Not listed: 4\u2009999 open ports of 1 host that accepts every connection, where no service was found.</p>",
			},
			[]string{"not identified (1", `<th scope="row">80/tcp</th>`},
		},
		{
			"a product on several ports, in groups",
			[]record.Summary{
				reporttest.Grouped(`"owner":"a"`, products("192.0.2.1", 80, 443, 8080)), reporttest.Grouped(`"owner":"a"`, products("192.0.2.2", 80)),
				reporttest.Grouped(`"owner":"b"`, products("192.0.2.1", 443, 8443)), reporttest.Grouped(`"owner":"b"`, products("192.0.2.3", ports(81, 103)...)),
			},
			[]string{"owner"},
			[]string{
				"<summary>3</summary><p>192.0.2.1\u00a080/tcp, 443/tcp, 8080/tcp, 8443/tcp; 192.0.2.2\u00a080/tcp; 192.0.2.3\u00a081/tcp, ", " 100/tcp, 3 more</p>",
			},
			nil,
		},
		{
			"silent hosts", reporttest.Reports()["silence"], nil,
			[]string{
				"<b>9</b> hosts without a reply to anything", ">192.0.2.20-21<", "<b>2</b> hosts stopped replying", ">192.0.2.1-2<", ">192.0.2.9<",
				"<small>stopped replying: 77 unknown ports</small>", `<th scope="row">host-lost</th>`, "it may be down, or may block the scanning host",
			},
			[]string{">192.0.2.1<", ">192.0.2.6<", "<small>192.0.2.8</small>"},
		},
		{
			"only silent hosts", quiet, nil,
			[]string{"<b>0 of 20\u2009001</b> hosts replied", "<td class=\"n\">20\u2009001</td>"},
			[]string{`id="hosts"`, "not listed"},
		},
		{
			"silent hosts in groups",
			[]record.Summary{reporttest.Grouped(`"owner":"a"`, quiet[0]), reporttest.Grouped(`"owner":"b"`, quiet[1])},
			[]string{"owner"},
			[]string{`<th scope="row" class="range">10.0.0.0</th><td class="any">a</td>`, `<th scope="row" class="range">10.0.0.1</th><td class="any">b</td>`},
			nil,
		},
		{
			"live hosts among very many silent ones",
			append(reporttest.Reports()["one-host"], quiet...), nil,
			[]string{">192.168.1.1<", ">10.0.0.0-10.0.78.32<"},
			[]string{"not listed"},
		},
		{"times", reporttest.Reports()["stats"], nil, []string{"Results from 2026-01-02 03:04:05 UTC to 2026-01-02 03:04:15 UTC", "7 replies: minimum 0.003 ms, median 0.104 ms"}, nil},
	} {
		text := reporttest.Text(t, Write, reporttest.New(c.records, c.by...))
		for _, want := range c.want {
			if !strings.Contains(text, want) {
				t.Errorf("%s: the page lacks %q", c.name, want)
			}
		}
		for _, not := range c.not {
			if strings.Contains(text, not) {
				t.Errorf("%s: the page contains %q", c.name, not)
			}
		}
	}
}

var update = flag.Bool("update", false, "write the files in testdata")

// TestWriteMatchesFile compares a page with a file, without its style and script.
func TestWriteMatchesFile(t *testing.T) {
	parts := regexp.MustCompile(`(?s)(<style>|<script>).*?(</style>|</script>)|sha256-\S*?=&#39;`)
	write := func(w io.Writer, r *report.Report) error {
		var page bytes.Buffer
		if err := Write(&page, r); err != nil {
			return err
		}
		_, err := w.Write(parts.ReplaceAll(page.Bytes(), []byte("$1$2")))
		return err
	}
	reporttest.Golden(t, *update, "services.html", write, reporttest.Named("services"))
}

func TestCompareVersions(t *testing.T) {
	order := []string{"", "1", "2", "2.9", "2.09", "2.10", "2.10.1", "2.10a", "9.2p1", "9.2p2", "9.2p10", "10", "18446744073709551616", "a1", "a02", "b"}
	for i, a := range order {
		for j, b := range order {
			if got, want := compareVersions(a, b), cmp.Compare(i, j); got != want {
				t.Errorf("%q and %q: %d, want %d", a, b, got, want)
			}
		}
	}
}

func TestPolicyHasTheHashesOfStyleAndScript(t *testing.T) {
	text := reporttest.Text(t, Write, reporttest.New(reporttest.Reports()["several-hosts"]))
	for _, part := range []string{"style", "script"} {
		inside := regexp.MustCompile(`(?s)<` + part + `>(.*?)</` + part + `>`).FindStringSubmatch(text)
		if want := html.EscapeString(part + "-src " + hashOf(inside[1])); !strings.Contains(strings.ReplaceAll(text, "&#43;", "+"), want) {
			t.Errorf("the policy lacks %s", want)
		}
	}
	hashes := regexp.MustCompile(`sha256-[^']*?=`) // Base64 may have any letters after //
	if found := regexp.MustCompile(`(?i)//[a-z0-9]|url\([^#]|@import`).FindAllString(hashes.ReplaceAllString(text, ""), -1); len(found) > 0 {
		t.Errorf("the page refers to %q", found)
	}
}

func TestWriteReturnsAFailedWrite(t *testing.T) {
	if err := Write(reporttest.Full{}, reporttest.New(reporttest.Reports()["one-host"])); !errors.Is(err, reporttest.ErrFull) {
		t.Errorf("error %v, want %v", err, reporttest.ErrFull)
	}
}

func TestMapHasTheLetterOfEachPort(t *testing.T) {
	records := []record.Summary{
		reporttest.Host("a", "", endpoint.TCP, reporttest.Span(1, 9, endpoint.Closed, 0), reporttest.Span(10, 10, endpoint.Open, 0), reporttest.Span(20, 30, endpoint.Filtered, 0)),
		reporttest.Host("a", "", endpoint.UDP, reporttest.Span(10, 12, endpoint.OpenFiltered, 0), reporttest.Span(13, 13, endpoint.Error, 0)),
	}
	var ports []report.Port
	want := ""
	for _, c := range strings.Fields("1/c 9/c 10/O 11/· 19/· 20/f 30/f 31/·") {
		var port uint16
		var letter string
		fmt.Sscanf(c, "%d/%s", &port, &letter)
		ports, want = append(ports, report.Port{Number: port, Proto: endpoint.TCP}), want+letter
	}
	for _, port := range []uint16{9, 10, 12, 13, 14} {
		ports = append(ports, report.Port{Number: port, Proto: endpoint.UDP})
	}
	want += "·??!·"
	if got := regexp.MustCompile(`<[^>]*>`).ReplaceAllString(string(mapOf(records, ports)), ""); got != want {
		t.Errorf("the map is %s, want %s", got, want)
	}
}

// A port that is open at one host in several groups is open at one host.
func TestServicesCountEachHostOnce(t *testing.T) {
	for seed := range uint64(50) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		var records []record.Summary
		want := map[uint16]map[int]bool{}
		for group := range 3 {
			for host := range 4 {
				addr := fmt.Sprintf("192.0.2.%d", host)
				s := reporttest.Grouped(fmt.Sprintf(`"owner":%d`, group), reporttest.Host(addr, addr, endpoint.TCP))
				for port := uint16(1); port < 40; port += uint16(1 + rnd.IntN(5)) {
					last := port + uint16(rnd.IntN(4))
					s.Spans = append(s.Spans, reporttest.Span(port, last, endpoint.State(1+rnd.IntN(2)), 0))
					for p := port; p <= last && s.Spans[len(s.Spans)-1].State == endpoint.Open; p++ {
						if want[p] == nil {
							want[p] = map[int]bool{}
						}
						want[p][host] = true
					}
					port = last
				}
				records = append(records, s)
			}
		}
		s := newSurvey(reporttest.New(records, "owner"))
		for port := range uint16(50) {
			if got := s.open.Of(report.Port{Number: port}); got != len(want[port]) {
				t.Fatalf("seed %d: port %d is open at %d hosts, want %d", seed, port, got, len(want[port]))
			}
		}
	}
}

// tarpit returns a host that accepts every connection, with one service.
func tarpit() []record.Summary {
	s := reporttest.Host("192.0.2.5", "192.0.2.5", endpoint.TCP, reporttest.Span(1, 5000, endpoint.Open, endpoint.SynAck))
	s.Found = []record.Found{{Port: 22, App: "ssh"}}
	s.AcceptsAll = []record.Span{{First: 142, Last: 5000}}
	silent, notAsked := endpoint.ParseUnidentified([]byte("silent")), endpoint.ParseUnidentified([]byte("not-asked"))
	s.Unidentified = []record.UnidentifiedSpan{{First: 1, Last: 21, Why: silent}, {First: 23, Last: 90, Why: silent}, {First: 91, Last: 141, Why: notAsked}}
	return []record.Summary{s}
}

// products returns a host with a product on ports, ascending.
func products(ip string, ports ...uint16) record.Summary {
	s := reporttest.Host(ip, ip, endpoint.TCP)
	for _, port := range ports {
		s.Spans = append(s.Spans, reporttest.Span(port, port, endpoint.Open, endpoint.SynAck))
		s.Found = append(s.Found, record.Found{Port: port, App: "http", Product: `{"product":"nginx"}`})
	}
	return s
}

func ports(first, last uint16) (all []uint16) {
	for port := first; port <= last; port++ {
		all = append(all, port)
	}
	return all
}
