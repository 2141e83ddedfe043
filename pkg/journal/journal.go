// Package journal is a file of results that a run adds to, so that another can
// go on where it ended. The results are all it holds: what they answer need not
// be asked again.
package journal

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"

	"portkit/pkg/endpoint"
	"portkit/pkg/ndjson"
	"portkit/pkg/record"
)

// Journal is a results file, locked against a second run. It is for one writer,
// and one reader of answers, at a time.
type Journal struct {
	name string // as given
	file *os.File
	size int64 // of what is whole
	// first is where the first line to take out begins, size if there is none;
	// behind: results follow it.
	first  int64
	behind bool
	index  *index
	// Answered is how many results it held, errors left out.
	Answered int64
	// Dropped is how many error records were taken out of it.
	Dropped int64
}

// ErrInUse is a journal that another run is writing.
var ErrInUse = errors.New("in use by another run")

// Open locks a results file, made if there is none, reads it and takes out what
// is to be asked again: records of errors, and a last line that was torn. A file
// whose first line is no result, or which has such a line in its midst, is left
// as it is. Errors name the file.
func Open(name string) (*Journal, error) {
	j := &Journal{name: name, index: newIndex()}
	if err := j.open(); err != nil {
		if j.file != nil {
			j.file.Close()
		}
		var path *fs.PathError
		if errors.As(err, &path) {
			err = path.Err
		}
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return j, nil
}

func (j *Journal) open() (err error) {
	path := j.name
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real // a link stays one
	}
	if j.file, err = openLocked(path); err != nil {
		return err
	}
	info, err := j.file.Stat()
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return errors.New("not a regular file")
	}
	size := info.Size()
	if m, ok := lastMark(j.file, size); ok {
		if size, err = m.finish(j.file); err != nil {
			return err
		}
	}
	if err := j.read(size); err != nil {
		return err
	}
	j.index.seal()
	if j.behind {
		err = j.clean(path, info)
	} else if j.size = j.first; j.first < size {
		err = j.file.Truncate(j.first)
	}
	if err == nil {
		_, err = j.file.Seek(0, io.SeekEnd)
	}
	return err
}

// clean takes out what is not a result: by a new file in the place of the old
// one, or in place where that is not possible, as with a single file that is
// mounted into a container, or in a folder that may not be written.
func (j *Journal) clean(path string, info fs.FileInfo) error {
	if j.rewrite(path, info) == nil {
		return nil
	}
	err := j.file.Truncate(j.size) // a torn last line would hide what is appended
	if err == nil {
		j.size, err = cleanInPlace(j.file, j.first, j.size, func(w io.Writer) error { return j.copyTo(w, j.first) })
	}
	return err
}

// openLocked opens and locks a file. It may have been replaced between the two,
// by a run that took the lock of the former one with it.
func openLocked(path string) (*os.File, error) {
	for range 10 {
		f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o666)
		if err != nil {
			return nil, blame(path, err)
		}
		if err := lock(f); err != nil {
			f.Close()
			return nil, err
		}
		have, err := f.Stat()
		there, err2 := os.Stat(path)
		if err == nil && err2 == nil && os.SameFile(have, there) {
			return f, nil
		}
		f.Close()
	}
	return nil, ErrInUse
}

// blame names the folder where that is why a file cannot be made.
func blame(path string, err error) error {
	var at *fs.PathError
	if _, missing := os.Lstat(path); !errors.Is(missing, fs.ErrNotExist) || errors.Is(err, fs.ErrNotExist) || !errors.As(err, &at) {
		return err
	}
	return fmt.Errorf("cannot create a file in the directory %s: %w", filepath.Dir(path), at.Err)
}

// read indexes the results of the file, which is size bytes long, and finds
// what has to be taken out.
func (j *Journal) read(size int64) (err error) {
	if j.size, err = j.wholeLines(size); err != nil {
		return err
	}
	j.first = j.size
	err = j.each(0, func(l ndjson.Line, r *record.Result) error {
		if !answers(r) {
			j.first = min(j.first, l.At)
			if r != nil {
				j.Dropped++
			}
			return nil
		}
		j.behind = j.first < l.At
		j.Answered++
		j.index.add(j.index.place(r.Host, beside(r.Host, r.Addr), r.Port, r.Proto))
		return nil
	})
	j.first = min(j.first, j.size)
	return err
}

// answers reports whether a result stays: an error is to be probed again. nil is
// a damaged line.
func answers(r *record.Result) bool { return r != nil && r.State != endpoint.Error }

// begins is how every record of a result begins.
const begins = `{"host":`

// wholeLines is how much of the file, of so many bytes, has whole lines. Where
// none is, what is there has to look like the beginning of a result.
func (j *Journal) wholeLines(size int64) (int64, error) {
	buf := make([]byte, 1<<16)
	for end := size; end > 0; {
		from := max(end-int64(len(buf)), 0)
		part := buf[:end-from]
		if _, err := j.file.ReadAt(part, from); err != nil {
			return 0, err
		}
		if n := bytes.LastIndexByte(part, '\n'); n >= 0 {
			return from + int64(n) + 1, nil
		}
		if n := min(len(begins), len(part)); from == 0 && string(part[:n]) != begins[:n] {
			return 0, errors.New("contains no result; left unchanged")
		}
		end = from
	}
	return 0, nil
}

// each calls yield for every whole line that begins at from or later: with a
// result, or with nil for a line that is not one, as a disk may leave them at the
// end of a file when the power fails. Offsets count from the file's beginning.
func (j *Journal) each(from int64, yield func(ndjson.Line, *record.Result) error) error {
	w := walk{first: from == 0, yield: yield}
	blocks := ndjson.NewReader(io.NewSectionReader(j.file, from, j.size-from))
	var data []byte
	for {
		block, err := blocks.NextBlock(data)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		data = block.Data
		for line, ok := block.Next(); ok; line, ok = block.Next() {
			line.At += from
			if m, ok := parseMark(line.Text); ok && m.end == 0 {
				j.size = line.At // a copy that was not finished follows
				return nil
			}
			if err := w.line(line); err != nil {
				return err
			}
		}
	}
}

// walk goes through the lines of a journal.
type walk struct {
	decoder record.Decoder
	result  record.Result
	first   bool  // no line of the file has been met
	damaged int64 // number of the line from which on none was a result; 0: all were
	yield   func(ndjson.Line, *record.Result) error
}

func (w *walk) line(line ndjson.Line) error {
	r := &w.result
	if w.decoder.Result(line, r) != nil || r.Summary {
		r = nil
	}
	switch {
	case r == nil && w.first:
		return fmt.Errorf("line %d is not a result; file left unchanged", line.No)
	case r == nil && w.damaged == 0:
		w.damaged = line.No
	case r != nil && w.damaged != 0:
		return fmt.Errorf("line %d is not a result; file left unchanged", w.damaged)
	}
	w.first = false
	return w.yield(line, r)
}

// rewrite puts a file with the results alone in the place of the old one.
func (j *Journal) rewrite(path string, info fs.FileInfo) error {
	folder, file := filepath.Split(path)
	fresh := filepath.Join(folder, "."+file+".rewritten")
	os.Remove(fresh) // a run that was killed may have left it
	f, err := os.OpenFile(fresh, os.O_RDWR|os.O_CREATE|os.O_EXCL, info.Mode().Perm())
	if err != nil {
		return err
	}
	size, err := j.copyFile(f, info)
	if err == nil {
		err = os.Rename(fresh, path)
	}
	if err != nil {
		f.Close()
		os.Remove(fresh)
		return err
	}
	syncFolder(filepath.Dir(path))
	old := j.file
	j.file, j.size = f, size
	old.Close()
	return nil
}

// copyFile writes the results to f, which is locked before anybody can find it,
// and returns their size.
func (j *Journal) copyFile(f *os.File, info fs.FileInfo) (size int64, err error) {
	if err := lock(f); err != nil {
		return 0, err
	}
	keepOwner(f, info)
	w := bufio.NewWriterSize(f, 1<<16)
	if err := errors.Join(j.copyTo(w, 0), w.Flush()); err != nil {
		return 0, err
	}
	if size, err = f.Seek(0, io.SeekCurrent); err != nil {
		return 0, err
	}
	return size, f.Sync()
}

// copyTo writes the results whose lines begin at from or later.
func (j *Journal) copyTo(w io.Writer, from int64) error {
	return j.each(from, func(l ndjson.Line, r *record.Result) error {
		if !answers(r) {
			return nil
		}
		if _, err := w.Write(l.Text); err != nil {
			return err
		}
		_, err := w.Write([]byte{'\n'})
		return err
	})
}

// beside is an address that says more than its host; else the zero Addr.
func beside(host []byte, ip netip.Addr) netip.Addr {
	var b [64]byte
	if ip.IsValid() && bytes.Equal(ip.AppendTo(b[:0]), host) {
		return netip.Addr{}
	}
	return ip
}

// Take says whether the journal holds an answer for one more record of an
// endpoint, and uses it up. ip is what the record itself carries beside its
// host, or the zero Addr.
func (j *Journal) Take(host []byte, ip netip.Addr, port uint16, p endpoint.Proto) bool {
	return j.index.take(j.index.place(host, beside(host, ip), port, p))
}

// Write adds whole lines. What could not be written whole is taken back as far as
// that goes, so that the file ends with a whole line.
func (j *Journal) Write(lines []byte) (int, error) {
	n, err := j.file.Write(lines)
	if err == nil {
		j.size += int64(n)
		return n, nil
	}
	if whole := bytes.LastIndexByte(lines[:max(n, 0)], '\n') + 1; j.file.Truncate(j.size+int64(whole)) == nil {
		j.size += int64(whole)
	}
	var path *fs.PathError
	if errors.As(err, &path) {
		err = path.Err
	}
	return n, fmt.Errorf("%s: %w", j.name, err)
}

// Sync writes what was added through to the disk.
func (j *Journal) Sync() error { return j.file.Sync() }

// Close gives the lock back.
func (j *Journal) Close() error { return j.file.Close() }
