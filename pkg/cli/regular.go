package cli

import (
	"io"
	"iter"
	"math"
	"os"
)

// Regular iterates over readers for a look ahead at the files that Inputs will
// read: each begins where Inputs will, and does not move it. ok is false unless all
// are regular files. A file that cannot be opened ends the iteration with nil.
func (c *Context) Regular(files []string) (readers iter.Seq[io.Reader], ok bool) {
	files = inputNames(files)
	for _, name := range files {
		if name == StdinName && c.stdinSection() == nil || name != StdinName && !isRegular(os.Stat(name)) {
			return nil, false
		}
	}
	return func(yield func(io.Reader) bool) {
		for _, name := range files {
			if name == StdinName {
				if !yield(c.stdinSection()) {
					return
				}
				continue
			}
			f, err := os.Open(name)
			if err != nil {
				yield(nil)
				return
			}
			more := yield(f)
			f.Close() // an error does not matter: it was only read
			if !more {
				return
			}
		}
	}, true
}

// stdinSection returns the rest of standard input, nil if that is not a regular
// file.
func (c *Context) stdinSection() io.Reader {
	f := c.in.file()
	if f == nil || !isRegular(f.Stat()) {
		return nil
	}
	at, err := f.Seek(0, io.SeekCurrent)
	if err != nil {
		return nil
	}
	return io.NewSectionReader(f, at, math.MaxInt64-at)
}

func isRegular(info os.FileInfo, err error) bool { return err == nil && info.Mode().IsRegular() }

// OpenAt is Open for a tool that reads a file at any place, and more than once.
// at begins where r begins. It is nil if the input can only be read once, such as
// a pipe, by r.
func (c *Context) OpenAt(name string) (r io.ReadCloser, at io.ReaderAt, err error) {
	r, err = c.Open(name)
	if err != nil {
		return nil, nil, err
	}
	in := c.named(r)
	in.foreign = c.tool.Foreign
	f := in.file()
	if f == nil || !isRegular(f.Stat()) {
		return r, nil, nil
	}
	begin, err := f.Seek(0, io.SeekCurrent)
	if err != nil {
		return r, nil, nil // it may still be readable
	}
	return r, &fileSection{in.name, f, begin, in.foreign}, nil
}

// fileSection is a file from some offset on, with the errors of namedReader.
type fileSection struct {
	name    string
	f       *os.File
	begin   int64
	foreign func(head []byte) bool // Tool.Foreign
}

func (s *fileSection) ReadAt(b []byte, off int64) (int, error) {
	n, err := s.f.ReadAt(b, s.begin+off)
	if off == 0 {
		if wrong := checkBegin(s.name, b[:n], s.foreign, new(layout).check(b[:n])); wrong != nil {
			n, err = 0, wrong
		}
	}
	if err != nil && err != io.EOF {
		err = nameError(s.name, err)
	}
	return n, err
}
