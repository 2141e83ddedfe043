package probe

import (
	"testing"
	"unsafe"
)

// TestJobIsSmall: 65,536 and more of them wait at once.
func TestJobIsSmall(t *testing.T) {
	if n := unsafe.Sizeof(Job{}); n > 240 {
		t.Errorf("a job takes %d bytes, at most 240", n)
	}
}
