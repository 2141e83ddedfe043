package manual

import (
	"fmt"

	"portkit/pkg/cli"
)

// limits is the section on what a process must be allowed, which is the same for
// every tool. The Go runtime reserves address space far beyond what it uses: at
// ulimit -v 850000 runs over 600,000 addresses failed, at 1000000 none did.
var limits = fmt.Sprintf("Each tool requires %d file descriptors in addition to those open at its start (ulimit -n). "+
	"With fewer, it exits with status 2 and reports the required limit. "+
	"It reserves 0.75 GB of address space but uses little of it: "+
	"if ulimit -v is set, it must be at least 1000000 KiB (1 GB), plus the memory that the tool uses. "+
	"To limit memory, use a control group, such as systemd-run -p MemoryMax=2G.", cli.MinDescriptors)
