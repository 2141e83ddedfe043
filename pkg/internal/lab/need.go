package lab

import (
	"os"
	"testing"
)

// Need skips the test, saying why, where the lab cannot be had. With
// REQUIRE=all in the environment that is a failure instead.
func Need(tb testing.TB) {
	tb.Helper()
	if why := Missing(); why != "" {
		Skip(tb, "the network lab cannot be had here: "+why)
	}
}

// Skip skips the test for the reason given, or fails it where REQUIRE=all
// says that nothing may be skipped.
func Skip(tb testing.TB, why string) {
	tb.Helper()
	if os.Getenv("REQUIRE") == "all" {
		tb.Fatalf("REQUIRE=all, but %s", why)
	}
	tb.Skip(why)
}

// Rounds is how often a test repeats what it does n times: a tenth of that with
// -short, as under the race detector, which finds in few rounds what it finds in
// many.
func Rounds(n int) int {
	if testing.Short() {
		return max(n/10, 1)
	}
	return n
}

// Slow skips the test with -short, because of what takes long.
func Slow(tb testing.TB, why string) {
	tb.Helper()
	if testing.Short() {
		tb.Skip(why)
	}
}
