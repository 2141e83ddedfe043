package report_test

import (
	"testing"
	"time"

	"portkit/pkg/endpoint"
	"portkit/pkg/internal/reporttest"
	"portkit/pkg/record"
	"portkit/pkg/report"
)

func TestUnexpected(t *testing.T) {
	r := reporttest.New(nil)
	for _, tt := range []struct {
		port uint16
		app  string
		want bool
	}{{22, "ssh", false}, {22, "http", true}, {22, "", false}, {64000, "http", false}} {
		p := report.OpenPort{Port: report.Port{Number: tt.port, Proto: endpoint.TCP}, Found: record.Found{Port: tt.port, App: tt.app}}
		if got := r.Unexpected(p); got != tt.want {
			t.Errorf("%s at %d: %v, want %v", tt.app, tt.port, got, tt.want)
		}
	}
}

// The number of days is the difference of the dates that are printed.
func TestCertificateExpires(t *testing.T) {
	now := time.Date(2026, 11, 30, 23, 0, 0, 0, time.FixedZone("", -3*3600)) // 2026-12-01 in UTC
	for text, want := range map[string]string{
		"2026-12-11T00:00:00Z": "in 10 days", "2026-12-11T23:59:59Z": "in 10 days", "2026-12-02T00:00:00Z": "in 1 day",
		"2026-12-01T02:00:01Z": "today", "2026-12-01T01:59:59Z": "expired today", "2026-11-30T23:59:59Z": "expired 1 day ago",
		"2026-11-21T00:00:00Z": "expired 10 days ago", "9999-12-31T00:00:00Z": "in 2912108 days", "1969-12-31T23:00:00Z": "expired 20789 days ago",
	} {
		expires, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		c := report.Certificate{Cert: record.Cert{NotAfter: expires}}
		if got := c.Expires(now); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
	r := report.Report{Now: now, Expiring: 10 * 24 * time.Hour}
	if got, want := r.Soon(), time.Date(2026, 12, 12, 0, 0, 0, 0, time.UTC); !got.Equal(want) {
		t.Errorf("soon is before %v, want %v", got.UTC(), want)
	}
}
