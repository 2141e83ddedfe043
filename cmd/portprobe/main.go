// Command portprobe probes endpoints and writes their results.
package main

import (
	"os"

	"portkit/pkg/portprobe"
)

func main() { os.Exit(portprobe.Main()) }
