//go:build !unix

package journal

import (
	"io/fs"
	"os"
)

// lock does nothing here: nothing keeps two runs apart.
func lock(*os.File) error { return nil }

func keepOwner(*os.File, fs.FileInfo) {}

func syncFolder(string) {}
