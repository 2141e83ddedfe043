package portid

import (
	"errors"
	"net/netip"
	"sync/atomic"
	"time"

	"portkit/pkg/endpoint"
	"portkit/pkg/identify"
	"portkit/pkg/ndjson"
	"portkit/pkg/record"
	"portkit/pkg/resolve"
)

// reader decodes lines, and passes on those that are not to be identified.
type reader struct {
	*run
	writer   writer
	decoder  record.Decoder
	port     record.Port
	answered atomic.Int64 // records whose result is in the resume file
	unprobed atomic.Int64 // UDP endpoints as in record.Port
	seq      uint64       // place of the next record in the output
}

// process decodes one line.
func (r *reader) process(line ndjson.Line) {
	p := &r.port
	err := r.decoder.Port(line, r.resumeFile != nil, p)
	if p.Skip && err == nil {
		return
	}
	if err == nil && p.Port > 0 && r.resumeFile != nil && r.resumeFile.Take(p.Host, p.Addr, p.Port, p.Proto) {
		r.answered.Add(1)
		return
	}
	if p.Unprobed {
		r.unprobed.Add(1)
	}
	size := len(line.Text)
	r.backlog.Add(size, r.flush)
	seq := r.seq
	r.seq++
	var bad *record.Bad
	switch {
	case errors.As(err, &bad):
		r.ctx.Log.Linef("records that could not be read", "%v", bad)
		r.writer.bad(seq, bad, time.Now(), size)
	case p.Pass:
		r.writer.pass(seq, line.Text, p)
	case p.Proto == endpoint.UDP && p.State == 0: // a plain line
		r.writer.endpoint(seq, p, size)
	default:
		r.submit(r.item(seq, size))
	}
	if r.writer.big() {
		r.flush()
		r.out.WaitForRoom()
	}
}

func (r *reader) flush() { r.writer.flush() }

// item makes an item of the decoded record.
func (r *reader) item(seq uint64, size int) *item {
	p := &r.port
	text := make([]byte, 0, len(p.Host)+len(p.Known)+len(p.Extra))
	text = append(append(append(text, p.Host...), p.Known...), p.Extra...)
	h, k := len(p.Host), len(p.Host)+len(p.Known)
	i := &item{
		seq: seq, bytes: size, host: text[:h:h], known: text[h:k:k], extra: text[k:],
		came: p.State == endpoint.Open,
		target: identify.Target{
			Addr: netip.AddrPortFrom(p.Addr, p.Port), Proto: p.Proto, App: string(p.App), RTT: p.RTT,
		},
	}
	if _, err := netip.ParseAddr(string(p.Host)); err != nil {
		i.target.Name = string(p.Host)
	}
	return i
}

// submit passes an item to the queue, by way of the resolver if it has no address.
func (r *reader) submit(i *item) {
	if why := r.scope.NameRefusal(i.host); why != "" {
		r.results.refuse(i, endpoint.OutOfScope, errors.New(why))
		return
	}
	if i.target.Addr.Addr().IsValid() {
		r.enqueue(i)
		return
	}
	if r.names.Full() {
		r.flush() // Get may block
	}
	i.resolved = true
	if res, ok := r.names.Get(i.host, i); ok {
		r.addResolved(i, res)
	}
}

// deliver submits items whose name has been looked up.
func (r *run) deliver(items []*item, res resolve.Result) {
	for _, i := range items {
		r.addResolved(i, res)
	}
}

func (r *run) addResolved(i *item, res resolve.Result) {
	if res.Err == nil {
		i.target.Addr = netip.AddrPortFrom(res.Addrs[0], i.target.Addr.Port())
		r.enqueue(i)
		return
	}
	if r.endedBy() != 0 { // the lookup was canceled
		r.results.unfinished(i, &identify.Outcome{})
		return
	}
	r.ctx.Log.Linef("records whose name has no address", "%v", res.Err)
	r.results.refuse(i, endpoint.ResolveFailed, res.Err)
}

// enqueue passes an item to the queue, unless its address must not be connected to.
func (r *run) enqueue(i *item) {
	if reason, err := r.check(&i.target); reason != 0 {
		r.results.refuse(i, reason, err)
		return
	}
	if !r.queue.add(i) {
		r.results.unfinished(i, &identify.Outcome{})
	}
}

// check returns why an endpoint must not be connected to; 0 if it may be.
func (r *run) check(t *identify.Target) (endpoint.Reason, error) {
	switch {
	case !r.scope.Allows(t.Addr, t.Proto):
		return endpoint.OutOfScope, errors.New(r.scope.Refusal(t.Addr, t.Proto))
	case !r.links.Unicast(t.Addr.Addr()):
		return endpoint.NotUnicast, nil
	}
	if err := r.origin.CheckTarget(t.Addr.Addr()); err != nil {
		return endpoint.LocalError, err
	}
	return 0, nil
}
