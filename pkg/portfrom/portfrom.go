// Package portfrom is the tool that converts the results of other scanners.
package portfrom

import (
	"bufio"
	"bytes"
	"errors"
	"io"

	"portkit/pkg/cli"
	"portkit/pkg/endpoint"
	"portkit/pkg/ndjson"
	"portkit/pkg/scanfile"
	"portkit/pkg/scanfile/nmap"
	"portkit/pkg/service"
)

// Command is portfrom's command line.
type Command struct {
	Format  string   `enum:"${formats}" default:"auto" placeholder:"FORMAT" help:"Format of all files. auto: by the first bytes of each file."`
	Port    string   `placeholder:"PORT" help:"Port of results that have none, such as 443 or 53/udp: those of zmap and zgrab2."`
	Verbose bool     `short:"v" help:"Report the format of each file, and statistics at the end."`
	Files   []string `arg:"" optional:"" placeholder:"FILE" complete:"file" help:"Results of other scanners, also compressed by gzip or zstd (default: standard input)."`

	port     uint16
	proto    endpoint.Proto
	hasProto bool
}

// Main runs portfrom with the arguments and streams of the process, and returns its exit
// status.
func Main() int { return cli.Main(Tool()) }

// Validate checks what the flags' types cannot.
func (c *Command) Validate() (err error) {
	c.port, c.proto, c.hasProto, err = parsePort(c.Port)
	return err
}

// run is one run of portfrom.
type run struct {
	*Command
	ctx  *cli.Context
	out  *scanfile.Output
	name string // of the current file, for messages
	err  error  // with the exit status of the worst failure so far
}

// Run converts all inputs.
func (c *Command) Run(ctx *cli.Context) error {
	w := ndjson.NewWriter(ctx.Out)
	r := &run{Command: c, ctx: ctx}
	r.out = scanfile.NewOutput(w, service.Load(), r)
	for in := range ctx.Inputs(c.Files) {
		if err := r.file(in); err != nil {
			_ = w.Close() // the first failure counts
			return err
		}
	}
	if err := w.Close(); err != nil {
		return err
	}
	r.logCounts()
	return r.err
}

// Bad reports a line that could not be read.
func (r *run) Bad(line int64, msg string) {
	r.ctx.Log.Linef("lines that could not be read", "%s: line %d: %s", r.name, line, msg)
	r.fail(cli.ErrRecords)
}

// Note reports something about the current file.
func (r *run) Note(msg string) {
	r.ctx.Log.Linef("notes about files", "%s: %s", r.name, msg)
}

// fail records a failure that has been reported. A later one replaces an earlier one of
// the records.
func (r *run) fail(err error) {
	if r.err == nil || r.err == cli.ErrRecords {
		r.err = err
	}
}

// file converts a file. It returns only errors after which no other file is to be read.
func (r *run) file(in *cli.Input) error {
	r.name = in.Name
	if r.name == cli.StdinName {
		r.name = "standard input"
	}
	src := &source{Reader: in}
	content, end, err := scanfile.Decompress(src)
	if err != nil {
		return r.ended(src, err)
	}
	defer end()
	b := bufio.NewReaderSize(content, 64<<10)
	head, err := r.peek(b)
	switch {
	case len(head) == 0 && err == io.EOF:
		return nil
	case len(head) == 0 && err != nil:
		return r.ended(src, err)
	}
	f := find(r.Format, head)
	if f == nil {
		r.ctx.Log.Printf("%s: %s", r.name, unknown(head))
		r.fail(cli.ErrInput)
		return nil
	}
	if r.Verbose {
		r.ctx.Log.Printf("%s: format %s (%s)", r.name, f.Name, f.Written)
	}
	if r.Format == "auto" && f.IsAmbiguous != nil && f.IsAmbiguous(head) {
		r.Note("read as open ports that " + f.Written + " found; if these are targets, probe them with portprobe")
	}
	err = f.Read(&scanfile.Input{Reader: b, Port: r.port, Proto: r.proto, HasProto: r.hasProto}, r.out)
	return r.ended(src, err)
}

// peek returns the first bytes of a file without a byte order mark and blank lines. A scan
// that is running writes few for a long time, so it waits for no more than what determines
// the format.
func (c *Command) peek(b *bufio.Reader) (head []byte, err error) {
	for n := 1; n <= scanfile.SniffSize && err == nil; {
		_, err = b.Peek(n)
		head, _ = b.Peek(min(b.Buffered(), scanfile.SniffSize))
		n = len(head) + 1
		head = bytes.TrimLeft(bytes.TrimPrefix(head, []byte(ndjson.BOM)), " \t\r\n")
		if len(head) > 0 && c.Format != "auto" || nmap.IsXML(head) || scanfile.ShowsFormat(head) && find("auto", head) != nil {
			break
		}
	}
	return head, err
}

// source is a file that remembers whether it could not be read.
type source struct {
	io.Reader
	err error
}

func (s *source) Read(p []byte) (int, error) {
	n, err := s.Reader.Read(p)
	if err != nil && err != io.EOF {
		s.err = err
	}
	return n, err
}

// ended reports the error with which reading a file ended.
func (r *run) ended(src *source, err error) error {
	var broken *scanfile.Broken
	switch {
	case err == nil:
	case r.out.Err() != nil:
		return r.out.Err()
	case errors.Is(err, scanfile.ErrNoPort):
		return cli.Usagef("%s: %v", r.name, err)
	case src.err != nil: // has been reported, and sets the exit status
	case errors.As(err, &broken):
		r.ctx.Log.Printf("%s: %v", r.name, err)
		r.fail(cli.ErrRecords)
	case errors.Is(err, io.ErrUnexpectedEOF):
		r.ctx.Log.Printf("%s: the compressed file ends early", r.name)
		r.fail(cli.ErrRecords)
	default:
		r.ctx.Log.Printf("%s: %v", r.name, err)
		r.fail(cli.ErrInput)
	}
	return nil
}

// logCounts reports what has no record, and with -v the statistics.
func (r *run) logCounts() {
	c := r.out.Counts()
	for i, n := range c.Skipped {
		text, normal := scanfile.Skipped(i).Text(n)
		if n > 0 && (!normal || r.Verbose) {
			r.ctx.Log.Printf("%d %s", n, text)
		}
	}
	if r.Verbose {
		r.ctx.Log.Printf("%s written", cli.Plural(int64(c.Results), "record"))
	}
}
