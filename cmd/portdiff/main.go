// Command portdiff compares two scans, or a scan with what is expected.
package main

import (
	"os"

	"portkit/pkg/portdiff"
)

func main() { os.Exit(portdiff.Main()) }
