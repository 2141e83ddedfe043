package identify

import (
	"errors"
	"io"
	"net"
	"os"
	"slices"
	"time"

	"portkit/pkg/identify/protocol"
)

// quiet is how long a reply that no protocol recognizes may pause before it counts as
// whole.
const quiet = 100 * time.Millisecond

// line is a connection and what was received on it.
type line struct {
	net.Conn
	port  uint16
	table []protocol.Protocol
	reply protocol.Reply
	began time.Time // when it was established; zero inside TLS
	own   bool      // an own protocol should greet or reply on it
	err   error     // that ended the reply: io.EOF, a reset, or a time limit of the session
	until time.Time // the end of the time for a late reply
}

// send sends a request. Its error shows again when reading.
func (l *line) send(name string, request []byte) {
	l.reply.Request, l.reply.Sent = name, request
	l.Write(request)
}

// read reads until the reply is recognized and whole, the connection ends or is silent
// until the time given. More data is waited for as long as a protocol needs it. A reply
// that begins in time may end replyTimeout later.
func (l *line) read(until time.Time) (m protocol.Match) {
	pause, evaluated := until, len(l.reply.Data)
	for {
		begun := !l.silent()
		timeout := l.readOnce(pause)
		size := len(l.reply.Data)
		if !begun && size > 0 {
			if end := time.Now().Add(replyTimeout); until.Before(end) {
				until = end
			}
		}
		// A server may send each byte by itself: look at the data once it has grown.
		if !timeout && !l.reply.Ended && size < evaluated+evaluated/4 {
			pause = earlier(until, time.Now().Add(5*time.Millisecond))
			continue
		}
		if size == 0 || timeout && size == evaluated {
			return m
		}
		var more bool
		m, more = protocol.Recognize(l.table, &l.reply, l.port)
		if m.Strength == protocol.Certain && !m.More || l.reply.Ended || timeout && pause.Equal(until) {
			return m
		}
		evaluated, pause = size, until
		if !more {
			pause = earlier(until, time.Now().Add(quiet))
		}
	}
}

// readOnce reads what has arrived, and reports whether that is nothing until a time.
func (l *line) readOnce(until time.Time) (timeout bool) {
	data := l.reply.Data
	if cap(data)-len(data) < minRead {
		data = slices.Grow(data, max(minRead, min(len(data), protocol.MaxReply-len(data))))
	}
	l.SetReadDeadline(until)
	n, err := l.Read(data[len(data):min(cap(data), protocol.MaxReply)])
	l.reply.Data = data[:len(data)+n]
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return true
	}
	if err != nil {
		l.err = err
	}
	l.reply.Ended = err != nil || len(l.reply.Data) == protocol.MaxReply
	return false
}

// minRead is the minimum size of a read, unless the reply is nearly as long as it may be.
// Most replies are shorter.
const minRead = 1024

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// silent reports whether nothing was received.
func (l *line) silent() bool { return len(l.reply.Data) == 0 }

// ended reports whether the server closed or reset the connection.
func (l *line) ended() bool { return l.err != nil }

// pending reports whether nothing was received yet.
func (l *line) pending() bool { return l.silent() && !l.ended() }

// readOn reads as read does, what was received so far included.
func (l *line) readOn(until time.Time) (m protocol.Match) {
	if l.silent() {
		return l.read(until)
	}
	m, more := protocol.Recognize(l.table, &l.reply, l.port)
	if m.Strength == protocol.Certain && !m.More {
		return m
	}
	if !more {
		until = earlier(until, time.Now().Add(quiet))
	}
	if m = l.read(until); m.Strength == protocol.No {
		m, _ = protocol.Recognize(l.table, &l.reply, l.port)
	}
	return m
}

// raw returns the connection below TLS and the watch of the context.
func (l *line) raw() net.Conn {
	c := l.Conn
	for {
		switch inner := c.(type) {
		case *watched:
			c = inner.Conn
		case interface{ NetConn() net.Conn }:
			c = inner.NetConn()
		default:
			return c
		}
	}
}

// NetConn returns the connection below.
func (t *tap) NetConn() net.Conn { return t.Conn }

// tap is a connection that keeps what is read from it, and can serve bytes again that
// were read before.
type tap struct {
	net.Conn
	ahead []byte // bytes to serve first
	data  []byte // bytes read, up to protocol.MaxReply
	total int
	// patience is the time that reading may take once the first byte has arrived; 0
	// leaves the deadline as it is.
	patience time.Duration
}

// maxHandshake is the maximum number of bytes read from a connection.
const maxHandshake = 256 << 10

func (t *tap) Read(b []byte) (int, error) {
	if len(t.ahead) > 0 {
		n := copy(b, t.ahead)
		t.ahead = t.ahead[n:]
		return n, nil
	}
	if t.total >= maxHandshake {
		return 0, io.ErrUnexpectedEOF
	}
	n, err := t.Conn.Read(b)
	if t.total == 0 && n > 0 && t.patience > 0 {
		t.SetReadDeadline(time.Now().Add(t.patience))
	}
	t.total += n
	t.data = append(t.data, b[:min(n, protocol.MaxReply-len(t.data))]...)
	return n, err
}
