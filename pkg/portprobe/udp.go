package portprobe

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"portkit/pkg/endpoint"
	"portkit/pkg/payload"
	"portkit/pkg/probe"
	"portkit/pkg/probe/udp"
)

// maxPayload is the longest datagram there is, in bytes (RFC 768: 65,535 less
// the headers of UDP and IPv4).
const maxPayload = 65_507

// parsePayload reads --payload.
func parsePayload(s string) (udp.Requests, error) {
	switch code, isHex := strings.CutPrefix(s, "hex:"); {
	case s == "auto":
		return payload.For, nil
	case s == "none":
		return always(nil), nil
	case isHex:
		text, err := hex.DecodeString(code)
		if err != nil {
			return nil, fmt.Errorf("--payload: %q is not an even number of hexadecimal digits", code)
		}
		return fits(text)
	case strings.HasPrefix(s, "@"):
		text, err := readPayload(s[1:])
		if err != nil {
			return nil, fmt.Errorf("--payload: %s: %w", s[1:], err)
		}
		return fits(text)
	}
	return nil, fmt.Errorf("--payload: %q is not auto, none, hex:BYTES or @FILE", s)
}

// readPayload reads a file, or of one without end more than a datagram takes.
func readPayload(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, bare(err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxPayload+1))
	return text, bare(err)
}

// bare is an error without the name of the file.
func bare(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// fits sends every port the same, if it goes into one datagram.
func fits(text []byte) (udp.Requests, error) {
	if len(text) > maxPayload {
		return nil, fmt.Errorf("--payload: longer than a datagram, which holds at most %d bytes", maxPayload)
	}
	return always(text), nil
}

// always sends every port the same.
func always(text []byte) udp.Requests {
	all := []*payload.Request{{
		Build: func(dst []byte, _ payload.Query) []byte { return append(dst, text...) },
		Match: func([]byte, payload.Query) bool { return false },
	}}
	return func(uint16) []*payload.Request { return all }
}

// udpPool is the workers that ask udp ports; nil where the others do. A socket of
// its own is the exception: an eighth of what TCP may have will do, which is what
// afford leaves.
func (r *run) udpPool(workers, room int) *probe.Pool {
	if r.simulate != nil {
		return nil
	}
	how := udp.Options{
		Room:   max(room/8/workers, 1),
		Source: r.source, Interface: r.link, Requests: r.requests,
		Own: &udp.Ports{},
	}
	return &probe.Pool{
		Workers: workers, Concurrency: r.concurrency(endpoint.UDP),
		Transport: func(int) (probe.Transport, error) {
			if r.portable {
				return udp.NewPortable(how, r.monotonic()), nil
			}
			return udp.New(how, r.monotonic())
		},
	}
}

// monotonic is the clock that all transports of the run share.
func (r *run) monotonic() probe.Clock { return probe.NewClock(r.began) }
