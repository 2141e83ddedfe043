package report

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"portkit/pkg/endpoint"
	"portkit/pkg/record"
)

// Importers such as DefectDojo's stop at a run without a start.
func TestNmapXMLAlwaysHasAStart(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"empty", "one-host"} {
		var out bytes.Buffer
		if err := NmapXML(&out, reportOf(reports[name])); err != nil || !strings.Contains(out.String(), ` start="1770091506" startstr="Tue Feb  3 04:05:06 2026"`) {
			t.Errorf("%s: %v\n%s", name, err, out.String())
		}
	}
}

// Very many names at one address, as behind a load balancer, take a time that
// follows their number.
func TestNmapXMLOfManyNamesAtOneAddress(t *testing.T) {
	t.Parallel()
	const names = 40_000
	records := make([]record.Summary, names)
	for i := range records {
		records[i] = host(fmt.Sprintf("n%d.example", i), "192.0.2.1", endpoint.TCP,
			span(80, 80, endpoint.Closed, endpoint.ConnRefused), span(443, 443, endpoint.Open, endpoint.SynAck))
	}
	records[7].Spans[0] = span(80, 80, endpoint.Open, endpoint.SynAck)
	began := time.Now()
	var out bytes.Buffer
	if err := NmapXML(&out, reportOf(records)); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(began); took > 3*time.Second {
		t.Errorf("%d names took %v", names, took)
	}
	if got := out.String(); strings.Count(got, "<hostname ") != names || strings.Count(got, `<state state="open"`) != 2 {
		t.Errorf("%d names, %d open", strings.Count(got, "<hostname "), strings.Count(got, `<state state="open"`))
	}
}
