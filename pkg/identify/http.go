package identify

import "portkit/pkg/identify/protocol"

const httpApp = "http"

// http is the best match of an HTTP server before the conclusion.
type http struct {
	match protocol.Match
	reply protocol.Reply
}

// foundHTTP puts a match of HTTP aside, and reports whether it is the conclusion. That
// is only after TLS was tried, because a server of TLS may reply to a request in plain
// HTTP, and with the facts of a GET, if there was a reply to one.
func (s *session) foundHTTP(r *protocol.Reply, m protocol.Match) bool {
	if m.HTTP != nil || s.http.match.Strength == protocol.No {
		s.http = http{m, *r}
	}
	return s.httpKnown()
}

// slowHTTP reports whether an HTTP server, recognized by another reply, may still reply
// to the GET.
func (s *session) slowHTTP() bool {
	return s.http.match.Strength != protocol.No && s.silence.waits()
}

// httpKnown reports whether an HTTP server was sent all that may reveal more about it.
func (s *session) httpKnown() bool {
	return s.http.match.Strength != protocol.No && (s.seen.secure || s.seen.sent(tlsRequest)) &&
		s.seen.reaction(httpRequest) != reactUnknown && !s.silence.waits()
}

// concludeHTTP adopts the match of HTTP that was put aside.
func (s *session) concludeHTTP() {
	s.adopt(&s.http.reply, s.http.match)
	if s.HTTP != nil && s.Effort != Quick && protocol.HTTPRetry(s.HTTP, s.target()) {
		s.retryHTTP()
	}
	if s.HTTP != nil && s.Effort == Thorough {
		s.furtherPaths()
	}
}

// furtherPaths reads the paths that may reveal the product where `/` does not.
func (s *session) furtherPaths() {
	for _, p := range protocol.HTTPPaths() {
		if !p.Suits(&s.http.reply) {
			continue
		}
		q := p.Request()
		l, _ := s.connect()
		if l == nil {
			return
		}
		s.request(l, &q)
		if m := p.Match(&l.reply); m.Strength != protocol.No {
			s.Product, s.Version = m.Product, m.Version
		}
		l.Close()
	}
}

// retryHTTP sends HTTP/1.1 with a host name or address, and takes over the reply unless
// it is an error and the first was not.
func (s *session) retryHTTP() {
	q := find(s.table, "http-1.1")
	if q == nil {
		return
	}
	l, _ := s.connect()
	if l == nil {
		return
	}
	defer l.Close()
	m := s.request(l, q)
	if m.App == httpApp && m.HTTP != nil && (m.HTTP.Status < 400 || s.HTTP.Status >= 400) {
		s.refine(&l.reply, m)
	}
}
