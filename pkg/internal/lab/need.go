package lab

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// The reasons for skipping a test begin with a cause, up to the first colon.
// .ci/gotest counts the tests of each.
const (
	causeSlow     = "is left to make test-all: "
	causePrograms = "needs programs that .ci/run installs: "
	causeLab      = "needs network namespaces: "
)

// Need skips the test where network namespaces cannot be made, and with -short.
// With REQUIRE=all in the environment it fails the test instead.
func Need(tb testing.TB) {
	tb.Helper()
	Slow(tb, "network namespaces")
	if why := Missing(); why != "" {
		Skip(tb, causeLab+why)
	}
}

// Slow skips the test with -short. The kind, such as "daemons", is a word or two
// for the list of what was skipped.
func Slow(tb testing.TB, kind string) {
	tb.Helper()
	if testing.Short() {
		tb.Skip(causeSlow + kind)
	}
}

// Programs skips the test if one of the programs is not installed, or fails it with
// REQUIRE=all. A name may be a path.
func Programs(tb testing.TB, names ...string) {
	tb.Helper()
	for _, name := range names {
		if _, err := exec.LookPath(name); err != nil {
			Skip(tb, causePrograms+filepath.Base(name))
		}
	}
}

// Skip skips the test for a reason, or fails it with REQUIRE=all.
func Skip(tb testing.TB, why string) {
	tb.Helper()
	if os.Getenv("REQUIRE") == "all" {
		tb.Fatalf("REQUIRE=all, but this test %s", why)
	}
	tb.Skip(why)
}

// NotRaced skips the test under the race detector, where it takes long, and runs no
// code concurrently that other tests do not.
func NotRaced(tb testing.TB) {
	tb.Helper()
	if RaceDetector {
		tb.Skip(causeSlow + "the race detector")
	}
}

// Rounds returns how often a test repeats what it does n times: a tenth of that
// with -short and under the race detector, which needs few rounds.
func Rounds(n int) int {
	if testing.Short() || RaceDetector {
		return max(n/10, 1)
	}
	return n
}
