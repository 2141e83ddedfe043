package recog

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// maxBytes limits the fingerprint files of a folder in total.
const maxBytes = 64 << 20

// Database is the fingerprints of a folder. A nil Database matches nothing.
type Database struct {
	kinds map[string][]*fingerprint // in the order of the search
}

// Load reads the fingerprint files (*.xml) of a folder. Errors begin with
// "FILE:LINE: ", or "FILE: " if no line is at fault.
func Load(dir string) (*Database, error) {
	if dir == "" {
		return nil, errors.New("the name of the folder is empty")
	}
	return load(os.DirFS(dir), dir)
}

// load reads the files of a file system, which messages call dir.
func load(fsys fs.FS, dir string) (*Database, error) {
	names, err := xmlFiles(fsys)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", dir, cause(err))
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("%s: no fingerprint files (*.xml) here; name the folder that contains them", dir)
	}
	files, err := readAll(fsys, dir, names)
	if err != nil {
		return nil, err
	}
	// Stable: files of equal preference stay in the order of their names.
	slices.SortStableFunc(files, func(a, b *file) int { return cmp.Compare(b.preference, a.preference) })
	d := &Database{kinds: map[string][]*fingerprint{}}
	for _, f := range files {
		d.kinds[f.kind] = append(d.kinds[f.kind], f.fingerprints...)
	}
	return d, nil
}

// xmlFiles returns the names of the fingerprint files in ascending order.
func xmlFiles(fsys fs.FS) (names []string, err error) {
	entries, err := fs.ReadDir(fsys, ".")
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if !e.IsDir() && strings.HasSuffix(e.Name(), ".xml") {
			names = append(names, e.Name())
		}
	}
	return names, nil
}

// readAll returns the files in the order of their names. Of several errors it returns
// that of the first file.
func readAll(fsys fs.FS, dir string, names []string) ([]*file, error) {
	files, errs := make([]*file, len(names)), make([]error, len(names))
	left := int64(maxBytes)
	var wg sync.WaitGroup
	for i, name := range names {
		path := filepath.Join(dir, name)
		text, err := read(fsys, name, left)
		if err != nil {
			errs[i] = fmt.Errorf("%s: %w", path, cause(err))
			break
		}
		left -= int64(len(text))
		wg.Go(func() {
			if files[i], err = parse(name, bytes.NewReader(text)); err != nil {
				errs[i] = fmt.Errorf("%s:%w", path, err)
			}
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return files, nil
}

// read returns a file of at most limit bytes.
func read(fsys fs.FS, name string, limit int64) ([]byte, error) {
	info, err := fs.Stat(fsys, name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() { // opening a named pipe would block
		return nil, errors.New("not a regular file")
	}
	if info.Size() > limit {
		return nil, fmt.Errorf("the fingerprint files have more than %d MiB", maxBytes>>20)
	}
	return fs.ReadFile(fsys, name)
}

// cause returns err without operation and path, which the message has already.
func cause(err error) error {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		return p.Err
	}
	return err
}
