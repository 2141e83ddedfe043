package compare

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// temp makes a temporary file that no other program sees and that is gone
// with this process, however that ends.
func temp() (*os.File, error) {
	f, err := unseen()
	if err != nil {
		return nil, tempError(err)
	}
	return f, nil
}

// tempError says where there is no room.
func tempError(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		err = p.Err
	}
	return fmt.Errorf("temporary files in %s: %w (set TMPDIR to use another directory)", os.TempDir(), err)
}
