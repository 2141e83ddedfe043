package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"runtime"
	"slices"
	"sync"
)

// StdinName is the file name that stands for standard input.
const StdinName = "-"

// Input is one of the files that a tool was asked to read.
type Input struct {
	Name string // as the user gave it; "-" for standard input
	io.Reader
	file *os.File // nil: it is none
}

// inputs remembers what reading has come to.
type inputs struct {
	mu       sync.Mutex
	failed   error // the first failure
	prompted bool  // the person at the terminal has been told what is waited for

	terminal bool // standard input is one, and so is standard error
	ahead    map[string][]*os.File
}

// mostAhead is how many files OpenAhead opens.
const mostAhead = 256

// OpenAhead opens files that Inputs will go through later, for a tool that is
// about to give up the right to open them. What cannot be opened is said when its
// turn comes; what is no regular file is left for then.
func (c *Context) OpenAhead(files []string) {
	c.inputs.mu.Lock()
	defer c.inputs.mu.Unlock()
	c.inputs.ahead = map[string][]*os.File{}
	for _, name := range files[:min(len(files), mostAhead)] {
		if info, err := os.Stat(name); name == StdinName || err != nil || !info.Mode().IsRegular() {
			continue
		}
		if f, err := os.Open(name); err == nil {
			c.inputs.ahead[name] = append(c.inputs.ahead[name], f)
		}
	}
}

// open opens a file, unless that has been done.
func (c *Context) open(name string) (*os.File, error) {
	c.inputs.mu.Lock()
	defer c.inputs.mu.Unlock()
	if ahead := c.inputs.ahead[name]; len(ahead) > 0 {
		c.inputs.ahead[name] = ahead[1:]
		return ahead[0], nil
	}
	return os.Open(name)
}

// Inputs goes through files in their order; none at all stand for standard
// input. A file that cannot be opened or read is said on standard error, and
// the tool ends with status 3 after it has done the others: the caller only
// goes on to the next one when Read fails.
func (c *Context) Inputs(files []string) iter.Seq[*Input] {
	if len(files) == 0 {
		files = []string{StdinName}
	}
	return func(yield func(*Input) bool) {
		for _, name := range files {
			f, err := c.Open(name)
			if err != nil {
				c.inputFailed(err)
				continue
			}
			more := yield(&Input{name, &inputReader{c, f}, c.named(f).file()})
			_ = f.Close() // was only read
			if !more {
				return
			}
		}
	}
}

// Open opens a file for reading; "-" is standard input. Its error, and those
// of the reader it returns, name the file and stand for exit status 3. The
// file that standard output goes to cannot be read: it would have no end.
func (c *Context) Open(name string) (io.ReadCloser, error) {
	r := c.in
	if name == StdinName {
		c.promptOnce()
	} else {
		f, err := c.open(name)
		if err != nil {
			return nil, InputError(nameError(name, err))
		}
		r = &namedReader{name: name, r: f}
	}
	if c.isOutput(r.r) {
		_ = r.Close() // of nothing that was read
		return nil, InputError(fmt.Errorf("%s: also the output file", r.name))
	}
	if name == StdinName {
		return io.NopCloser(c.In), nil
	}
	return r, nil
}

// named is what stands behind that which Open returned.
func (c *Context) named(opened io.Reader) *namedReader {
	if r, ok := opened.(*namedReader); ok {
		return r
	}
	return c.in
}

// isOutput says that r is a regular file, and the one of standard output.
func (c *Context) isOutput(r io.Reader) bool {
	return c.outFile != nil && c.outFile.Mode().IsRegular() && isFile(r, c.outFile)
}

func isFile(r io.Reader, file fs.FileInfo) bool {
	f, ok := r.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && os.SameFile(info, file)
}

// Reads says that one of the files that Inputs will go through is the one
// that is called name, which need not be there.
func (c *Context) Reads(files []string, name string) bool {
	file, err := os.Stat(name)
	if err != nil {
		return false
	}
	for _, in := range files {
		if info, err := os.Stat(in); in != StdinName && err == nil && os.SameFile(info, file) {
			return true
		}
	}
	return (len(files) == 0 || slices.Contains(files, StdinName)) && isFile(c.in.r, file)
}

// promptOnce tells a person who sits before an empty line why nothing happens.
func (c *Context) promptOnce() {
	c.inputs.mu.Lock()
	defer c.inputs.mu.Unlock()
	if !c.inputs.terminal || c.inputs.prompted {
		return
	}
	c.inputs.prompted = true
	key := "ctrl-D"
	if runtime.GOOS == "windows" {
		key = "ctrl-Z and Enter"
	}
	c.Log.pause()
	c.Log.Printf("reading %s from the terminal; end with %s", c.tool.Reads, key)
}

// inputFailed says err, once, and remembers it for the exit status.
func (c *Context) inputFailed(err error) error {
	var e *statusError
	if !errors.As(err, &e) {
		e = &statusError{status: StatusIO, err: err}
	}
	c.inputs.mu.Lock()
	defer c.inputs.mu.Unlock()
	if !e.said {
		e = &statusError{status: e.status, err: e.err, said: true}
		c.Log.Printf("%v", e.err)
	}
	if c.inputs.failed == nil {
		c.inputs.failed = e
	}
	return e
}

// inputReader says a failure at once and lets the caller see it.
type inputReader struct {
	ctx *Context
	r   io.Reader
}

func (r *inputReader) Read(p []byte) (int, error) {
	n, err := r.r.Read(p)
	if err != nil && err != io.EOF {
		err = r.ctx.inputFailed(err)
	}
	return n, err
}

// namedReader puts the name of what is read into its errors. Two of them are
// that it begins as UTF-16 does, which some editors and shells write, and that
// it is JSON of another layout than NDJSON.
type namedReader struct {
	name   string
	r      io.Reader
	begun  bool
	layout layout
	ended  func() // called at the end of input or an error; may be nil
}

func (r *namedReader) Read(p []byte) (int, error) {
	n, err := r.r.Read(p)
	if !r.begun && isUTF16(p[:n]) {
		n, err = 0, errUTF16
	}
	if wrong := r.layout.check(p[:n]); wrong != nil {
		n, err = 0, wrong
	}
	r.begun = r.begun || n > 0
	if err != nil && r.ended != nil {
		r.ended()
	}
	if err != nil && err != io.EOF {
		err = InputError(nameError(r.name, err))
	}
	return n, err
}

// file is what is read if it is one, else nil.
func (r *namedReader) file() *os.File {
	f, _ := r.r.(*os.File)
	return f
}

func (r *namedReader) Close() error {
	if c, ok := r.r.(io.Closer); ok {
		return c.Close()
	}
	return nil
}
