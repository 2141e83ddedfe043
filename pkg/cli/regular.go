package cli

import (
	"io"
	"iter"
	"math"
	"os"
)

// Regular returns readers of their own of the files that Inputs will go
// through, from where that will begin and without moving it, for a look ahead.
// ok is false unless all of them are regular files. A file that cannot be opened
// ends the sequence with nil.
func (c *Context) Regular(files []string) (readers iter.Seq[io.Reader], ok bool) {
	stdin, err := c.regularStdin()
	if len(files) == 0 {
		files = []string{StdinName}
	}
	for _, name := range files {
		if name == StdinName && (stdin == nil || err != nil) || name != StdinName && !isRegular(os.Stat(name)) {
			return nil, false
		}
	}
	return func(yield func(io.Reader) bool) {
		for _, name := range files {
			if name == StdinName {
				if !yield(stdin) {
					return
				}
				continue
			}
			f, err := os.Open(name)
			if err != nil {
				yield(nil)
				return
			}
			more := yield(f)
			f.Close() // was only read
			if !more {
				return
			}
		}
	}, true
}

// regularStdin returns what is left of standard input; nil if it is not a
// regular file.
func (c *Context) regularStdin() (io.Reader, error) {
	f, ok := c.in.r.(*os.File)
	if !ok || !isRegular(f.Stat()) {
		return nil, nil
	}
	at, err := f.Seek(0, io.SeekCurrent)
	return io.NewSectionReader(f, at, math.MaxInt64-at), err
}

func isRegular(info os.FileInfo, err error) bool { return err == nil && info.Mode().IsRegular() }
