package portprobe

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"portkit/pkg/payload"
	"portkit/pkg/probe/udp"
)

// maxPayload is the maximum length of a UDP payload over IPv4, in bytes: 65,535
// without the headers of UDP (RFC 768) and IPv4.
const maxPayload = 65_507

// parsePayload parses the value of --payload.
func parsePayload(s string) (udp.Requests, error) {
	var text []byte
	switch digits, isHex := strings.CutPrefix(s, "hex:"); {
	case s == "auto":
		return payload.For, nil
	case s == "none":
	case isHex:
		var err error
		if text, err = hex.DecodeString(digits); err != nil {
			return nil, fmt.Errorf("--payload: %q is not an even number of hexadecimal digits", digits)
		}
	case strings.HasPrefix(s, "@"):
		var err error
		if text, err = readPayload(s[1:]); err != nil {
			return nil, fmt.Errorf("--payload: %s: %w", s[1:], err)
		}
	default:
		return nil, fmt.Errorf("--payload: %q is not auto, none, hex:BYTES or @FILE", s)
	}
	if len(text) > maxPayload {
		return nil, fmt.Errorf("--payload: longer than a datagram, which holds at most %d bytes", maxPayload)
	}
	return always(text), nil
}

// readPayload reads a file, but little more than maxPayload of it: it may be
// endless. Its errors do not contain the name of the file.
func readPayload(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err == nil {
		defer f.Close()
		var text []byte
		if text, err = io.ReadAll(io.LimitReader(f, maxPayload+1)); err == nil {
			return text, nil
		}
	}
	var p *fs.PathError
	if errors.As(err, &p) {
		err = p.Err
	}
	return nil, err
}

// always returns the same request for every port.
func always(text []byte) udp.Requests {
	all := []*payload.Request{{
		Build: func(dst []byte, _ payload.Query) []byte { return append(dst, text...) },
		Match: func([]byte, payload.Query) bool { return false },
	}}
	return func(uint16) []*payload.Request { return all }
}
