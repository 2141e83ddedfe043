package lab

import (
	"fmt"
	"os"
	"strings"
)

// HighWater is the most memory of a process that was resident so far, in KiB
// (VmHWM, proc(5)); 0 when it has ended.
func HighWater(pid int) (kib int) {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	for line := range strings.Lines(string(text)) {
		if _, err := fmt.Sscanf(line, "VmHWM: %d kB", &kib); err == nil {
			return kib
		}
	}
	return 0
}
