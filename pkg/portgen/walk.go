package portgen

import (
	"errors"
	"io"
	"net/netip"
	"time"

	"portkit/pkg/cli"
	"portkit/pkg/ndjson"
	"portkit/pkg/record"
	"portkit/pkg/resolve"
)

// ahead is the maximum number of entries that wait for lookups.
const ahead = 1024

// errEnough ends the iteration over the entries early.
var errEnough = errors.New("enough")

// source yields the entries of the arguments and lists, in order.
type source struct {
	ctx       *cli.Context
	reader    reader
	args      []entry
	files     []string
	exclude   *exclusion
	keep      func(netip.Addr) bool
	lookups   *resolve.Lookups // nil: names stay names
	firstOnly bool             // use only the first address of a name
	prefix    string           // of messages about lines
	empty     empty
}

// each calls yield with each entry, and idle before it blocks. It ends early if one of
// them returns an error.
func (s *source) each(yield func(*entry) error, idle func() error) error {
	if s.lookups == nil {
		return s.entries(func(e *entry) error {
			s.logMessage(e)
			s.filter(e)
			return yield(e)
		}, idle)
	}
	return s.eachLooked(yield, idle)
}

// logMessage reports the message of an entry when it is used, which may be long after it is
// read.
func (s *source) logMessage(e *entry) {
	switch {
	case e.more == nil || e.more.message == "":
	case e.isError():
		s.ctx.Log.Linef("lines that could not be read", "%s", e.more.message)
	default:
		s.ctx.Log.Printf("%s", e.more.message)
	}
}

// pending is an entry that may wait for a lookup, or the end of the entries.
type pending struct {
	e    entry
	look <-chan resolve.Result // of its name; nil: none
	err  error
	end  bool
}

// eachLooked is each, and resolves names while later entries are read.
func (s *source) eachLooked(yield func(*entry) error, idle func() error) error {
	queue, stop := make(chan pending, ahead), make(chan struct{})
	defer close(stop)
	go s.readAhead(queue, stop)
	for {
		p, err := next(queue, idle)
		switch {
		case err != nil:
			return err
		case p.end:
			return p.err
		}
		s.logMessage(&p.e)
		if p.look != nil {
			if err := s.settle(&p, idle); err != nil {
				return err
			}
		}
		s.filter(&p.e)
		if err := yield(&p.e); err != nil {
			return err
		}
	}
}

// readAhead reads entries and starts their lookups until the last entry or stop.
func (s *source) readAhead(queue chan<- pending, stop <-chan struct{}) {
	send := func(p pending) error {
		select {
		case queue <- p:
			return nil
		case <-stop:
			return errEnough
		}
	}
	err := s.entries(func(e *entry) error {
		p := pending{e: *e}
		if name, ok := e.target.Name(); ok && !e.isError() && !(e.more != nil && e.more.resolved) {
			p.look = s.lookups.Start(name)
		}
		return send(p)
	}, func() error { return nil })
	_ = send(pending{err: err, end: true}) // fails only after a stop, when nothing is needed
}

// next receives from c. It calls idle first if it has to wait.
func next[T any](c <-chan T, idle func() error) (v T, err error) {
	select {
	case v = <-c:
		return v, nil
	default:
	}
	if err := idle(); err != nil {
		return v, err
	}
	return <-c, nil
}

// settle waits for an entry's lookup and puts its addresses, or an error record, into
// the entry.
func (s *source) settle(p *pending, idle func() error) error {
	r, err := next(p.look, idle)
	switch {
	case err != nil:
		return err
	case r.Err == nil:
		d := p.e.detail()
		d.resolved, d.addrs = true, r.Addrs
		if s.firstOnly {
			d.addrs = r.Addrs[:1]
		}
		return nil
	}
	if s.ctx.Err() != nil {
		return s.ctx.Err()
	}
	s.ctx.Log.Linef("names that could not be resolved", "%v", r.Err)
	name, _ := p.e.target.Name()
	var enc record.Encoder
	p.e = errorEntry(enc.Unresolved(nil, name, r.Err.Error(), time.Now(), p.e.extra()))
	return nil
}

// entries calls yield with the entries as written, and idle before each read that may
// block.
func (s *source) entries(yield func(*entry) error, idle func() error) error {
	for i := range s.args {
		if err := yield(&s.args[i]); err != nil {
			return err
		}
	}
	if len(s.files) == 0 {
		return nil
	}
	unread := len(s.files)
	defer func() { s.empty.failed = s.empty.failed || unread > 0 }()
	for in := range s.ctx.Inputs(s.files) {
		unread--
		if err := s.list(in, yield, idle); err != nil {
			return err
		}
	}
	return nil
}

// list reads one list. An input reports its own read errors.
func (s *source) list(in *cli.Input, yield func(*entry) error, idle func() error) error {
	s.prefix = ""
	if in.Name != cli.StdinName {
		s.prefix = in.Name + ": "
	}
	lines := ndjson.NewReader(in)
	lines.FirstLineOnly = true
	for {
		if !lines.Buffered() {
			if err := idle(); err != nil {
				return err
			}
		}
		l, err := lines.Next()
		if err != nil {
			s.empty.failed = s.empty.failed || err != io.EOF
			return nil
		}
		if err := s.line(l, yield); err != nil {
			return err
		}
	}
}

// line yields the entry of a line, or an error record if the line is invalid.
func (s *source) line(l ndjson.Line, yield func(*entry) error) error {
	e, ok, err := s.reader.line(l)
	if bad := (*record.Bad)(nil); errors.As(err, &bad) {
		var enc record.Encoder
		ok, err = true, nil
		e = errorEntry(enc.Bad(nil, bad, time.Now()))
		e.more.message = s.prefix + bad.Error()
	}
	if err != nil || !ok {
		return err
	}
	return yield(&e)
}
