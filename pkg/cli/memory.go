package cli

import (
	"runtime"
	"runtime/debug"
)

// RelaxGC lets so many percent of the memory in use be waste before it is
// collected, and at least so many bytes, until the function it returns is called.
// The tools throw little away, so that a small part costs little.
func RelaxGC(percent, least int) (end func()) {
	before := debug.SetGCPercent(percent)
	// It is counted as in use and never touched, so that it takes no memory: a
	// small heap would else be collected a dozen times while it grows.
	ballast := make([]byte, least*100/percent)
	return func() {
		runtime.KeepAlive(ballast)
		debug.SetGCPercent(before)
	}
}
