// Command portsum adds results up and draws the report.
package main

import (
	"os"

	"portkit/pkg/portsum"
)

func main() { os.Exit(portsum.Main()) }
