package portsum

import (
	"io"
	"runtime"

	"portkit/pkg/cli"
	"portkit/pkg/ndjson"
	"portkit/pkg/record"
	"portkit/pkg/summary"
)

// reader adds up one input. There is one goroutine per processor to parse lines.
// Errors are reported in the order of the lines.
type reader struct {
	name string
	sum  *summary.Sum
	by   summary.By
	log  *cli.Log

	absent  *absent
	details bool // keep what only some formats write
}

// all reads to the end of in, or to its first read error, which in reports itself.
// It reports whether a line could not be read.
func (r *reader) all(in io.Reader) (unread bool) {
	var parsers []*parser
	var parse []func(*ndjson.Block, *[]error)
	for range runtime.GOMAXPROCS(0) {
		p := &parser{by: r.by, absent: newAbsent(r.absent.paths), add: r.sum.Adder(), dec: record.Decoder{Times: r.sum.Stats, Details: r.details}}
		parsers, parse = append(parsers, p), append(parse, p.block)
	}
	feed := ndjson.NewFeed(in, parse)
	for wrong, err := feed.Next(); err == nil; wrong, err = feed.Next() {
		n := r.report(*wrong)
		unread = unread || n > 0
		r.sum.AddBad(n)
	}
	for _, p := range parsers {
		p.add.Flush()
		r.absent.merge(p.absent)
	}
	return unread
}

// report prints the errors of lines and returns how many could not be read.
func (r *reader) report(wrong []error) (unread uint64) {
	prefix := ""
	if r.name != cli.StdinName {
		prefix = r.name + ": "
	}
	for _, err := range wrong {
		if _, ok := err.(*record.Unusable); ok {
			r.log.Linef("records with a value that was ignored", "%s%v", prefix, err)
			continue
		}
		unread++
		r.log.Linef("lines that could not be read", "%s%v", prefix, err)
	}
	return unread
}

// parser adds lines to a Sum. Each goroutine has its own.
type parser struct {
	by      summary.By
	absent  *absent
	add     *summary.Adder
	dec     record.Decoder
	result  record.Result
	summary record.Summary
	group   []byte
}

// block adds the lines of a block and sets wrong to their errors: a *record.Bad
// for a line that could not be read, a *record.Unusable for an ignored value.
func (p *parser) block(lines *ndjson.Block, wrong *[]error) {
	*wrong = nil
	for l, ok := lines.Next(); ok; l, ok = lines.Next() {
		if err := p.line(l); err != nil {
			*wrong = append(*wrong, err)
		}
	}
}

func (p *parser) line(l ndjson.Line) error {
	err := p.dec.Result(l, &p.result)
	switch {
	case err != nil:
		return err
	case p.result.Summary:
		return p.summaryLine(l)
	}
	p.absent.result(p.result.Fields)
	p.group = p.by.Append(p.group[:0], p.result.Fields, p.result.Addr)
	p.add.Result(p.group, &p.result)
	return ignored(p.result.Unusable)
}

func (p *parser) summaryLine(l ndjson.Line) error {
	if err := p.dec.Summary(l, p.result.Fields, &p.summary); err != nil {
		return err
	}
	p.absent.summaries = true
	p.group = p.by.Append(p.group[:0], p.summary.Fields, p.summary.Addr)
	p.add.Summary(p.group, &p.summary)
	return ignored(p.summary.Unusable)
}

// ignored returns u as an error; nil for none.
func ignored(u *record.Unusable) error {
	if u == nil {
		return nil
	}
	return u
}
