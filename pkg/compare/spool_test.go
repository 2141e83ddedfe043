package compare

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"portkit/pkg/internal/lab"
)

// TestSpool writes more than a Spool stores in memory.
func TestSpool(t *testing.T) {
	lab.NotRaced(t) // nothing in it is concurrent
	t.Setenv("TMPDIR", t.TempDir())
	for _, size := range []int{0, 1000, spoolMemory, spoolMemory + 1, spoolMemory + 3<<20} {
		var s Spool
		want := make([]byte, size)
		for i := range want {
			want[i] = byte(i * i >> 8)
		}
		for part := range len(want)/(1<<20) + 1 {
			if _, err := s.Write(want[part<<20 : min(size, (part+1)<<20)]); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := io.ReadAll(s.Reader()); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%d bytes: %v, %d bytes came back", size, err, len(got))
		}
		if onDisk := s.file != nil; onDisk != (size > spoolMemory) {
			t.Errorf("%d bytes: on disk %v", size, onDisk)
		}
		if left := files(t); len(left) > 0 {
			t.Errorf("the file can be seen: %q", left)
		}
		s.Close()
	}
}

// files returns the names in the directory of temporary files.
func files(t *testing.T) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(os.TempDir(), "*"))
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// TestKept reads a text that arrives in small pieces at any place, concurrently.
func TestKept(t *testing.T) {
	text := strings.Repeat("0123456789", 20000)
	k := Keep(iotest.HalfReader(strings.NewReader(text)))
	defer k.Close()
	var all sync.WaitGroup
	for n := range 4 {
		all.Go(func() {
			rnd := rand.New(rand.NewPCG(uint64(n), 1))
			for range 300 {
				at, p := rnd.IntN(len(text)+100), make([]byte, rnd.IntN(3000))
				n, err := k.ReadAt(p, int64(at))
				want := text[min(at, len(text)):min(at+len(p), len(text))]
				if string(p[:n]) != want || (n < len(p)) != (err == io.EOF) {
					t.Errorf("at %d: %d of %d bytes, %v", at, n, len(p), err)
				}
			}
		})
	}
	all.Wait()
	broken := Keep(io.MultiReader(strings.NewReader("abc"), iotest.ErrReader(errDisk)))
	if n, err := broken.ReadAt(make([]byte, 5), 0); n != 3 || !errors.Is(err, errDisk) {
		t.Errorf("%d bytes, %v", n, err)
	}
}

// TestTemporaryFiles checks that they are created in TMPDIR, have no names there,
// and that an error names the directory.
func TestTemporaryFiles(t *testing.T) {
	var lines strings.Builder
	for i := range 3000 {
		fmt.Fprintf(&lines, `{"ip":"10.0.0.%d","port":%d,"state":"open"}`+"\n", i%250, 1+i)
	}
	in := source("OLD", lines.String())
	t.Setenv("TMPDIR", t.TempDir())
	if _, err := Compare(in, source("NEW", ""), Options{Memory: 1000}, io.Discard); err != nil {
		t.Error(err)
	}
	if left := files(t); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
	t.Setenv("TMPDIR", filepath.Join(t.TempDir(), "nowhere"))
	_, err := Compare(in, source("NEW", ""), Options{Memory: 1000}, io.Discard)
	if err == nil || !strings.Contains(err.Error(), "temporary files in "+os.TempDir()+": no such file or directory") {
		t.Errorf("error %v", err)
	}
	if _, err := Compare(in, source("NEW", ""), Options{}, io.Discard); err != nil {
		t.Errorf("what fits in memory wants a temporary file: %v", err)
	}
}
