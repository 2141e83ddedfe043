package compare

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// temp creates a temporary file without a name, which vanishes when the process
// ends, however it ends.
func temp() (*os.File, error) {
	f, err := unnamedFile()
	if err != nil {
		return nil, tempError(err)
	}
	return f, nil
}

// tempError adds the directory of the temporary files to err.
func tempError(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		err = p.Err
	}
	return fmt.Errorf("temporary files in %s: %w (set TMPDIR to use another directory)", os.TempDir(), err)
}
