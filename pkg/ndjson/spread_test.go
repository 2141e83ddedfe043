package ndjson

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
)

// TestFirstLineOnly checks which lines are returned of values over several lines,
// by every way of reading.
func TestFirstLineOnly(t *testing.T) {
	for _, c := range []struct {
		name, in string
		want     []string // the first four bytes of each line
		first    error    // of the second line
	}{
		{"array", "a\n[\n{\"h\":\"x\"},\n{\"h\":\"y\"}\n]\nb\n", []string{"1:a", "2:[", "6:b"}, ErrArray},
		{"array of arrays", "a\n[[\n1,-2e3],\n[]\n]\nb", []string{"1:a", "2:[[", "6:b"}, ErrArray},
		{"commas in front", "a\n[{\"h\":1}\r\n,{\"h\":2}\r\n]\r\nb\r\n", []string{"1:a", "2:[{\"h", "5:b"}, ErrArray},
		{"object", "a\n{\n  \"h\": [\n    null\n  ]\n}\n{\n  \"h\": {}\n}\nb\n", []string{"1:a", "2:{", "7:{", "10:b"}, ErrIndented},
		{"object broken once", "a\n{\"h\":1,\n \"i\":true}\nb\n", []string{"1:a", "2:{\"h\"", "4:b"}, ErrIndented},
		{"brackets in strings", "a\n[\n\"]\",\n\"\\\"]\"\n]\nb\n", []string{"1:a", "2:[", "6:b"}, ErrArray},
		{"blank lines inside", "a\n[\n\n \n1]\nb\n", []string{"1:a", "2:[", "6:b"}, ErrArray},
		{"on one line", "a\n[{\"h\":1}]\nb\n", []string{"1:a", "2:[{\"h", "3:b"}, ErrArray},
		{"never closed", "a\n[\n{\"h\":1},\n{\"h\":2}\n{\"h\":3}\n{\"h\":4}\n", []string{"1:a", "2:[", "5:{\"h\"", "6:{\"h\""}, ErrArray},
		{"at the end", "a\n[\n1,\n2", []string{"1:a", "2:["}, ErrArray},
		{"torn behind a comma", "a\n{\"h\":1,\n{\"h\":2}\nb\n", []string{"1:a", "2:{\"h\"", "3:{\"h\"", "4:b"}, ErrIndented},
		{"torn in a string", "a\n{\"h\":\"x,\n{\"h\":2}\n", []string{"1:a", "2:{\"h\"", "3:{\"h\""}, nil},
		{"torn behind a value", "a\n{\"h\":1\n{\"h\":2}\n", []string{"1:a", "2:{\"h\"", "3:{\"h\""}, nil},
		{"addresses in brackets", "a\n[::1]:22\n[2001:db8::1]:22\n", []string{"1:a", "2:[::1", "3:[200"}, nil},
		{"too deep", "a\n" + strings.Repeat("[", maxDepth+1) + "\nb\n", []string{"1:a", "2:[[[[", "3:b"}, ErrArray},
		{"a long line inside", "a\n[\n\"" + strings.Repeat("x", MaxLine+around) + "\"\n{}\n", []string{"1:a", "2:[", "3:\"xxx", "4:{}"}, ErrArray},
		{"first", BOM + "[\n1\n]\nb\n", []string{"1:[", "4:b"}, nil},
	} {
		if second := strings.Split(c.in, "\n")[1]; Layout([]byte(second)) != c.first {
			t.Errorf("%s: layout of %.10q: %v", c.name, second, Layout([]byte(second)))
		}
		for way, with := range readers {
			for how, read := range map[string]func(*Reader) []string{"lines": firstLines, "buffered": bufferedLines, "blocks": firstBlocks} {
				r := NewReader(with(strings.NewReader(c.in)))
				r.FirstLineOnly = true
				if got := read(r); !slices.Equal(got, c.want) {
					t.Errorf("%s, %s, %s: %q, want %q", c.name, way, how, got, c.want)
				}
			}
		}
	}
}

func TestWithoutFirstLineOnlyAllLinesAreReturned(t *testing.T) {
	const text = "[\n1\n]\n"
	want := []string{"1:[", "2:1", "3:]"}
	lines, blocks := firstLines(NewReader(strings.NewReader(text))), firstBlocks(NewReader(strings.NewReader(text)))
	if !slices.Equal(lines, want) || !slices.Equal(blocks, want) {
		t.Errorf("%q, %q", lines, blocks)
	}
}

func shortLine(l Line) string {
	return fmt.Sprintf("%d:%.4s", l.No, l.Text)
}

func firstLines(r *Reader) (lines []string) {
	for {
		l, err := r.Next()
		if err == io.EOF {
			return lines
		}
		lines = append(lines, shortLine(l))
	}
}

// bufferedLines calls Buffered before each line, as tools do to flush their output
// before they block.
func bufferedLines(r *Reader) (lines []string) {
	for {
		r.Buffered()
		r.Buffered()
		l, err := r.Next()
		if err == io.EOF {
			return lines
		}
		lines = append(lines, shortLine(l))
	}
}

func firstBlocks(r *Reader) (lines []string) {
	for {
		b, err := r.NextBlock(nil)
		if err == io.EOF {
			return lines
		}
		for l, ok := b.Next(); ok; l, ok = b.Next() {
			lines = append(lines, shortLine(l))
		}
	}
}
