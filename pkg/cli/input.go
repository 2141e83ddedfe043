package cli

import (
	"errors"
	"io"
	"iter"
	"os"
	"runtime"
	"sync"
)

// StdinName is the file name that stands for standard input.
const StdinName = "-"

// Input is one of the files that a tool was asked to read.
type Input struct {
	Name string // as the user gave it; "-" for standard input
	io.Reader
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
			more := yield(&Input{name, &inputReader{c, f}})
			_ = f.Close() // was only read
			if !more {
				return
			}
		}
	}
}

// Open opens a file for reading; "-" is standard input. Its error, and those
// of the reader it returns, name the file and stand for exit status 3.
func (c *Context) Open(name string) (io.ReadCloser, error) {
	if name == StdinName {
		c.promptOnce()
		return io.NopCloser(c.In), nil
	}
	f, err := c.open(name)
	if err != nil {
		return nil, InputError(nameError(name, err))
	}
	return &namedReader{name, f}, nil
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

// namedReader puts the name of what is read into its errors.
type namedReader struct {
	name string
	r    io.Reader
}

func (r *namedReader) Read(p []byte) (int, error) {
	n, err := r.r.Read(p)
	if err != nil && err != io.EOF {
		err = InputError(nameError(r.name, err))
	}
	return n, err
}

func (r *namedReader) Close() error {
	if c, ok := r.r.(io.Closer); ok {
		return c.Close()
	}
	return nil
}
