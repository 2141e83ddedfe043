package report_test

import (
	"testing"

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
