package cli

import (
	"io"
	"os"
)

// OpenAt is Open for a tool that reads a file at any place, and more than once.
// at is nil where that cannot be done, as with a pipe: then r is what can be read
// once. What at reads begins where r would begin.
func (c *Context) OpenAt(name string) (r io.ReadCloser, at io.ReaderAt, err error) {
	r, err = c.Open(name)
	if err != nil {
		return nil, nil, err
	}
	in := c.named(r)
	f := in.file()
	if f == nil {
		return r, nil, nil
	}
	if st, err := f.Stat(); err != nil || !st.Mode().IsRegular() {
		return r, nil, nil
	}
	begin, err := f.Seek(0, io.SeekCurrent)
	if err != nil {
		return r, nil, nil // then it may still be read in the plainest way
	}
	return r, &placedFile{in.name, f, begin}, nil
}

// placedFile is a file from some place on, with its name in its errors.
type placedFile struct {
	name  string
	f     *os.File
	begin int64
}

func (p *placedFile) ReadAt(b []byte, off int64) (int, error) {
	n, err := p.f.ReadAt(b, p.begin+off)
	if off == 0 && isUTF16(b[:n]) {
		n, err = 0, errUTF16
	}
	if off == 0 {
		if wrong := new(layout).check(b[:n]); wrong != nil {
			n, err = 0, wrong
		}
	}
	if err != nil && err != io.EOF {
		err = InputError(nameError(p.name, err))
	}
	return n, err
}
