package nmapxml

import (
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"portkit/pkg/cli"
	"portkit/pkg/endpoint"
	"portkit/pkg/internal/lab"
	"portkit/pkg/internal/reporttest"
	"portkit/pkg/record"
	"portkit/pkg/report"
)

var update = flag.Bool("update", false, "write the files in testdata")

func TestMain(m *testing.M) { lab.Main(m) }

func TestWriteMatchesFiles(t *testing.T) {
	for _, name := range []string{"empty", "one-host", "several-hosts", "apps", "stats", "silence", "services"} {
		r := reporttest.Named(name)
		r.Stats, r.Escape = true, cli.Printable[string]
		reporttest.Golden(t, *update, name+".xml", Write, r)
	}
}

// Importers such as DefectDojo require a start.
func TestStartIsTheTimeOfWritingIfUnknown(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"empty", "one-host"} {
		text := reporttest.Text(t, Write, reporttest.Named(name))
		if !strings.Contains(text, ` start="1770091506" startstr="Tue Feb  3 04:05:06 2026"`) {
			t.Errorf("%s:\n%s", name, text)
		}
	}
}

// An address may have very many names, as behind a load balancer.
// TestTimeGrowsLinearlyWithNames compares the times of two numbers of names of an address, one
// four times the other, which a busy machine slows alike.
func TestTimeGrowsLinearlyWithNames(t *testing.T) {
	const few, tries = 5000, 5
	ratio := math.Inf(1)
	for range tries {
		short := timeOfNames(t, few)
		long := timeOfNames(t, 4*few)
		if ratio = min(ratio, long.Seconds()/short.Seconds()); ratio < 8 {
			return
		}
	}
	t.Errorf("four times as many names took %.1f times as long", ratio)
}

func timeOfNames(t *testing.T, names int) time.Duration {
	t.Helper()
	records := make([]record.Summary, names)
	for i := range records {
		records[i] = reporttest.Host(fmt.Sprintf("n%d.example", i), "192.0.2.1", endpoint.TCP,
			reporttest.Span(80, 80, endpoint.Closed, endpoint.ConnRefused), reporttest.Span(443, 443, endpoint.Open, endpoint.SynAck))
	}
	records[7].Spans[0] = reporttest.Span(80, 80, endpoint.Open, endpoint.SynAck)
	began := time.Now()
	text := reporttest.Text(t, Write, reporttest.New(records))
	took := time.Since(began)
	if n, open := strings.Count(text, "<hostname "), strings.Count(text, `<state state="open"`); n != names || open != 2 {
		t.Errorf("%d names, %d open ports", n, open)
	}
	return took
}

func TestErrorsAreOmittedWithAWarning(t *testing.T) {
	r, warning := reporttest.Named("several-hosts"), ""
	r.Warn = func(format string, a ...any) { warning = fmt.Sprintf(format, a...) }
	text := reporttest.Text(t, Write, r)
	if !strings.Contains(text, `<target specification="nowhere.example" status="skipped"/>`) || !strings.Contains(warning, "3 ports that could not be probed") {
		t.Errorf("warning %q\n%s", warning, text)
	}
}

// wellFormed reads XML to its end.
func wellFormed(t testing.TB, text string) {
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

// The document type definition is that of nmap, if installed.
func TestDocumentsAreValid(t *testing.T) {
	const definition = "/usr/share/nmap/nmap.dtd"
	for name, r := range map[string]*report.Report{
		"empty": reporttest.New(nil), "several-hosts": reporttest.Named("several-hosts"), "stats": reporttest.Named("stats"),
		"silence": reporttest.Named("silence"), "services": reporttest.Named("services"), "network": reporttest.New(reporttest.Network(300)), "hostile": reporttest.Hostile(),
		"no reasons": reporttest.New([]record.Summary{{
			Host: []byte("::1"), Addr: netip.IPv6Loopback(), Spans: []record.Span{reporttest.Span(1, 1, endpoint.Closed, 0)},
		}}),
	} {
		text := reporttest.Text(t, Write, r)
		wellFormed(t, text)
		if strings.ContainsAny(text, "\x00\x1b\u202e") {
			t.Errorf("%s: control characters are not escaped", name)
		}
		if _, err := os.Stat(definition); err != nil {
			lab.Skip(t, "needs programs that .ci/run installs: nmap")
		}
		if out := reporttest.Run(t, text, "xmllint", "--noout", "--dtdvalid", definition, "-"); out != "" {
			t.Errorf("%s: %s", name, out)
		}
	}
}

func TestCPENamesAreURIs(t *testing.T) {
	for name, want := range map[string]string{
		"cpe:2.3:a:f5:nginx:1.22.1:*:*:*:*:*:*:*":          "cpe:/a:f5:nginx:1.22.1",
		`cpe:2.3:a:openbsd:openssh:9.2:p1:*:*:*:*:*:*`:     "cpe:/a:openbsd:openssh:9.2:p1",
		`cpe:2.3:o:micro\soft:c\+\+:2\.0\:1:-:*:*:*:*:*:*`: "cpe:/o:micro%73oft:c%2b%2b:2.0%3a1:-",
		"cpe:2.3:h:*:*:*":                  "cpe:/h",
		"cpe:/a:apache:http_server:2.4.57": "cpe:/a:apache:http_server:2.4.57",
		"x":                                "x",
		`cpe:2.3:a:b\`:                     `cpe:/a:b\`,
	} {
		if got := cpeURI(name); got != want {
			t.Errorf("%s became %s, want %s", name, got, want)
		}
	}
}

// ndiff compares services, and neither times nor the user's own fields.
func TestNdiffComparesServices(t *testing.T) {
	lab.Programs(t, "ndiff")
	dir := t.TempDir()
	write := func(name string, records ...record.Summary) string {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(reporttest.Text(t, Write, reporttest.New(records))), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	host := func(version, detail string) record.Summary {
		s := reporttest.Host("192.0.2.1", "192.0.2.1", endpoint.TCP, reporttest.Span(22, 22, endpoint.Open, endpoint.SynAck))
		s.Found = []record.Found{{Port: 22, App: "ssh", Product: `{"product":"OpenSSH","version":"` + version + `"}`, Detail: detail}}
		return s
	}
	before := write("before.xml", host("9.2p1", `{"time":"2026-02-03T04:00:00.000Z","own":{"owner":"ops"}}`))
	later := write("later.xml", host("9.2p1", `{"time":"2026-02-04T04:00:00.000Z","rtt_ms":3,"own":{"owner":"web"}}`))
	newer := write("newer.xml", host("10.0p1", ""))
	if out, err := exec.Command("ndiff", before, later).CombinedOutput(); err != nil {
		t.Errorf("later: %v\n%s", err, out)
	}
	out, err := exec.Command("ndiff", before, newer).CombinedOutput()
	if exit := (*exec.ExitError)(nil); !errors.As(err, &exit) || exit.ExitCode() != 1 || !strings.Contains(string(out), "+22/tcp open  ssh     OpenSSH 10.0p1") {
		t.Errorf("newer: %v\n%s", err, out)
	}
}

func TestServiceWithoutApp(t *testing.T) {
	for detail, want := range map[record.Found]string{
		{Port: 22, Product: `{"product":"OpenSSH"}`}:   `<service name="unknown" product="OpenSSH" method="probed" conf="10"/>`,
		{Port: 64000, Product: `{"version":"9"}`}:      `<service name="unknown" version="9" method="probed" conf="10"/>`,
		{Port: 64000, Product: `{"os":"Debian"}`}:      `<service name="unknown" ostype="Debian" method="probed" conf="10"/>`,
		{Port: 64000, Detail: `{"cpe":["cpe:2.3:ä"]}`}: `<service name="unknown" method="probed" conf="10"><cpe>cpe:/ä</cpe></service>`,
		{Port: 22}: `<service name="ssh" method="table" conf="3"/>`,
	} {
		s := reporttest.Host("a.example", "192.0.2.1", endpoint.TCP, reporttest.Span(detail.Port, detail.Port, endpoint.Open, endpoint.SynAck))
		s.Found = []record.Found{detail}
		if text := reporttest.Text(t, Write, reporttest.New([]record.Summary{s})); !strings.Contains(text, want) {
			t.Errorf("%+v: want %s in\n%s", detail, want, text)
		}
	}
}
