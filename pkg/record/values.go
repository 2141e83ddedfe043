package record

import (
	"bytes"
	"math"
	"time"

	"portkit/pkg/endpoint"
	"portkit/pkg/ndjson"
)

const (
	// MaxTimeout is the longest timeout_ms: a day.
	MaxTimeout = 24 * time.Hour
	// MaxRetries is the largest number of retries.
	MaxRetries = 20
)

// parsePort parses the value of port.
func parsePort(value []byte) (uint16, *problem) {
	if value == nil {
		return 0, &problem{"port", "port is missing; want an integer, 1-65535"}
	}
	n, err := ndjson.Int(value)
	if err != nil {
		return 0, problemf("port", "port %v; want 1-65535", err)
	}
	if n < 1 || n > math.MaxUint16 {
		return 0, problemf("port", "port %s is outside 1-65535", ndjson.Show(value))
	}
	return uint16(n), nil
}

// parseProto parses the value of proto or protocol; tcp if absent.
func parseProto(value []byte) (endpoint.Proto, *problem) {
	switch string(value) {
	case "", `"tcp"`:
		return endpoint.TCP, nil
	case `"udp"`:
		return endpoint.UDP, nil
	}
	if text, err := ndjson.Text(value, nil); err == nil {
		if p, ok := endpoint.ParseProto(text); ok {
			return p, nil
		}
	}
	return 0, problemf("proto", `proto %s is not "tcp" or "udp"`, ndjson.Show(value))
}

// parseTimeout parses the value of timeout_ms; 0 if absent.
func parseTimeout(value []byte) (time.Duration, *problem) {
	if value == nil {
		return 0, nil
	}
	d, err := millis(value)
	if err != nil {
		return 0, problemf("timeout_ms", "timeout_ms %v; want milliseconds, at most one day", err)
	}
	if d <= 0 || d > MaxTimeout {
		return 0, problemf("timeout_ms", "timeout_ms %s is not between 0 and %d, a day", ndjson.Show(value), MaxTimeout.Milliseconds())
	}
	return d, nil
}

// parseRetries parses the value of retries; -1 if absent.
func parseRetries(value []byte) (int, *problem) {
	if value == nil {
		return -1, nil
	}
	n, err := ndjson.Int(value)
	if err != nil {
		return -1, problemf("retries", "retries %v; want 0-%d", err, MaxRetries)
	}
	if n < 0 || n > MaxRetries {
		return -1, problemf("retries", "retries %s is outside 0-%d", ndjson.Show(value), MaxRetries)
	}
	return int(n), nil
}

// millis parses a number of milliseconds, to the nanosecond.
func millis(value []byte) (time.Duration, error) {
	whole, fraction, _ := bytes.Cut(value, []byte{'.'})
	if len(whole) <= 12 && len(fraction) <= 6 {
		n, ok := int64(0), true
		for i := range len(whole) + 6 {
			n *= 10
			c := byte('0')
			if i < len(whole) {
				c = whole[i]
			} else if j := i - len(whole); j < len(fraction) {
				c = fraction[j]
			}
			ok = ok && c-'0' <= 9
			n += int64(c - '0')
		}
		if ok {
			return time.Duration(n), nil
		}
	}
	f, err := ndjson.Float(value)
	if err != nil {
		return 0, err
	}
	// A value that a Duration cannot hold stays above every limit, and one below
	// a nanosecond above 0.
	ns := math.Ceil(min(f*1e6, math.MaxInt64/2))
	return time.Duration(max(ns, -1)), nil
}
