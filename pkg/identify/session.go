package identify

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/netip"
	"slices"
	"time"

	"portkit/pkg/endpoint"
	"portkit/pkg/identify/protocol"
	"portkit/pkg/identify/tlsinfo"
	"portkit/pkg/resolve"
)

// How long to wait.
const (
	connectTimeout = 10 * time.Second // three retransmissions of a SYN
	replyTimeout   = time.Second
	httpTimeout    = 5 * time.Second
	minListen      = 100 * time.Millisecond
	maxListen      = time.Second
)

// session is the identification of one endpoint.
type session struct {
	*Engine
	Target
	Outcome
	ctx     context.Context
	began   time.Time
	address *address
	facts   facts
	tlsPort bool          // an own protocol is customarily inside TLS at the port
	greets  time.Duration // the longest that an own protocol may take to greet
	earlier *line         // latest silent connection: a late reply on it counts
	first   []byte        // first bytes received
	local   netip.Addr    // of this end of the connections
	closed  bool          // a connection was closed without a word
	reset   bool
	noAck   int  // requests in a row that were not acknowledged
	zero    bool // the window for requests is zero
	// tlsAgain means that TLS was recognized in another reply than that to a ClientHello,
	// which was late.
	tlsAgain bool
	http     http // until TLS and HTTP were tried
}

func newSession(e *Engine, t Target) *session {
	s := &session{Engine: e, Target: t, address: e.addresses.get(t.Addr.Addr())}
	s.Outcome.RTT = -1
	if name, err := resolve.Registered(t.Name); err == nil {
		s.Name = name
	}
	s.facts = facts{effort: e.Effort}
	if t.Proto == endpoint.UDP {
		return s
	}
	port := t.Addr.Port()
	for i := range e.table {
		if p := &e.table[i]; p.At(port) {
			s.greets = max(s.greets, p.Greets)
			s.tlsPort = s.tlsPort || slices.Contains(p.TLSPorts, port)
		}
	}
	s.facts.own = requests(e.table, func(p *protocol.Protocol) bool { return p.At(port) })
	s.facts.all = e.requests
	return s
}

func (s *session) close() {
	if s.earlier != nil {
		s.earlier.Close()
		s.earlier = nil
	}
}

// identify identifies the service.
func (s *session) identify() error {
	if s.Proto == endpoint.UDP {
		return s.inquire()
	}
	return s.run()
}

// run carries out the plan.
func (s *session) run() error {
	done, err := s.firstConnection()
	for !done && err == nil && s.ctx.Err() == nil {
		name := s.facts.next()
		if name == "" || s.httpKnown() || s.zero || s.noAck >= 2 || s.address.silent(s) {
			break
		}
		done, err = s.tryRequest(name)
	}
	if errors.Is(err, errGone) {
		err = nil // refused now: what was found out stays
	}
	switch {
	case err != nil || s.Evidence != "":
	case s.http.match.Strength != protocol.No:
		s.concludeHTTP()
	default:
		s.conclude()
	}
	s.address.count(s)
	return err
}

// errGone means that the endpoint no longer accepts connections.
var errGone = errors.New("endpoint refuses connections")

// admit waits until a connection may be made or a datagram may be sent.
func (s *session) admit() error {
	if s.Allowed != nil && !s.Allowed(s.Addr, s.Proto) {
		return errors.New("out of scope") // unreachable: the caller has checked
	}
	return s.limits.wait(s.ctx, s.address)
}

// dial makes a connection.
func (s *session) dial() (*line, error) {
	if err := s.admit(); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(s.ctx, connectTimeout)
	defer cancel()
	began := time.Now()
	c, err := s.Dial(ctx, "tcp", s.Addr)
	s.Conns++
	s.facts.conns++
	if err != nil {
		return nil, s.dialFailed(err)
	}
	if !s.Connected {
		s.Connected, s.Outcome.RTT, s.local = true, time.Since(began), localAddr(c)
		if s.Target.RTT < 0 {
			s.Target.RTT = s.Outcome.RTT
		}
	}
	if d, ok := s.ctx.Deadline(); ok {
		c.SetWriteDeadline(d)
	}
	return &line{Conn: newWatched(s.ctx, c), port: s.Addr.Port(), table: s.table}, nil
}

// watched is a connection that the end of a context closes.
type watched struct {
	net.Conn
	stop func() bool
}

func newWatched(ctx context.Context, c net.Conn) *watched {
	return &watched{c, context.AfterFunc(ctx, func() { c.Close() })}
}

func (w *watched) Close() error {
	w.stop()
	return w.Conn.Close()
}

// dialFailed records why a connection failed. It returns errGone, or the error itself if
// this machine caused it.
func (s *session) dialFailed(err error) error {
	reason, local := Classify(err)
	switch {
	case s.ctx.Err() != nil:
		return errGone
	case local:
		return err
	case s.Connected:
		return errGone
	case reason == endpoint.ConnRefused:
		s.Evidence = "refused"
	default:
		s.Evidence = "unreachable"
	}
	s.Reason = reason
	return errGone
}

// firstConnection listens, and sends the request of the port's own protocol.
func (s *session) firstConnection() (done bool, err error) {
	l, err := s.dial()
	if err != nil {
		return false, err
	}
	if s.heard(l, l.read(time.Now().Add(s.listenTime()))) {
		return true, nil
	}
	if s.Quiet(s.Addr.Port()) {
		l.Close()
		if s.first == nil && !l.ended() {
			s.Evidence = "not-asked"
		}
		return true, nil
	}
	if l.ended() || !l.silent() || s.address.silent(s) {
		s.put(l)
		return false, nil
	}
	if s.tlsPort {
		s.facts.sent = append(s.facts.sent, tlsRequest)
		return s.secure(l)
	}
	if len(s.facts.own) == 0 {
		s.put(l)
		return false, nil
	}
	return s.exchange(l, s.facts.own[0])
}

// listenTime returns how long to wait for a greeting.
func (s *session) listenTime() time.Duration {
	if s.greets > 0 && !s.tlsPort {
		return s.greets
	}
	if s.address.acceptsAll() && !s.exempt() {
		return min(max(2*s.Target.RTT, 10*time.Millisecond), 100*time.Millisecond)
	}
	return min(max(2*s.Target.RTT, minListen), maxListen)
}

// tryRequest sends a request on a connection of its own.
func (s *session) tryRequest(name string) (done bool, err error) {
	if name == tlsRequest {
		l, err := s.dial()
		if err != nil {
			return false, err
		}
		s.facts.sent = append(s.facts.sent, name)
		return s.secure(l)
	}
	l, err := s.connect()
	if l == nil {
		s.facts.sent = append(s.facts.sent, name)
		return false, err
	}
	return s.exchange(l, name)
}

// connect makes a connection, inside TLS if the service is. The line is nil if that
// failed.
func (s *session) connect() (*line, error) {
	l, err := s.dial()
	if err != nil || !s.facts.secure {
		return l, err
	}
	return s.handshake(l), nil
}

// request sends a request and reads the reply.
func (s *session) request(l *line, q *protocol.Request) protocol.Match {
	l.send(q.Name, q.Build(s.target()))
	return l.read(time.Now().Add(max(q.Wait, replyTimeout) + 2*s.Target.RTT))
}

// exchange sends a request of the plan, and takes over the reply.
func (s *session) exchange(l *line, name string) (done bool, err error) {
	s.facts.sent = append(s.facts.sent, name)
	_, q := find(s.table, name)
	m := s.request(l, q)
	if l.silent() && !l.ended() {
		m = s.waitForAck(l)
	}
	return s.settle(l, m), nil
}

// settle takes over what a connection brought, and reports whether the service is known.
// A late greeting on the earlier connection goes first.
func (s *session) settle(l *line, m protocol.Match) (done bool) {
	if s.late() {
		l.Close()
		return true
	}
	if s.heard(l, m) {
		return true
	}
	s.put(l)
	return false
}

// target returns what a request has to know.
func (s *session) target() *protocol.Target {
	return &protocol.Target{
		Addr: s.Addr, Local: s.local, Name: s.Name, Agent: s.Agent, TLS: s.facts.secure,
	}
}

// put keeps a silent connection open for a late reply, instead of the earlier one, and
// closes any other.
func (s *session) put(l *line) {
	switch {
	case s.ctx.Err() != nil: // the time limit ended it
	case l.silent() && l.ended() && isReset(l.err):
		s.reset = true
	case l.silent() && l.ended():
		s.closed = true
	case l.silent():
		if l.reply.Request != "" {
			s.facts.silent++
		}
		s.close()
		s.earlier = l
		return
	}
	l.Close()
}

// late reports whether a reply on the earlier connection identifies the service.
func (s *session) late() bool {
	l := s.earlier
	if l == nil {
		return false
	}
	m := l.read(time.Now().Add(time.Millisecond))
	if l.silent() && !l.ended() {
		return false
	}
	s.earlier = nil
	if !l.silent() && l.reply.Request != "" {
		s.facts.silent--
	}
	defer l.Close()
	return s.heard(l, m)
}

// tlsOptions returns the options of a handshake.
func (s *session) tlsOptions() tlsinfo.Options {
	return tlsinfo.Options{ServerName: s.Name, Roots: s.Roots}
}

// inside returns the line inside TLS.
func (s *session) inside(l *line, c *tls.Conn) *line {
	return &line{Conn: c, port: l.port, table: l.table, reply: protocol.Reply{TLS: true}}
}

// waitForAck waits longer for a reply if the request was not acknowledged yet, and
// records if it never was.
func (s *session) waitForAck(l *line) (m protocol.Match) {
	lost, zero := unacknowledged(l.raw())
	if !lost && !zero {
		s.noAck = 0
		return m
	}
	m = l.readOn(time.Now().Add(2 * time.Second))
	if l.silent() && !l.ended() {
		if lost, s.zero = unacknowledged(l.raw()); lost {
			s.noAck++
		}
	}
	return m
}
