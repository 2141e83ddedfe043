package resolve

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
)

// traceKey is the context key of a lookup's trace.
type traceKey struct{}

// trace records the outcomes of the queries of a lookup. Package net reports neither
// response codes nor the failure of one address family.
type trace struct {
	mu       sync.Mutex
	started  time.Time
	first    bool               // first attempt for its name
	failed   map[string]failure // last failure of each question without a useful reply
	dial     failure            // of the last query that could not be sent
	sent     int                // number of queries
	answered int
}

// failure is the reason why a query has no useful reply.
type failure struct {
	cause  cause
	server string
	text   string // for messages
}

type cause uint8

const (
	none        cause = iota
	unreachable       // the server cannot be reached
	silent            // no reply
	refused           // a reply with an error code
)

// sending records that a question is sent. It reports whether this is the first time:
// retries are no further evidence about the pace.
func (t *trace) sending(question, server string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	_, repeated := t.failed[question]
	t.failed[question] = failure{silent, server, "no reply from " + server}
	return t.first && !repeated
}

// count counts a query and returns their number.
func (t *trace) count() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.sent++
	return t.sent
}

func (t *trace) fail(question string, f failure) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.failed[question] = f
}

func (t *trace) succeed(question string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.failed, question)
	t.answered++
}

// failures returns the worst cause and the distinct texts of the questions that failed.
func (t *trace) failures() (worst cause, texts []string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, f := range t.failed {
		worst = max(worst, f.cause)
		texts = append(texts, f.text)
	}
	if len(texts) == 0 && t.answered == 0 && t.dial.cause != none {
		worst, texts = t.dial.cause, append(texts, t.dial.text)
	}
	slices.Sort(texts)
	return worst, slices.Compact(texts)
}

// complete reports whether every query has a useful reply.
func (t *trace) complete() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.answered > 0 && len(t.failed) == 0 && t.dial.cause == none
}

// observe returns a resolver like base whose queries are seen by the limiter and the trace
// in the context.
func (l *limiter) observe(base *net.Resolver) *net.Resolver {
	dial := base.Dial
	if dial == nil {
		dial = new(net.Dialer).DialContext
	}
	return &net.Resolver{
		PreferGo: base.PreferGo,
		Dial: func(ctx context.Context, network, server string) (net.Conn, error) {
			t, _ := ctx.Value(traceKey{}).(*trace)
			if t == nil { // the lookup has ended
				return dial(ctx, network, server)
			}
			if err := l.givenUp(time.Now()); err != nil {
				return nil, t.dialFailed(*err)
			}
			c, err := dial(ctx, network, server)
			if err != nil {
				return nil, t.dialFailed(failure{unreachable, host(server), fmt.Sprintf("%s cannot be reached: %v", host(server), plain(err))})
			}
			q := &query{Conn: c, limiter: l, trace: t, server: host(c.RemoteAddr().String())}
			if _, ok := c.(net.PacketConn); ok {
				return packets{q}, nil
			}
			q.stream = true
			return q, nil
		},
	}
}

// dialFailed records that a query could not be sent.
func (t *trace) dialFailed(f failure) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.dial = f
	return errors.New(f.text)
}

// query is the connection of one query (RFC 1035 section 4.2): package net writes the
// question and reads until it has the reply.
type query struct {
	net.Conn
	limiter  *limiter
	trace    *trace
	server   string
	stream   bool // messages are preceded by their length
	id       uint16
	question string // query without its header
	first    bool   // first attempt for the question
	sent     time.Time
	deadline time.Time
	head     []byte // first bytes of the reply
}

// headerSize is the length of a message's header (RFC 1035 section 4.1.1).
const headerSize = 12

func (q *query) SetDeadline(t time.Time) error {
	q.deadline = t
	return q.Conn.SetDeadline(t)
}

func (q *query) Write(b []byte) (int, error) {
	m := b
	if q.stream && len(m) > 2 {
		m = m[2:]
	}
	if len(m) > headerSize {
		q.id, q.question = binary.BigEndian.Uint16(m), string(m[headerSize:])
		q.first = q.trace.sending(q.question, q.server)
	}
	q.sent = time.Now()
	q.limiter.onQuery(q.sent, q.trace.count() == 1)
	return q.Conn.Write(b)
}

func (q *query) Read(b []byte) (int, error) {
	n, err := q.read(b)
	switch {
	case err == nil:
		q.received(b[:n])
	case !errors.Is(err, os.ErrDeadlineExceeded):
		q.trace.fail(q.question, failure{unreachable, q.server, fmt.Sprintf("%s cannot be reached: %v", q.server, plain(err))})
	}
	return n, err
}

// read reads a reply and reports a late one to the limiter early: package net waits
// five seconds.
func (q *query) read(b []byte) (int, error) {
	late := q.sent.Add(q.limiter.patience())
	if !late.Before(q.deadline) || time.Now().After(late) || q.Conn.SetReadDeadline(late) != nil {
		return q.Conn.Read(b)
	}
	n, err := q.Conn.Read(b)
	if err == nil || !errors.Is(err, os.ErrDeadlineExceeded) {
		return n, err
	}
	if q.first {
		q.limiter.onLate(time.Now(), q.sent, q.server)
	}
	if err := q.Conn.SetReadDeadline(q.deadline); err != nil {
		return 0, err
	}
	return q.Conn.Read(b)
}

// received records a reply or part of one.
func (q *query) received(b []byte) {
	if q.stream {
		if q.head = append(q.head, b...); len(q.head) < 2+headerSize {
			return
		}
		b, q.head = q.head[2:], nil
		q.stream = false // the header is complete
	}
	if len(b) < headerSize || binary.BigEndian.Uint16(b) != q.id || b[2]&0x80 == 0 {
		return
	}
	now := time.Now()
	if text := refusal(b); text != "" {
		q.trace.fail(q.question, failure{refused, q.server, text + " by " + q.server})
		q.limiter.onReply(now, q.sent, q.server, false)
		return
	}
	q.trace.succeed(q.question)
	q.limiter.onReply(now, q.sent, q.server, true)
}

// refusal returns the reason why a reply is useless, or "".
func refusal(header []byte) string {
	switch code := header[3] & 0x0f; {
	case code == 0 && header[2]&0x06 == 0 && header[3]&0x80 == 0 && binary.BigEndian.Uint16(header[6:]) == 0:
		return "no recursion" // a referral (package net: lame)
	case code == 0, code == 3: // success, no such name
		return ""
	case int(code) < len(codes):
		return codes[code]
	default:
		return fmt.Sprintf("response code %d", code)
	}
}

// codes are the response codes (RFC 1035 section 4.1.1).
var codes = [...]string{1: "FORMERR", 2: "SERVFAIL", 4: "NOTIMP", 5: "REFUSED", 3: "NXDOMAIN", 0: "NOERROR"}

// packets is a query sent as a datagram: package net recognizes it by the methods of
// net.PacketConn and does not call them.
type packets struct{ *query }

func (p packets) ReadFrom(b []byte) (int, net.Addr, error) {
	return p.Conn.(net.PacketConn).ReadFrom(b)
}

func (p packets) WriteTo(b []byte, to net.Addr) (int, error) {
	return p.Conn.(net.PacketConn).WriteTo(b, to)
}

// host returns a server's address, without the default port.
func host(server string) string {
	if h, port, err := net.SplitHostPort(server); err == nil && port == "53" {
		return h
	}
	return server
}

// plain returns the cause of an error without names of calls and sockets, which differ
// from lookup to lookup.
func plain(err error) error {
	var errno syscall.Errno
	if errors.As(err, &errno) {
		return errno
	}
	if text := err.Error(); strings.Contains(text, ": ") {
		return errors.New(text[strings.LastIndex(text, ": ")+2:])
	}
	return err
}
