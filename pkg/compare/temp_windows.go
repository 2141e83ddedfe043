package compare

import (
	"crypto/rand"
	"os"
	"path/filepath"

	"golang.org/x/sys/windows"
)

// unnamedFile creates a file that the system deletes when it is closed.
func unnamedFile() (*os.File, error) {
	name := filepath.Join(os.TempDir(), "portdiff-"+rand.Text())
	return os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL|windows.FILE_FLAG_DELETE_ON_CLOSE, 0o600)
}
