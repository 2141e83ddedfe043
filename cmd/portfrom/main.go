// Command portfrom converts the results of other scanners to result records.
package main

import (
	"os"

	"portkit/pkg/portfrom"
)

func main() { os.Exit(portfrom.Main()) }
