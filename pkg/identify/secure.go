package identify

import (
	"crypto/tls"
	"slices"
	"time"

	"portkit/pkg/identify/protocol"
	"portkit/pkg/identify/tlsinfo"
)

// handshakeTimeout is how long a handshake may take once the server has replied.
const handshakeTimeout = 5 * time.Second

// secure sends a ClientHello. If the service is inside TLS, it listens there and then
// sends a request on the same connection: that of the own protocol if its port is one of
// TLS, or else that of HTTP. If the service is not inside TLS, the reply is matched.
func (s *session) secure(l *line) (done bool) {
	wait := replyTimeout
	switch {
	case s.seen.tlsAgain:
		wait = handshakeTimeout
	case s.plan.tls:
		wait = detailTimeout // TLS is expected, and lost packets take longer
	}
	raw := s.tapped(l, wait)
	c, t, texts, err := tlsinfo.Handshake(raw, s.tlsOptions())
	if t == nil {
		return s.notTLS(l, raw, err)
	}
	s.TLS, s.seen.secure = t, true
	s.seen.react(tlsRequest, reactReply)
	s.lookUp(texts)
	s.http.match.HTTP = nil // a reply in plain text: "the plain HTTP request was sent to HTTPS port"
	if c == nil {
		l.Close()
		return true
	}
	s.http = http{}
	in := s.inside(l, c)
	wait = min(max(2*s.RTT, minListen), maxListen)
	if s.plan.tls {
		wait = max(wait, s.plan.greets)
	}
	m := in.read(time.Now().Add(wait))
	if s.heard(in, m) {
		return true
	}
	request := httpRequest
	if s.plan.tls && len(s.plan.own) > 0 {
		request = s.plan.own[0]
	}
	if !in.pending() || !slices.Contains(s.requests, request) {
		l.Close()
		return false
	}
	s.seen.begin(request)
	return s.exchange(in, request)
}

// notTLS matches a reply to a ClientHello that is not TLS.
func (s *session) notTLS(l *line, raw *tap, failure error) (done bool) {
	l.reply = protocol.Reply{Request: tlsRequest, Data: raw.data}
	var m protocol.Match
	switch {
	case len(raw.data) > 0:
		m = l.readOn(time.Now().Add(replyTimeout))
	case !isTimeout(failure):
		l.err, l.reply.Ended = failure, true
	default:
		m = s.silence.await(l)
	}
	return s.settle(l, m)
}

// isTLSRecord reports whether a reply begins with a record of TLS: an alert, or a
// handshake message (RFC 8446 section 5.1).
func isTLSRecord(data []byte) bool {
	const alert, handshake = 21, 22
	return len(data) >= 6 && (data[0] == alert && data[3] == 0 && data[4] == 2 || data[0] == handshake && data[5] == 2) &&
		data[1] == 3 && data[2] <= 4
}

// handshake returns the line inside TLS; nil if the handshake failed.
func (s *session) handshake(l *line) *line {
	c, _, _, err := tlsinfo.Handshake(s.tapped(l, handshakeTimeout), s.tlsOptions())
	if err != nil || c == nil {
		l.Close()
		return nil
	}
	return s.inside(l, c)
}

// inside returns the line inside TLS.
func (s *session) inside(l *line, c *tls.Conn) *line {
	return &line{Conn: c, port: l.port, table: l.table, reply: protocol.Reply{TLS: true}}
}

// tlsOptions returns the options of a handshake.
func (s *session) tlsOptions() tlsinfo.Options {
	return tlsinfo.Options{ServerName: s.Name, Roots: s.Roots}
}

// tapped returns a connection for a handshake, with its time limits.
func (s *session) tapped(l *line, wait time.Duration) *tap {
	l.SetReadDeadline(time.Now().Add(wait + 2*s.RTT))
	return &tap{Conn: l.Conn, patience: handshakeTimeout}
}

// upgrade starts TLS within the protocol on a connection of its own, for the
// certificate.
func (s *session) upgrade(u *protocol.Upgrade) {
	l, err := s.dial()
	if err != nil {
		return
	}
	defer l.Close()
	if u.Greeting != nil && !l.await(time.Now().Add(max(s.plan.greets, httpTimeout)), func(data []byte) (complete, ok bool) {
		complete = u.Greeting(data)
		return complete, complete
	}) {
		return
	}
	for _, step := range u.Steps {
		l.reply.Data = nil
		l.send("", step.Build(s.target()))
		if !l.await(time.Now().Add(httpTimeout), step.Next) {
			return
		}
	}
	_, t, texts, _ := tlsinfo.Handshake(s.tapped(l, handshakeTimeout), s.tlsOptions())
	if t != nil {
		t.StartTLS = true
		s.TLS = t
		s.lookUp(texts)
	}
}

// await reads until a reply is complete, and reports whether it permits to go on.
func (l *line) await(until time.Time, next func(data []byte) (complete, ok bool)) bool {
	l.SetReadDeadline(until)
	buf := make([]byte, 4096)
	for len(l.reply.Data) < protocol.MaxReply {
		// Some requests have no reply: TLS follows at once.
		if complete, ok := next(l.reply.Data); complete {
			return ok
		}
		n, err := l.Read(buf)
		l.reply.Data = append(l.reply.Data, buf[:n]...)
		if n == 0 && err != nil {
			return false
		}
	}
	return false
}
