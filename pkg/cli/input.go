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

// StdinName is the file name that means standard input, StdinInMessages its name in
// messages.
const (
	StdinName       = "-"
	StdinInMessages = "standard input"
)

// Input is one of the files that a tool reads.
type Input struct {
	Name string // as given; "-" for standard input
	io.Reader
	file *os.File // nil if the input is not a file
}

// inputs is the state of reading.
type inputs struct {
	mu       sync.Mutex
	failed   error // the first failure
	prompted bool
	ahead    map[string][]*os.File // opened by OpenAhead
}

// maxAhead is the number of files that OpenAhead opens.
const maxAhead = 256

// OpenAhead opens files that Inputs will read later, for a tool that is about to
// drop the permission to open them. Files that cannot be opened are reported
// when they are read; files that are not regular are opened then.
func (c *Context) OpenAhead(files []string) {
	c.inputs.mu.Lock()
	defer c.inputs.mu.Unlock()
	c.inputs.ahead = map[string][]*os.File{}
	for _, name := range files[:min(len(files), maxAhead)] {
		if name == StdinName || !isRegular(os.Stat(name)) {
			continue
		}
		if f, err := os.Open(name); err == nil {
			c.inputs.ahead[name] = append(c.inputs.ahead[name], f)
		}
	}
}

// open returns a file, opened ahead or now.
func (c *Context) open(name string) (*os.File, error) {
	c.inputs.mu.Lock()
	defer c.inputs.mu.Unlock()
	if ahead := c.inputs.ahead[name]; len(ahead) > 0 {
		c.inputs.ahead[name] = ahead[1:]
		return ahead[0], nil
	}
	return os.Open(name)
}

// inputNames returns files, or standard input if there are none.
func inputNames(files []string) []string {
	if len(files) == 0 {
		return []string{StdinName}
	}
	return files
}

// Inputs iterates over files, or standard input if there are none. A file that
// cannot be opened or read is reported, and makes the exit status 3 after the
// other files were read. If Read fails, the caller goes on to the next file.
func (c *Context) Inputs(files []string) iter.Seq[*Input] {
	return func(yield func(*Input) bool) {
		for _, name := range inputNames(files) {
			f, err := c.Open(name)
			if err != nil {
				c.inputFailed(err)
				continue
			}
			in := c.named(f)
			in.foreign = c.tool.Foreign
			more := yield(&Input{name, &inputReader{c, f}, in.file()})
			_ = f.Close() // was only read
			if !more {
				return
			}
		}
	}
}

// Open opens a file for reading; "-" is standard input. Errors, also those of
// the reader, name the file. The file of standard output cannot be read: its end
// would never come.
func (c *Context) Open(name string) (io.ReadCloser, error) {
	r := c.in
	if name == StdinName {
		c.promptOnce()
	} else {
		f, err := c.open(name)
		if err != nil {
			return nil, nameError(name, err)
		}
		r = c.tool.reader(name, f)
	}
	if out := c.with.OutFile; out != nil && out.Mode().IsRegular() && isFile(r.r, out) {
		_ = r.Close() // an error does not matter: nothing was read
		return nil, fmt.Errorf("%s: also the output file", r.name)
	}
	if name == StdinName {
		return io.NopCloser(c.In), nil
	}
	return r, nil
}

// reader returns a reader of an input.
func (t *Tool) reader(name string, r io.Reader) *namedReader {
	n := &namedReader{name: name, r: r}
	if t.OtherFormats {
		n.layout.state = decided
	}
	return n
}

// named returns the reader within what Open returned.
func (c *Context) named(opened io.Reader) *namedReader {
	if r, ok := opened.(*namedReader); ok {
		return r
	}
	return c.in
}

func isFile(r any, file fs.FileInfo) bool {
	f, ok := r.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && os.SameFile(info, file)
}

// Reads reports whether one of the files that Inputs reads is the file called
// name, which need not exist.
func (c *Context) Reads(files []string, name string) bool {
	file, err := os.Stat(name)
	if err != nil {
		return false
	}
	return slices.ContainsFunc(inputNames(files), func(in string) bool {
		if in == StdinName {
			return isFile(c.in.r, file)
		}
		info, err := os.Stat(in)
		return err == nil && os.SameFile(info, file)
	})
}

// promptOnce reports to the user of a terminal that the tool waits for input.
func (c *Context) promptOnce() {
	c.inputs.mu.Lock()
	defer c.inputs.mu.Unlock()
	if c.inputs.prompted || !c.with.InTerminal || !c.with.ErrTerminal {
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

// inputFailed reports err unless that was done, and records it for the exit
// status.
func (c *Context) inputFailed(err error) error {
	c.inputs.mu.Lock()
	defer c.inputs.mu.Unlock()
	var e *statusError
	if !errors.As(err, &e) {
		e = &statusError{status: StatusIO, err: err, reported: true}
		c.Log.Printf("%v", err)
	}
	if c.inputs.failed == nil {
		c.inputs.failed = e
	}
	return e
}

// inputReader reports a failure before it returns it.
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

// namedReader reads an input with errors that name it. Text in UTF-16, JSON that is
// not NDJSON and results of other scanners are errors too.
type namedReader struct {
	name    string
	r       io.Reader
	begun   bool
	foreign func(head []byte) bool // Tool.Foreign
	layout  layout
	ended   func() // called at the end of input or an error; may be nil
}

func (r *namedReader) Read(p []byte) (int, error) {
	n, err := r.r.Read(p)
	wrong := r.layout.check(p[:n])
	if !r.begun {
		wrong = checkBegin(r.name, p[:n], r.foreign, wrong)
	}
	if wrong != nil {
		n, err = 0, wrong
	}
	r.begun = r.begun || n > 0
	if err != nil && r.ended != nil {
		r.ended()
	}
	if err != nil && err != io.EOF {
		err = nameError(r.name, err)
	}
	return n, err
}

// file returns the file that is read, nil if it is not a file.
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
