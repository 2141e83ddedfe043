package portsum

import (
	"io"
	"runtime"
	"sync"

	"portkit/pkg/cli"
	"portkit/pkg/ndjson"
	"portkit/pkg/record"
	"portkit/pkg/summary"
)

// reading is one input on its way into a Sum. Lines are parsed by as many
// goroutines as there are processors, a block of them at a time; what is
// wrong with lines is said in their order.
type reading struct {
	name string
	sum  *summary.Sum
	by   summary.By
	log  *cli.Log
}

// job is a block that is parsed.
type job struct {
	block ndjson.Block
	bad   []error       // what is wrong with its lines
	done  chan struct{} // gets a value when the block has been parsed
}

// all reads to the end and says whether some line could not be read. A
// failure to read has been said by the input itself and ends it.
func (r *reading) all(in io.Reader) (unread bool) {
	n := runtime.GOMAXPROCS(0)
	free := make(chan *job, 2*n) // every job there is: none waits to be put back
	todo := make(chan *job, cap(free))
	inOrder := make(chan *job, cap(free))
	for range cap(free) {
		free <- &job{done: make(chan struct{}, 1)}
	}
	var parsers sync.WaitGroup
	for range n {
		parsers.Go(func() { r.parse(todo) })
	}
	var sayer sync.WaitGroup
	sayer.Go(func() { unread = r.say(inOrder, free) })

	blocks := ndjson.NewReader(in)
	for {
		j := <-free
		var err error
		if j.block, err = blocks.NextBlock(j.block.Data); err != nil {
			break
		}
		todo <- j
		inOrder <- j
	}
	close(todo)
	close(inOrder)
	parsers.Wait()
	sayer.Wait()
	return unread
}

// parse adds blocks to the Sum until there are no more.
func (r *reading) parse(todo <-chan *job) {
	p := parser{by: r.by, add: r.sum.Adder(), dec: record.Decoder{Times: r.sum.Stats}}
	for j := range todo {
		for l, ok := j.block.Next(); ok; l, ok = j.block.Next() {
			if err := p.line(l); err != nil {
				j.bad = append(j.bad, err)
			}
		}
		j.done <- struct{}{}
	}
	p.add.Flush()
}

// say says what is wrong with the lines of the blocks, in their order.
func (r *reading) say(inOrder <-chan *job, free chan<- *job) (unread bool) {
	prefix := ""
	if r.name != cli.StdinName {
		prefix = r.name + ": "
	}
	for j := range inOrder {
		<-j.done
		for _, bad := range j.bad {
			r.log.Linef("lines that could not be read", "%s%v", prefix, bad)
			unread = true
		}
		j.bad = nil
		free <- j
	}
	return unread
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
