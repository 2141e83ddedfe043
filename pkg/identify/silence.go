package identify

import (
	"context"
	"time"

	"portkit/pkg/identify/protocol"
)

// silence watches the connections on which nothing was received. These are its rules:
//
//   - After a request, the reply is waited for longer if the request was not acknowledged.
//   - One silent connection stays open, because a late reply on it counts: the one on which
//     an own protocol should have greeted or replied, else the one whose time for a reply
//     is not over, else the latest.
//   - The time for the reply of an HTTP server is long. If nothing was received so far and
//     its connection stays open, other requests are sent meanwhile, but not at a port of
//     HTTP: a busy server would have more to do.
//   - Two requests in a row without an acknowledgment end the plan, and so does a window
//     of zero.
//
// What follows after three silent requests, the plan decides. At an address that accepts
// connections to all ports, one silent connection ends it.
type silence struct {
	ctx     context.Context // its end closes connections, which is no reaction
	seen    *evidence
	earlier *line // the silent connection that stays open
}

// ackTimeout is how much longer a reply is waited for when its request was not
// acknowledged: for the retransmissions.
const ackTimeout = 2 * time.Second

// await waits longer for a reply if the request was not acknowledged yet, and records if
// it never was.
func (w *silence) await(l *line) (m protocol.Match) {
	if !l.pending() {
		return m
	}
	lost, zero := unacknowledged(l.raw())
	if !lost && !zero {
		w.seen.lost = 0
		return m
	}
	m = l.readOn(time.Now().Add(ackTimeout))
	if l.pending() {
		if lost, w.seen.zero = unacknowledged(l.raw()); lost {
			w.seen.lost++
		}
	}
	return m
}

// put records how a connection without an identified service ended. It keeps a silent
// one open for a late reply, unless the earlier one is worth more, and closes any other.
func (w *silence) put(l *line) {
	switch {
	case !l.silent() || w.ctx.Err() != nil:
	case !l.ended():
		w.seen.react(l.reply.Request, reactSilence)
		if !w.keepsOwn() && !w.waits() {
			w.close()
			w.earlier = l
			return
		}
	case isReset(l.err):
		w.seen.react(l.reply.Request, reactReset)
	default:
		w.seen.react(l.reply.Request, reactClose)
	}
	l.Close()
}

// keepsOwn reports whether the earlier connection is that of an own protocol.
func (w *silence) keepsOwn() bool { return w.earlier != nil && w.earlier.own }

// waits reports whether the time for a reply on the earlier connection is not over.
func (w *silence) waits() bool { return w.earlier != nil && time.Now().Before(w.earlier.until) }

// late returns the earlier connection if it has received something, or ended. At the end
// of the plan it waits for that.
func (w *silence) late(end bool) (l *line, m protocol.Match) {
	if w.earlier == nil {
		return nil, m
	}
	until := time.Now().Add(time.Millisecond)
	if end && w.earlier.until.After(until) {
		until = w.earlier.until
	}
	m = w.earlier.read(until)
	if w.earlier.pending() {
		return nil, m
	}
	l, w.earlier = w.earlier, nil
	return l, m
}

func (w *silence) close() {
	if w.earlier != nil {
		w.earlier.Close()
		w.earlier = nil
	}
}
