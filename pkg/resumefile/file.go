// Package resumefile holds the results of a run, so that a later run can resume
// where it ended: an endpoint that has a result in the file need not be probed
// again. The file contains nothing but results.
package resumefile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"

	"portkit/pkg/endpoint"
)

// File is a file of results, locked against a second run. One goroutine may call
// Take while another writes.
type File struct {
	name  string // as given
	file  *os.File
	size  int64 // of the whole lines
	index *index
	// drop is the offset of the first line to drop, size if there is none. keptAfter
	// means that a result follows it.
	drop      int64
	keptAfter bool
	// Answered is the number of results in the file when it was opened, without
	// those that Open removed.
	Answered int64
	// Dropped is the number of records that Open removed: errors, host-lost and open ports
	// whose service was not identified in time.
	Dropped int64
}

// ErrInUse means that another run writes to the file.
var ErrInUse = errors.New("in use by another run")

// Open locks a file of results, which is created if necessary, and reads it. It
// removes errors, records with the reason host-lost, open ports whose service was not
// identified in time, and a torn last line. Their endpoints are probed again. It leaves the file unchanged and fails if the first line is not a result, or if a
// later line is not one and results follow it. Errors name the file.
func Open(name string) (*File, error) {
	f := &File{name: name, index: newIndex()}
	if err := f.open(); err != nil {
		if f.file != nil {
			f.file.Close()
		}
		return nil, f.named(err)
	}
	return f, nil
}

// named returns err with the name of the file instead of operation and path.
func (f *File) named(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		err = path.Err
	}
	return fmt.Errorf("%s: %w", f.name, err)
}

func (f *File) open() (err error) {
	path := f.name
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real // keep the link if the file is replaced
	}
	if f.file, err = openLocked(path); err != nil {
		return err
	}
	info, err := f.file.Stat()
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return errors.New("not a regular file")
	}
	if err := f.recover(path, info); err != nil {
		return err
	}
	_, err = f.file.Seek(0, io.SeekEnd)
	return err
}

// openLocked opens and locks a file. It tries again if another run replaced the
// file between the two, and so locked the new one.
func openLocked(path string) (*os.File, error) {
	for range 10 {
		file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o666)
		if err != nil {
			return nil, nameDirectory(path, err)
		}
		if err := lock(file); err != nil {
			file.Close()
			return nil, err
		}
		locked, err := file.Stat()
		current, err2 := os.Stat(path)
		if err == nil && err2 == nil && os.SameFile(locked, current) {
			return file, nil
		}
		file.Close()
	}
	return nil, ErrInUse
}

// nameDirectory returns err with the name of the directory if a file cannot be
// created in it.
func nameDirectory(path string, err error) error {
	var at *fs.PathError
	if _, missing := os.Lstat(path); !errors.Is(missing, fs.ErrNotExist) || errors.Is(err, fs.ErrNotExist) || !errors.As(err, &at) {
		return err
	}
	return fmt.Errorf("cannot create a file in the directory %s: %w", filepath.Dir(path), at.Err)
}

// Take reports whether the file has a result for one more input record of an
// endpoint, and uses it up. addr is the address that the record itself has, or the
// zero Addr.
func (f *File) Take(host []byte, addr netip.Addr, port uint16, p endpoint.Proto) bool {
	return f.index.take(f.index.place(host, besides(host, addr), port, p))
}

// besides returns addr if it is not just what host says, else the zero Addr.
func besides(host []byte, addr netip.Addr) netip.Addr {
	var b [64]byte
	if addr.IsValid() && bytes.Equal(addr.AppendTo(b[:0]), host) {
		return netip.Addr{}
	}
	return addr
}

// Write appends whole lines. After a failure it removes a line that was written
// in part, so that the file ends with a whole line.
func (f *File) Write(lines []byte) (int, error) {
	n, err := f.file.Write(lines)
	if err == nil {
		f.size += int64(n)
		return n, nil
	}
	if whole := bytes.LastIndexByte(lines[:max(n, 0)], '\n') + 1; f.file.Truncate(f.size+int64(whole)) == nil {
		f.size += int64(whole)
	}
	return n, f.named(err)
}

// Sync writes what was appended through to the disk.
func (f *File) Sync() error { return f.file.Sync() }

// Close releases the lock.
func (f *File) Close() error { return f.file.Close() }
