//go:build unix

package compare

import "os"

// unnamedFile creates a file and removes its name: the file remains until it is
// closed.
func unnamedFile() (*os.File, error) {
	f, err := os.CreateTemp("", "portdiff-")
	if err != nil {
		return nil, err
	}
	if err := os.Remove(f.Name()); err != nil {
		_ = f.Close()
		return nil, err
	}
	return f, nil
}
