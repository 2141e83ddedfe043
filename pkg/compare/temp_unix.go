//go:build unix

package compare

import "os"

// unseen makes a file and takes its name away at once: what is open stays
// until it is closed.
func unseen() (*os.File, error) {
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
