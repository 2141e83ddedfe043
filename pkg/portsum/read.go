package portsum

import (
	"io"
	"runtime"

	"portkit/pkg/cli"
	"portkit/pkg/ndjson"
	"portkit/pkg/record"
	"portkit/pkg/summary"
)

// reading is one input on its way into a Sum. Lines are parsed by as many
// goroutines as there are processors; what is wrong with lines is said in
// their order.
type reading struct {
	name string
	sum  *summary.Sum
	by   summary.By
	log  *cli.Log
}

// all reads to the end and says whether some line could not be read. A
// failure to read has been said by the input itself and ends it.
func (r *reading) all(in io.Reader) (unread bool) {
	var parsers []*parser
	var parse []func(*ndjson.Block, *[]error)
	for range runtime.GOMAXPROCS(0) {
		p := &parser{by: r.by, add: r.sum.Adder(), dec: record.Decoder{Times: r.sum.Stats}}
		parsers, parse = append(parsers, p), append(parse, p.block)
	}
	feed := ndjson.NewFeed(in, parse)
	for bad, err := feed.Next(); err == nil; bad, err = feed.Next() {
		unread = unread || len(*bad) > 0
		r.say(*bad)
	}
	for _, p := range parsers {
		p.add.Flush()
	}
	return unread
}

// say says what is wrong with lines.
func (r *reading) say(bad []error) {
	prefix := ""
	if r.name != cli.StdinName {
		prefix = r.name + ": "
	}
	for _, err := range bad {
		r.log.Linef("lines that could not be read", "%s%v", prefix, err)
	}
}

// parser reads lines into a Sum.
type parser struct {
	by      summary.By
	add     *summary.Adder
	dec     record.Decoder
	result  record.Result
	summary record.Summary
	group   []byte
}

// block reads a block; bad is what is wrong with its lines.
func (p *parser) block(lines *ndjson.Block, bad *[]error) {
	*bad = nil
	for l, ok := lines.Next(); ok; l, ok = lines.Next() {
		if err := p.line(l); err != nil {
			*bad = append(*bad, err)
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
	p.group = p.by.Append(p.group[:0], p.result.Fields, p.result.Addr)
	p.add.Result(p.group, &p.result)
	return nil
}

func (p *parser) summaryLine(l ndjson.Line) error {
	if err := p.dec.Summary(l, p.result.Fields, &p.summary); err != nil {
		return err
	}
	p.group = p.by.Append(p.group[:0], p.summary.Fields, p.summary.Addr)
	p.add.Summary(p.group, &p.summary)
	return nil
}
