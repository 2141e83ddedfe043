package tlsinfo

import (
	"errors"
	"net"
	"time"
)

// maxHandshake is the maximum number of bytes that a server may send in a handshake.
const maxHandshake = 64 << 10

var (
	errPlain   = errors.New("the reply is not TLS")
	errTooLong = errors.New("the server sent more than 64 KiB in the TLS handshake")
)

// recorder keeps what the server sends in the handshake. If that is not TLS, Read returns
// errPlain without waiting for the rest of a record, and crypto/tls sends nothing more.
type recorder struct {
	net.Conn
	head  []byte
	done  bool // the handshake is over
	ahead *ahead
}

// ahead is a read that was started before anybody needed it. Its fields are valid once
// done is closed.
type ahead struct {
	done chan struct{}
	data []byte
	err  error
}

func (r *recorder) Read(p []byte) (int, error) {
	if r.ahead != nil {
		return r.readAhead(p)
	}
	if r.done {
		return r.Conn.Read(p)
	}
	if len(r.head) >= maxHandshake {
		return 0, errTooLong
	}
	n, err := r.Conn.Read(p[:min(len(p), maxHandshake-len(r.head))])
	r.head = append(r.head, p[:n]...)
	if possible, _ := isTLS(r.head); n > 0 && !possible {
		return 0, errPlain
	}
	return n, err
}

// await waits until the server has sent something or the connection has ended, at most
// for d. It returns what was received, which the next Read returns again.
func (r *recorder) await(d time.Duration) ([]byte, error) {
	a := &ahead{done: make(chan struct{})}
	r.ahead = a
	go func() { // ends with the connection, or at its deadline
		defer close(a.done)
		buf := make([]byte, 4096)
		n, err := r.Conn.Read(buf)
		a.data, a.err = buf[:n], err
	}()
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-a.done:
		return a.data, a.err
	case <-timer.C:
		return nil, nil
	}
}

func (r *recorder) readAhead(p []byte) (int, error) {
	a := r.ahead
	<-a.done
	n := copy(p, a.data)
	a.data = a.data[n:]
	if len(a.data) > 0 {
		return n, nil
	}
	r.ahead = nil
	if n > 0 {
		return n, nil // the connection repeats its error
	}
	return r.Conn.Read(p) // the deadline may have changed since
}

// rest reads on until the server has sent its part of the handshake in the clear. The
// number of reads is bounded, as parsing starts anew after each.
func (r *recorder) rest() flight {
	f := parse(r.head)
	buf := make([]byte, 4096)
	for range 64 {
		if f.version == 0 || f.version > versionTLS12 || f.complete {
			break
		}
		if _, err := r.Read(buf); err != nil {
			break
		}
		f = parse(r.head)
	}
	return f
}
