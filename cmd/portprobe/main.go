// Portprobe asks endpoints and says what came back.
package main

import (
	"os"

	"portkit/pkg/portprobe"
)

func main() { os.Exit(portprobe.Main()) }
