package probe

import (
	"testing"
	"unsafe"
)

// TestJobIsSmall matters because 65,536 and more of them may be outstanding.
func TestJobIsSmall(t *testing.T) {
	if n := unsafe.Sizeof(Job{}); n > 256 {
		t.Errorf("a job has %d bytes, want at most 256", n)
	}
}
