package identify

import (
	"context"
	"errors"
	"slices"
	"time"

	"portkit/pkg/endpoint"
	"portkit/pkg/identify/protocol"
	"portkit/pkg/resolve"
)

// How long to wait.
const (
	replyTimeout = time.Second
	// detailTimeout is the time of four retransmissions, of which the first takes 200 ms.
	detailTimeout = 3 * time.Second
	httpTimeout   = 5 * time.Second
	lateTimeout   = time.Second // for which a late reply counts at the end of the plan
	minListen     = 100 * time.Millisecond
	maxListen     = time.Second
)

// session is the identification of one endpoint. Its parts own what they contain.
type session struct {
	dialer                    // makes the connections
	endpoint.Finding          // the result
	plan             plan     // decides what is sent
	seen             evidence // what was observed
	silence          silence  // the connections on which nothing was received
	http             http     // a match of HTTP, until TLS was tried
}

func newSession(ctx context.Context, e *Engine, t Target) *session {
	if name, err := resolve.Registered(t.Name); err == nil {
		t.Name = name
	}
	s := &session{dialer: dialer{Engine: e, Target: t, ctx: ctx, address: e.addresses.get(t.Addr.Addr()), took: -1}}
	s.silence = silence{ctx: ctx, seen: &s.seen}
	if t.Proto == endpoint.TCP {
		s.plan = newPlan(e, t.Addr.Port())
	}
	return s
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
	for !done && err == nil && s.ctx.Err() == nil && !s.httpKnown() && !s.acceptsAll() {
		name, replied := s.plan.next(&s.seen), false
		if name != "" && !s.slowHTTP() {
			done, err = s.try(name)
		} else if replied, done = s.late(true); name == "" && !replied {
			break
		}
	}
	if errors.Is(err, errGone) {
		err = nil // what was found out stays
	}
	if err == nil && s.Evidence == "" {
		s.conclude()
	}
	return err
}

// firstConnection listens, and sends the request of the port's own protocol.
func (s *session) firstConnection() (done bool, err error) {
	l, err := s.dial()
	if err != nil {
		return false, err
	}
	l.own = s.plan.greets > 0 || len(s.plan.own) > 0
	if s.heard(l, l.read(time.Now().Add(s.listenTime()))) {
		return true, nil
	}
	switch own := s.plan.own; {
	case s.plan.quiet:
		if l.pending() {
			s.address.noGreeting()
		}
		if l.pending() || l.silent() && s.ctx.Err() != nil { // the timeout closed it
			s.Evidence = endpoint.EvidenceNotAsked
		}
		s.silence.put(l)
		return true, nil
	case !l.pending() || s.acceptsAll() || !s.plan.tls && len(own) == 0:
		s.silence.put(l)
		return false, nil
	case s.plan.tls:
		s.seen.begin(tlsRequest)
		return s.secure(l), nil
	default:
		s.seen.begin(own[0])
		return s.exchange(l, own[0]), nil
	}
}

// listenTime returns how long to wait for a greeting.
func (s *session) listenTime() time.Duration {
	if s.plan.greets > 0 && !s.plan.tls {
		return s.plan.greets
	}
	if s.address.acceptsAll() && !s.exempt() {
		return min(max(2*s.RTT, 10*time.Millisecond), 100*time.Millisecond)
	}
	wait := max(2*s.RTT, minListen)
	switch quiet := s.plan.quiet && !s.address.isQuiet(); { // no request follows
	case quiet && s.plan.shared:
		return max(wait, s.greets)
	case quiet:
		return min(max(wait, s.greets), maxListen)
	}
	if s.plan.quiet || len(s.plan.own) == 0 {
		wait = max(wait, 2*s.address.slowest()) // other services of the host greet as slowly
	}
	return min(wait, maxListen)
}

// acceptsAll reports whether the endpoint counts as one behind which nothing is: its
// address accepts connections to any port, and it was silent so far.
func (s *session) acceptsAll() bool {
	return s.seen.nothing() && s.address.acceptsAll() && !s.exempt()
}

// exempt reports whether an endpoint keeps the full plan at an address that accepts all:
// its protocol greets, or it is a common port.
func (s *session) exempt() bool {
	return s.plan.greets > 0 || s.Common != nil && s.Common(s.Addr.Port())
}

// try sends a request on a connection of its own.
func (s *session) try(name string) (done bool, err error) {
	s.seen.begin(name)
	if name == tlsRequest {
		l, err := s.dial()
		if err != nil {
			return false, err
		}
		return s.secure(l), nil
	}
	l, err := s.connect()
	if l == nil {
		s.seen.react(name, reactClose)
		return false, err
	}
	return s.exchange(l, name), nil
}

// connect makes a connection, inside TLS if the service is. The line is nil if that
// failed.
func (s *session) connect() (*line, error) {
	l, err := s.dial()
	if err != nil || !s.seen.secure {
		return l, err
	}
	return s.handshake(l), nil
}

// request sends a request and reads the reply. A service that is known has more time:
// its reply is only late.
func (s *session) request(l *line, q *protocol.Request) protocol.Match {
	wait := max(q.Wait, replyTimeout)
	if s.App != "" {
		wait = max(wait, detailTimeout)
	}
	l.send(q.Name, q.Build(s.target()))
	return l.read(time.Now().Add(wait + 2*s.RTT))
}

// exchange sends a request of the plan, and reports whether the service is known.
func (s *session) exchange(l *line, name string) (done bool) {
	q := *find(s.table, name)
	if s.seen.first == nil && q.Wait > replyTimeout && !s.silence.keepsOwn() && !slices.Contains(s.plan.own, name) {
		l.until = time.Now().Add(q.Wait + lateTimeout + 2*s.RTT)
		q.Wait = replyTimeout
	}
	m := s.request(l, &q)
	if l.pending() {
		m = s.silence.await(l)
	}
	return s.settle(l, m)
}

// settle takes over what a connection brought, and reports whether the service is known.
// A late greeting on the earlier connection goes first.
func (s *session) settle(l *line, m protocol.Match) (done bool) {
	if _, done = s.late(false); done {
		l.Close()
		return true
	}
	if s.heard(l, m) {
		return true
	}
	s.silence.put(l)
	return false
}

// late takes over a late reply on the earlier connection. It reports whether there was
// one, and whether the service is known by it.
func (s *session) late(end bool) (replied, done bool) {
	l, m := s.silence.late(end)
	if l == nil {
		return false, false
	}
	if done = s.heard(l, m); !done {
		s.silence.put(l)
	}
	return !l.silent(), done
}

// target returns what a request has to know.
func (s *session) target() *protocol.Target {
	return &protocol.Target{
		Addr: s.Addr, Local: s.local, Name: s.Name, Agent: s.Agent, TLS: s.seen.secure,
	}
}

// conclude sets the finding of an endpoint whose service is not known for certain.
func (s *session) conclude() {
	switch {
	case s.http.match.Strength != protocol.No:
		s.concludeHTTP()
	case s.reason == endpoint.ConnRefused:
		s.Evidence = endpoint.EvidenceRefused
	case !s.connected:
		s.Evidence = endpoint.EvidenceUnreachable
	case s.TLS != nil:
		s.Evidence = endpoint.EvidenceTLS
	default:
		s.Evidence, s.Banner = s.seen.word(), s.seen.first
	}
	switch {
	case s.Evidence != endpoint.EvidenceSilent:
	case s.acceptsAll():
		s.Evidence = endpoint.EvidenceAcceptsAll
	default:
		s.address.silent()
	}
}
