// Command portgen expands target and port specs into endpoint records.
package main

import (
	"os"

	"portkit/pkg/portgen"
)

func main() { os.Exit(portgen.Main()) }
