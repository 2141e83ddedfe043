package identify

import (
	"errors"
	"math/rand/v2"
	"net"
	"os"
	"slices"
	"time"

	"portkit/pkg/endpoint"
	"portkit/pkg/errno"
	"portkit/pkg/identify/protocol"
	"portkit/pkg/payload"
)

const (
	udpAttempts = 2  // for each request
	maxReplies  = 64 // datagrams read after a request
)

// inquiry contains the requests for the UDP services of an app.
type inquiry struct {
	row      protocol.Datagram
	requests []udpRequest
}

// udpRequest is a request, and the test for its replies. isReply is nil if the row's
// Match contains the test.
type udpRequest struct {
	build   func(t *protocol.Target, q payload.Query) []byte
	isReply func(reply []byte, q payload.Query) bool
}

// inquiries returns those of the given apps, or all.
func inquiries(only []string) map[string]*inquiry {
	all, by := payload.All(), map[string]*inquiry{}
	for _, row := range protocol.Datagrams() {
		if len(only) > 0 && !slices.Contains(only, row.App) {
			continue
		}
		q := &inquiry{row: row}
		if build := row.Build; build != nil {
			q.requests = []udpRequest{{build: func(t *protocol.Target, q payload.Query) []byte { return build(t, q.Token) }}}
		}
		for _, r := range all {
			if row.Build == nil && r.App == row.App {
				q.requests = append(q.requests, udpRequest{
					func(_ *protocol.Target, q payload.Query) []byte { return r.Build(nil, q) }, r.Match,
				})
			}
		}
		by[row.App] = q
	}
	return by
}

// inquire sends a UDP service the request that reveals more than its app. The app stays
// in any case: a reply had it recognized.
func (s *session) inquire() error {
	s.Finding.App, s.Evidence = s.Target.App, endpoint.EvidenceUDPResponse
	q := s.datagrams[s.Target.App]
	if q == nil || s.Quiet(s.Addr.Port()) {
		return nil
	}
	c, err := s.Dial(s.ctx, endpoint.UDP.String(), s.Addr)
	if err != nil {
		return s.unreachable(err)
	}
	s.local = localAddr(c)
	w := newWatched(s.ctx, c)
	defer w.Close()
	x := &exchange{session: s, Conn: w, inquiry: q, query: payload.Query{To: s.Addr, Token: rand.Uint64()}}
	for i := range q.requests {
		x.sent = append(x.sent, q.requests[i].build(s.target(), x.query))
	}
	x.replied = make([]bool, len(x.sent))
	return s.unreachable(x.run())
}

// unreachable records why there was no reply. It returns only ErrStopped and errors that
// this machine caused.
func (s *session) unreachable(err error) error {
	if errors.Is(err, ErrStopped) {
		return err
	}
	reason := endpoint.NoResponse
	if err != nil && s.ctx.Err() == nil && !errors.Is(err, errGone) {
		switch r := errno.Reason(err, endpoint.UDP); r {
		case endpoint.LocalError:
			return err
		case 0: // not evidence
		default:
			reason = r
		}
	}
	if !s.connected {
		s.reason = reason
	}
	return nil
}

// exchange is a conversation with a UDP service. All attempts of a request are the same
// datagram, so that a late reply counts.
type exchange struct {
	*session
	net.Conn
	inquiry *inquiry
	query   payload.Query
	sent    [][]byte // the requests
	replied []bool   // by request
}

// run sends each request until it has a reply, and ends when the product is known.
func (x *exchange) run() error {
	for range udpAttempts {
		for i := range x.sent {
			if x.replied[i] {
				continue
			}
			if err := x.admit(); err != nil {
				return err
			}
			x.conns++
			if _, err := x.Write(x.sent[i]); err != nil {
				return err
			}
			if err := x.await(i); err != nil || x.Product != "" {
				return err
			}
		}
	}
	return nil
}

// await reads until a request has a reply, the product is known, or the time is over.
func (x *exchange) await(request int) error {
	x.SetReadDeadline(time.Now().Add(replyTimeout + 2*max(x.RTT, 0)))
	buf := make([]byte, 4096)
	for range maxReplies {
		n, err := x.Read(buf)
		if errors.Is(err, os.ErrDeadlineExceeded) {
			return nil
		}
		if err != nil && !errno.Truncated(err) {
			return err
		}
		if x.received(buf[:n]); x.replied[request] || x.Product != "" {
			return nil
		}
	}
	return nil
}

// received takes over what a datagram reveals if it is a reply to any of the requests.
func (x *exchange) received(reply []byte) {
	for i, r := range x.inquiry.requests {
		if r.isReply != nil && !r.isReply(reply, x.query) {
			continue
		}
		m := x.inquiry.row.Read(x.sent[i], reply)
		if m.Strength == protocol.No {
			continue
		}
		x.replied[i], x.connected = true, true
		x.adoptProduct(m)
		return
	}
}
