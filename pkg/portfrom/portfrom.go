// Package portfrom is the tool that converts the results of other scanners.
package portfrom

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"slices"

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
	Port    string   `placeholder:"PORT" help:"Port of results that have none, such as 443 or 53/udp: those of zmap and zgrab2. A protocol is also used for results that name none."`
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
		r.file(in)
		if r.out.Err() != nil {
			break
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

// failures are those that have been reported and do not end the tool, the worst last.
var failures = []error{nil, cli.ErrRecords, cli.ErrTrouble, cli.ErrInput}

// fail records a failure. The worst one determines the exit status.
func (r *run) fail(err error) {
	if slices.Index(failures, err) > slices.Index(failures, r.err) {
		r.err = err
	}
}

// file converts a file.
func (r *run) file(in *cli.Input) {
	r.name = in.Name
	if r.name == cli.StdinName {
		r.name = cli.StdinInMessages
	}
	src := &source{Reader: in}
	content, err := scanfile.Decompress(src)
	if err != nil {
		r.ended(src, err)
		return
	}
	defer func() { r.ended(src, content.End()) }()
	b := bufio.NewReaderSize(content, 64<<10)
	head, err := r.peek(b)
	switch {
	case len(head) == 0 && err == io.EOF:
		return
	case len(head) == 0 && err != nil:
		r.ended(src, err)
		return
	}
	f := find(r.Format, head)
	if f == nil {
		r.ctx.Log.Printf("%s: %s", r.name, unknown(head))
		r.fail(cli.ErrInput)
		return
	}
	if r.Verbose {
		r.ctx.Log.Printf("%s: format %s, written by %s", r.name, f.Name, f.Written)
	}
	if r.Format == "auto" && f.IsAmbiguous != nil && f.IsAmbiguous(head) {
		r.Note("read as open ports that " + f.Written + " found; if these are targets, probe them with portprobe")
	}
	err = f.Read(&scanfile.Input{Reader: b, Port: r.port, Proto: r.proto, HasProto: r.hasProto}, r.out)
	r.ended(src, err)
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

// source is a file that remembers its end, since a terminal goes on behind one, and whether it
// could not be read.
type source struct {
	io.Reader
	ended bool
	err   error
}

func (s *source) Read(p []byte) (int, error) {
	if s.ended {
		return 0, io.EOF
	}
	n, err := s.Reader.Read(p)
	if s.ended = err == io.EOF; err != nil && !s.ended {
		s.err = err
	}
	return n, err
}

// ended reports the error with which reading a file ended. Those of the file itself and of
// the output are reported elsewhere.
func (r *run) ended(src *source, err error) {
	if err == nil || src.err != nil || r.out.Err() != nil {
		return
	}
	msg, failure := err.Error(), cli.ErrInput
	var broken *scanfile.Broken
	switch {
	case errors.Is(err, scanfile.ErrNoPort):
		failure = cli.ErrTrouble
	case errors.As(err, &broken), err == scanfile.ErrTrailing:
		failure = cli.ErrRecords
	case errors.Is(err, io.ErrUnexpectedEOF):
		msg, failure = "the compressed file ends early", cli.ErrRecords
	}
	r.ctx.Log.Printf("%s: %s", r.name, msg)
	r.fail(failure)
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
