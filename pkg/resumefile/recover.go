package resumefile

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"portkit/pkg/endpoint"
	"portkit/pkg/ndjson"
	"portkit/pkg/record"
)

// recover finishes what an interrupted run left, reads the results, and removes
// records without evidence and a torn last line.
func (f *File) recover(path string, info fs.FileInfo) error {
	size := info.Size()
	if m, ok := lastMark(f.file, size); ok {
		var err error
		if size, err = m.finish(f.file); err != nil {
			return err
		}
	}
	if err := f.read(size); err != nil {
		return err
	}
	f.index.seal()
	if f.keptAfter {
		return f.dropLines(path, info)
	}
	if f.size = f.drop; f.drop < size {
		return f.file.Truncate(f.drop)
	}
	return nil
}

// read indexes the results of the file, which is size bytes long, and finds the
// lines to drop.
func (f *File) read(size int64) (err error) {
	if f.size, err = f.sizeWithoutTornLine(size); err != nil {
		return err
	}
	f.drop = f.size
	err = f.eachLine(0, func(l ndjson.Line, r *record.Result) error {
		if !answers(r) {
			f.drop = min(f.drop, l.At)
			if r != nil {
				f.Dropped++
			}
			return nil
		}
		f.keptAfter = f.drop < l.At
		f.Answered++
		f.index.add(f.index.place(r.Host, besides(r.Host, r.Addr), r.Port, r.Proto))
		return nil
	})
	f.drop = min(f.drop, f.size)
	return err
}

// answers reports whether a result is kept. Endpoints with an error, or of hosts that
// stopped replying, are probed again, and services are identified again if the run ended
// too early. nil is a damaged line.
func answers(r *record.Result) bool {
	return r != nil && r.State != endpoint.Error && r.Reason != endpoint.HostLost && !r.Unfinished
}

// sizeWithoutTornLine returns the size of the whole lines of the file, which is
// size bytes long. A file without any must look like the beginning of a result.
func (f *File) sizeWithoutTornLine(size int64) (int64, error) {
	const begin = `{"host":` // of every result
	buf := make([]byte, 1<<16)
	for end := size; end > 0; {
		from := max(end-int64(len(buf)), 0)
		part := buf[:end-from]
		if _, err := f.file.ReadAt(part, from); err != nil {
			return 0, err
		}
		if n := bytes.LastIndexByte(part, '\n'); n >= 0 {
			return from + int64(n) + 1, nil
		}
		if n := min(len(begin), len(part)); from == 0 && string(part[:n]) != begin[:n] {
			return 0, errors.New("contains no result; left unchanged")
		}
		end = from
	}
	return 0, nil
}

// eachLine calls yield for every whole line from the offset from on: with its
// result, or with nil for a line without one, such as a power failure leaves at
// the end of a file. Offsets count from the beginning of the file.
func (f *File) eachLine(from int64, yield func(ndjson.Line, *record.Result) error) error {
	d := lineDecoder{first: from == 0, yield: yield}
	blocks := ndjson.NewReader(io.NewSectionReader(f.file, from, f.size-from))
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
				f.size = line.At // an unfinished copy follows
				return nil
			}
			if err := d.line(line); err != nil {
				return err
			}
		}
	}
}

// lineDecoder decodes the lines of a file. Lines without a result may only be at
// its end.
type lineDecoder struct {
	decoder record.Decoder
	result  record.Result
	first   bool  // the next line is the first of the file
	damaged int64 // number of the first line without a result; 0: none
	yield   func(ndjson.Line, *record.Result) error
}

func (d *lineDecoder) line(line ndjson.Line) error {
	r := &d.result
	if d.decoder.Result(line, r) != nil || r.Summary {
		r = nil
	}
	switch {
	case r == nil && d.first:
		return fmt.Errorf("line %d is not a result; file left unchanged", line.No)
	case r == nil && d.damaged == 0:
		d.damaged = line.No
	case r != nil && d.damaged != 0:
		return fmt.Errorf("line %d is not a result; file left unchanged", d.damaged)
	}
	d.first = false
	return d.yield(line, r)
}

// dropLines removes what is not a result: by replacing the file, or in place if
// that fails, such as for a single file mounted into a container or in a
// read-only directory.
func (f *File) dropLines(path string, info fs.FileInfo) error {
	if f.replace(path, info) == nil {
		return nil
	}
	err := f.file.Truncate(f.size) // nothing may be appended to a torn line
	if err == nil {
		f.size, err = cleanInPlace(f.file, f.drop, f.size, func(w io.Writer) error { return f.copyResults(w, f.drop) })
	}
	return err
}

// replace replaces the file by a new one with the results only.
func (f *File) replace(path string, info fs.FileInfo) error {
	dir, base := filepath.Split(path)
	fresh := filepath.Join(dir, "."+base+".rewritten")
	os.Remove(fresh) // left by a run that was killed
	file, err := os.OpenFile(fresh, os.O_RDWR|os.O_CREATE|os.O_EXCL, info.Mode().Perm())
	if err != nil {
		return err
	}
	size, err := f.copyFile(file, info)
	if err == nil {
		err = os.Rename(fresh, path)
	}
	if err != nil {
		file.Close()
		os.Remove(fresh)
		return err
	}
	syncDir(filepath.Dir(path))
	f.file.Close()
	f.file, f.size = file, size
	return nil
}

// copyFile copies the results to a new file and returns their size. The file is
// locked before another run can find it.
func (f *File) copyFile(file *os.File, info fs.FileInfo) (size int64, err error) {
	if err := lock(file); err != nil {
		return 0, err
	}
	keepOwner(file, info)
	w := bufio.NewWriterSize(file, 1<<16)
	if err := errors.Join(f.copyResults(w, 0), w.Flush()); err != nil {
		return 0, err
	}
	if size, err = file.Seek(0, io.SeekCurrent); err != nil {
		return 0, err
	}
	return size, file.Sync()
}

// copyResults writes the results from the offset from on.
func (f *File) copyResults(w io.Writer, from int64) error {
	return f.eachLine(from, func(l ndjson.Line, r *record.Result) error {
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
