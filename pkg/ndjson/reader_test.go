package ndjson

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"portkit/pkg/internal/lab"
)

// readers return the same bytes in different reads.
var readers = map[string]func(io.Reader) io.Reader{
	"at once":         func(r io.Reader) io.Reader { return r },
	"in halves":       iotest.HalfReader,
	"end with data":   iotest.DataErrReader,
	"7 bytes a piece": func(r io.Reader) io.Reader { return pieces{r, 7} },
}

type pieces struct {
	r io.Reader
	n int
}

func (p pieces) Read(b []byte) (int, error) { return p.r.Read(b[:min(len(b), p.n)]) }

// show returns a line for comparison: number, length, beginning.
func show(l Line) string {
	s := fmt.Sprintf("%d:%d:%.10s", l.No, len(l.Text), l.Text)
	if l.Long {
		return s + " long"
	}
	return s
}

func readLines(r io.Reader) (lines []string, err error) {
	for in := NewReader(r); ; {
		l, err := in.Next()
		if err != nil {
			return lines, err
		}
		lines = append(lines, show(l))
	}
}

func readBlocks(r io.Reader) (lines []string, err error) {
	var buf []byte
	for in := NewReader(r); ; {
		b, err := in.NextBlock(buf)
		if err != nil {
			return lines, err
		}
		for l, ok := b.Next(); ok; l, ok = b.Next() {
			lines = append(lines, show(l))
		}
		buf = b.Data
	}
}

func TestLines(t *testing.T) {
	lab.NotRaced(t) // nothing in it is concurrent
	full := strings.Repeat("x", MaxLine)
	whole := fmt.Sprintf("%d:xxxxxxxxxx", MaxLine)
	for _, c := range []struct {
		name, in string
		want     []string
	}{
		{"nothing", "", nil},
		{"one", "a\n", []string{"1:1:a"}},
		{"no last LF", "a\nb", []string{"1:1:a", "2:1:b"}},
		{"CRLF", "a\r\nb\r\n", []string{"1:1:a", "2:1:b"}},
		{"CR at the end", "a\r", []string{"1:1:a"}},
		{"CR inside", "a\rb\r\r\n", []string{"1:4:a\rb\r"}},
		{"blank lines count", "\n\n \t\r\na\n\r\n\nb\n\n", []string{"4:1:a", "7:1:b"}},
		{"only blank", " \n\n  ", nil},
		{"byte order mark", BOM + "a\n" + BOM + "b\n", []string{"1:1:a", "2:4:" + BOM + "b"}},
		{"byte order mark alone", BOM + "\n" + BOM, []string{"2:3:" + BOM}},
		{"byte order mark and nothing", BOM, nil},
		{"byte order mark, blank", BOM + " \r\nb", []string{"2:1:b"}},
		{"NUL is no blank", "\x00\n", []string{"1:1:\x00"}},
		{"the longest", full + "\nb\n", []string{"1:" + whole, "2:1:b"}},
		{"the longest, no LF", full, []string{"1:" + whole}},
		{"the longest with all", BOM + full + "\r\nb", []string{"1:" + whole, "2:1:b"}},
		{"one too long", full + "x\nb\n", []string{"1:" + whole + " long", "2:1:b"}},
		{"one too long, no LF", full + "x", []string{"1:" + whole + " long"}},
		{"one too long with all", BOM + full + "x\r\nb", []string{"1:" + whole + " long", "2:1:b"}},
		{"far too long", "a\n" + strings.Repeat(full, 5) + "\n\nb", []string{"1:1:a", "2:" + whole + " long", "4:1:b"}},
		{"far too long, no LF", "a\n" + strings.Repeat(full, 3), []string{"1:1:a", "2:" + whole + " long"}},
		{"long ones in a row", strings.Repeat(full+full+"\n", 2) + "c", []string{"1:" + whole + " long", "2:" + whole + " long", "3:1:c"}},
	} {
		for how, reader := range readers {
			for by, read := range map[string]func(io.Reader) ([]string, error){"Next": readLines, "NextBlock": readBlocks} {
				got, err := read(reader(strings.NewReader(c.in)))
				if fmt.Sprint(got) != fmt.Sprint(c.want) || err != io.EOF {
					t.Errorf("%s, %s by %s: %q, %v, want %q", c.name, how, by, got, err, c.want)
				}
			}
		}
	}
}

func TestReadErrorsAreReturned(t *testing.T) {
	broken := errors.New("broken")
	for by, read := range map[string]func(io.Reader) ([]string, error){"Next": readLines, "NextBlock": readBlocks} {
		got, err := read(io.MultiReader(strings.NewReader("a\nb\ntorn"), iotest.ErrReader(broken)))
		if fmt.Sprint(got) != "[1:1:a 2:1:b]" || err != broken {
			t.Errorf("%s: %q, %v: want two lines and the reader's own error", by, got, err)
		}
		if _, err := read(lazy{}); err != io.ErrNoProgress {
			t.Errorf("%s of a reader that never brings anything: %v", by, err)
		}
	}
}

type lazy struct{}

func (lazy) Read([]byte) (int, error) { return 0, nil }

func TestReadErrorsPersist(t *testing.T) {
	r := NewReader(strings.NewReader("a"))
	for i, want := range []error{nil, io.EOF, io.EOF} {
		if _, err := r.Next(); err != want {
			t.Errorf("call %d: %v, want %v", i, err, want)
		}
	}
	if _, err := r.NextBlock(nil); err != io.EOF {
		t.Errorf("NextBlock behind the end: %v", err)
	}
}

// A pipe has no buffer, so a Reader that reads on after an LF hangs, and the test
// with it.
func TestLineIsReturnedOnceItsLFIsRead(t *testing.T) {
	pr, pw := io.Pipe()
	r := NewReader(pr)
	go func() {
		for _, s := range []string{"a\n", "b", "b\nc\nd", "d\n", "e"} {
			io.WriteString(pw, s)
		}
		pw.Close()
	}()
	var got []string
	for {
		buffered := r.Buffered()
		l, err := r.Next()
		if err != nil {
			break
		}
		got = append(got, fmt.Sprintf("%s %v", l.Text, buffered))
	}
	want := "[a false bb false c true dd false e false]"
	if fmt.Sprint(got) != want {
		t.Errorf("got %v, want %s", got, want)
	}
}

func TestBufferedIgnoresBlankLines(t *testing.T) {
	for in, want := range map[string]bool{"a\n\n\n": false, "a\n\nb": false, "a\n\nb\n": true} {
		r := NewReader(io.MultiReader(strings.NewReader(in), strings.NewReader("z\n")))
		r.Next()
		if got := r.Buffered(); got != want {
			t.Errorf("%q: Buffered is %v behind the first line", in, got)
		}
	}
}

// spy counts reads and records the smallest.
type spy struct {
	r     io.Reader
	reads int
	least int
}

func (s *spy) Read(p []byte) (int, error) {
	s.reads++
	s.least = min(s.least, len(p))
	return s.r.Read(p)
}

func TestReadsAreLargeAndMemoryIsBounded(t *testing.T) {
	in := strings.Repeat(strings.Repeat("x", 200)+"\n", 20000) + strings.Repeat("y", 10<<20) + "\n" + strings.Repeat("z\n", 1000)
	for _, blocks := range []bool{false, true} {
		s := &spy{r: strings.NewReader(in), least: 1 << 30}
		r := NewReader(s)
		var b Block
		var err error
		for held := 0; err == nil; {
			if blocks {
				b, err = r.NextBlock(b.Data)
			} else {
				_, err = r.Next()
			}
			if held = max(held, cap(r.buf), cap(b.Data)); held > MaxLine+readSize+64 {
				t.Fatalf("blocks %v: holds %d bytes", blocks, held)
			}
		}
		if s.least < readSize || s.reads > len(in)/readSize+2 {
			t.Errorf("blocks %v: %d reads for %d bytes, the least of %d", blocks, s.reads, len(in), s.least)
		}
	}
}

func TestLinesAndBlocksMix(t *testing.T) {
	for _, piece := range []int{3, 100} {
		r := NewReader(pieces{strings.NewReader("a\nb\n\nc\nd"), piece})
		first, _ := r.Next()
		got := []string{show(first)}
		for {
			r.Buffered() // keeps a line that NextBlock has to return
			b, err := r.NextBlock(nil)
			if err != nil {
				break
			}
			for l, ok := b.Next(); ok; l, ok = b.Next() {
				got = append(got, show(l))
			}
			if l, err := r.Next(); err == nil {
				got = append(got, show(l))
			}
		}
		if want := "[1:1:a 2:1:b 4:1:c 5:1:d]"; fmt.Sprint(got) != want {
			t.Errorf("in pieces of %d: got %v, want %s", piece, got, want)
		}
	}
}

// checkOffsets compares the lines of blocks with in at their offsets.
func checkOffsets(t *testing.T, in []byte, piece int) {
	t.Helper()
	var b Block
	var err error
	for r := NewReader(pieces{bytes.NewReader(in), piece}); err == nil; b, err = r.NextBlock(b.Data) {
		for l, ok := b.Next(); ok; l, ok = b.Next() {
			if !bytes.HasPrefix(in[l.At:], l.Text) {
				t.Errorf("line %d, %.20q, is not at %d", l.No, l.Text, l.At)
			}
		}
	}
}

func TestBlockLinesHaveOffsets(t *testing.T) {
	long := strings.Repeat("y", MaxLine+100)
	for _, in := range []string{"a\nb\n\nc", BOM + "a\r\n\r\nb", long + "\na\n" + long, BOM + long + "\n\n" + "b\n"} {
		for _, piece := range []int{1, 5, 1 << 20} {
			if len(in) > 100 && piece == 1 {
				piece = 1000
			}
			checkOffsets(t, []byte(in), piece)
		}
	}
}

func TestReaderAllocatesNothing(t *testing.T) {
	r := NewReader(&endless{line: []byte("{\"host\":\"a\",\"port\":1}\n\n")})
	r.Next()
	if n := testing.AllocsPerRun(10000, func() { r.Next() }); n != 0 {
		t.Errorf("Next allocates %v times", n)
	}
	b, _ := r.NextBlock(nil)
	if n := testing.AllocsPerRun(100, func() {
		b, _ = r.NextBlock(b.Data)
		for _, ok := b.Next(); ok; _, ok = b.Next() {
		}
	}); n != 0 {
		t.Errorf("a block allocates %v times", n)
	}
}

// endless repeats a line forever.
type endless struct {
	line []byte
	off  int
}

func (e *endless) Read(p []byte) (int, error) {
	n := 0
	for n < len(p) {
		m := copy(p[n:], e.line[e.off:])
		n, e.off = n+m, (e.off+m)%len(e.line)
	}
	return n, nil
}

// FuzzReader compares with splitting the input at each LF.
func FuzzReader(f *testing.F) {
	for _, s := range []string{"", "a\r\n\nb", BOM + "a\n" + BOM, " \t\n\x00\r\r\n", "\n\n\n"} {
		f.Add([]byte(s), uint8(3))
	}
	f.Fuzz(func(t *testing.T, in []byte, piece uint8) {
		var want []string
		for i, text := range bytes.Split(in, []byte{'\n'}) {
			text = bytes.TrimSuffix(text, []byte{'\r'})
			if i == 0 {
				text = bytes.TrimPrefix(text, []byte(BOM))
			}
			if len(bytes.Trim(text, " \t\r")) > 0 {
				want = append(want, show(Line{No: int64(i + 1), Text: text}))
			}
		}
		for by, read := range map[string]func(io.Reader) ([]string, error){"Next": readLines, "NextBlock": readBlocks} {
			got, err := read(pieces{bytes.NewReader(in), int(piece) + 1})
			if fmt.Sprint(got) != fmt.Sprint(want) || err != io.EOF {
				t.Errorf("%s: %q, %v, want %q", by, got, err, want)
			}
		}
		checkOffsets(t, in, int(piece)+1)
	})
}

func BenchmarkReader(b *testing.B) {
	line := []byte(`{"host":"192.0.2.17","ip":"192.0.2.17","port":443,"proto":"tcp"}` + "\n")
	b.Run("Next", func(b *testing.B) {
		r := NewReader(&endless{line: line})
		for b.Loop() {
			r.Next()
		}
	})
	b.Run("Buffered", func(b *testing.B) { // as the tools read
		r := NewReader(&endless{line: line})
		for b.Loop() {
			r.Next()
			r.Buffered()
		}
	})
	b.Run("Block", func(b *testing.B) {
		r := NewReader(&endless{line: line})
		var block Block
		for b.Loop() {
			if _, ok := block.Next(); !ok {
				block, _ = r.NextBlock(block.Data)
			}
		}
	})
}
