package compare

import (
	"io"
	"os"
)

// spoolMemory is the size above which a Spool is on disk.
const spoolMemory = 8 << 20

// Spool stores bytes that are appended and then read at any place: in memory, or
// above spoolMemory in a temporary file. The zero value is empty.
type Spool struct {
	mem  []byte
	file *os.File
	size int64
}

// Reader returns a reader of what was written, from the beginning.
func (s *Spool) Reader() io.Reader { return io.NewSectionReader(s, 0, s.size) }

// Write appends p.
func (s *Spool) Write(p []byte) (int, error) {
	if s.file == nil && len(s.mem)+len(p) <= spoolMemory {
		s.mem = append(s.mem, p...)
		s.size += int64(len(p))
		return len(p), nil
	}
	if s.file == nil {
		if err := s.spill(); err != nil {
			return 0, err
		}
	}
	n, err := s.file.WriteAt(p, s.size)
	s.size += int64(n)
	if err != nil {
		err = tempError(err)
	}
	return n, err
}

// spill moves the bytes to a file.
func (s *Spool) spill() error {
	f, err := temp()
	if err != nil {
		return err
	}
	if _, err := f.WriteAt(s.mem, 0); err != nil {
		_ = f.Close()
		return tempError(err)
	}
	s.file, s.mem = f, nil
	return nil
}

// ReadAt implements io.ReaderAt.
func (s *Spool) ReadAt(p []byte, off int64) (n int, err error) {
	switch {
	case off >= s.size:
		return 0, io.EOF
	case s.file != nil:
		if n, err = s.file.ReadAt(p, off); err != nil && err != io.EOF {
			err = tempError(err)
		}
		return n, err
	}
	if n = copy(p, s.mem[off:]); n < len(p) {
		err = io.EOF
	}
	return n, err
}

// Close releases what was stored.
func (s *Spool) Close() {
	if s.file != nil {
		_ = s.file.Close() // the file is not needed any more, so an error does not matter
	}
	s.file, s.mem = nil, nil
}
