// Servers that crypto/tls refuses by default are recognized too: nothing confidential is
// sent to them.

//go:debug tlssha1=1
//go:debug tlsrsakex=1
//go:debug tls3des=1
//go:debug rsa1024min=0
//go:debug tlsmlkem=0
//go:debug x509negativeserial=1

// Command portid identifies the services at open ports.
package main

import (
	"os"

	"portkit/pkg/portid"
)

func main() { os.Exit(portid.Main()) }
