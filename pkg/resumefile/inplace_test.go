package resumefile

import (
	"errors"
	"io"
	"os"
	"strings"
	"testing"
)

var errKilled = errors.New("killed")

// mortal is a file whose process is killed after left bytes were written. Every
// other operation counts as one byte.
type mortal struct {
	*os.File
	left int
}

func (m *mortal) WriteAt(p []byte, at int64) (int, error) {
	n := min(len(p), m.left)
	m.left -= n
	if k, err := m.File.WriteAt(p[:n], at); err != nil {
		return k, err
	}
	if n < len(p) {
		return n, errKilled
	}
	return n, nil
}

func (m *mortal) Truncate(size int64) error {
	if m.left == 0 {
		return errKilled
	}
	m.left--
	return m.File.Truncate(size)
}

func (m *mortal) Sync() error {
	if m.left == 0 {
		return errKilled
	}
	m.left--
	return nil
}

// lines returns a file with errors among its results, and what must be kept.
func lines() (text, want string) {
	for i := range 6 {
		line := result("10.0.0.1", "10.0.0.1", i+1, []string{"open", "closed", "error", "filtered"}[i%4])
		if text += line; i%4 != 2 {
			want += line
		}
	}
	return text, want
}

// TestCleanInPlaceSurvivesKill kills the cleaning after every number of bytes. The
// next run must have every result once.
func TestCleanInPlaceSurvivesKill(t *testing.T) {
	t.Parallel()
	text, want := lines()
	for left := 0; ; left += 2 {
		name := write(t, text)
		j := &File{name: name, index: newIndex()}
		var err error
		if j.file, err = os.OpenFile(name, os.O_RDWR, 0); err != nil {
			t.Fatal(err)
		}
		if err := j.read(int64(len(text))); err != nil {
			t.Fatal(err)
		}
		m := &mortal{j.file, left}
		size, killed := cleanInPlace(m, j.drop, j.size, func(w io.Writer) error { return j.copyResults(w, j.drop) })
		j.Close()
		if killed == nil && (size != int64(len(want)) || read(t, name) != want) {
			t.Fatalf("%d bytes: %s", size, read(t, name))
		}
		next, err := Open(name)
		if err != nil {
			t.Fatalf("after %d: %v\n%s", left, err, read(t, name))
		}
		next.Close()
		if got := read(t, name); got != want || next.Answered != 5 {
			t.Fatalf("after %d: %d results\n%s", left, next.Answered, got)
		}
		if killed == nil {
			return
		}
	}
}

// TestCleanInPlaceOnFullDisk checks that the file is unchanged if there is not
// enough space for the copy.
func TestCleanInPlaceOnFullDisk(t *testing.T) {
	t.Parallel()
	text, _ := lines()
	name := write(t, text)
	f, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	full := errors.New("no space left on device")
	if _, err := cleanInPlace(f, 0, int64(len(text)), func(w io.Writer) error {
		io.WriteString(w, strings.Repeat(text, 200))
		return full
	}); err != full {
		t.Errorf("error %v", err)
	}
	if got := read(t, name); got != text {
		t.Errorf("%d bytes are left of %d", len(got), len(text))
	}
}

// TestForeignMarks checks that a mark whose offsets do not fit the file is dropped
// like any other error record.
func TestForeignMarks(t *testing.T) {
	t.Parallel()
	a := result("10.0.0.1", "10.0.0.1", 1, "open")
	for _, m := range []mark{{0, 0, 1}, {0, 1 << 40, 1 << 41}, {5, 0, int64(len(a))}, {-1, -1, -1}} {
		name := write(t, a+string(m.line()))
		j, err := Open(name)
		if err != nil {
			t.Fatal(err)
		}
		j.Close()
		if got := read(t, name); got != a {
			t.Errorf("%+v: %s", m, got)
		}
	}
}
