package compare

import (
	"io"
	"os"
)

// spoolMemory is how much a spool holds before it goes to disk.
const spoolMemory = 8 << 20

// Spool is bytes that are written once, one behind the other, and then read at
// any place: in memory while they are few, otherwise in a temporary file. The
// zero value is empty.
type Spool struct {
	mem  []byte
	file *os.File
	size int64
}

// Reader reads what was written, from the beginning.
func (s *Spool) Reader() io.Reader { return io.NewSectionReader(s, 0, s.size) }

// Write adds p at the end.
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

// spill goes on in a file.
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

// ReadAt is io.ReaderAt's.
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

// Close gives the file back.
func (s *Spool) Close() {
	if s.file != nil {
		_ = s.file.Close() // nobody reads it any more
	}
	s.file, s.mem = nil, nil
}
