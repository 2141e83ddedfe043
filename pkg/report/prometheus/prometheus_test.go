package prometheus

import (
	"flag"
	"fmt"
	"strings"
	"testing"

	"portkit/pkg/cli"
	"portkit/pkg/internal/lab"
	"portkit/pkg/internal/reporttest"
	"portkit/pkg/report"
)

var update = flag.Bool("update", false, "write the files in testdata")

func TestMain(m *testing.M) { lab.Main(m) }

func TestWriteMatchesFiles(t *testing.T) {
	for _, name := range []string{"empty", "several-hosts", "grouped", "stats", "silence", "services"} {
		r := reporttest.Named(name)
		r.Stats, r.Escape = name == "stats", cli.Printable[string]
		reporttest.Golden(t, *update, name+".prom", Write, r)
	}
}

func TestLabelNamesAreValidAndDifferent(t *testing.T) {
	got := fmt.Sprint(labelNames([]string{"owner", "ip/24", "ip 24", "ip_24", "proto", "state", "le", "__name__", "9", "ünï", "", "host"}, "proto", "state", "le"))
	if want := "[owner ip_24 by_ip_24 by_ip_24_2 by_proto by_state by_le name__ by_9 n_ by_ host]"; got != want {
		t.Errorf("labels %s, want %s", got, want)
	}
}

// promtool parses and lints metrics.
func TestPromtoolAcceptsMetrics(t *testing.T) {
	for _, r := range []*report.Report{
		reporttest.New(nil), reporttest.Named("several-hosts"), reporttest.Named("grouped"), reporttest.Named("services"),
		reporttest.New(reporttest.Reports()["services"], "host", "port", "app"),
		reporttest.New(reporttest.Network(300), "owner", "host", "proto"),
		reporttest.Hostile(), reporttest.Hostile("owner", "host", "ip", "proto", "owner "),
	} {
		r.Stats = true
		if out := reporttest.Run(t, reporttest.Text(t, Write, r), "promtool", "check", "metrics"); out != "" {
			t.Errorf("promtool prints\n%s", out)
		}
	}
}

func TestSeriesDoNotGrowWithHosts(t *testing.T) {
	lines := func(hosts int) int {
		return strings.Count(reporttest.Text(t, Write, reporttest.New(reporttest.Network(hosts))), "\n")
	}
	if few, many := lines(200), lines(5000); few != many || many > 60 {
		t.Errorf("%d lines for 200 hosts, %d for 5000", few, many)
	}
}
