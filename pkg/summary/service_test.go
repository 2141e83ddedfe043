package summary

import (
	"slices"
	"testing"
)

func TestCertificateThatExpiresLastIsBetter(t *testing.T) {
	want := []string{
		"", `{"starttls":true}`, `{}`, `{"issuer":"CN=ca"}`, `{"sha256":"0b"}`,
		`{"not_after":"2026-12-01T00:00:00Z","sha256":"0a"}`, `{"not_after":"2027-02-01T00:00:00Z","names":["a"]}`,
	}
	got := slices.Clone(want)
	slices.Reverse(got)
	slices.SortFunc(got, func(a, b string) int {
		if x, y := (&found{cert: a}), (&found{cert: b}); x.better(y) {
			return 1
		}
		return -1
	})
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
