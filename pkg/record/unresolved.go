package record

import (
	"time"

	"portkit/pkg/endpoint"
)

// Unresolved appends the error record of a name that has no address, all its
// ports in one: without a port it is no endpoint, so that no later tool looks
// the name up again and asks what this one could not check. msg is one
// sentence, at is when, extra as in Input.
func (e *Encoder) Unresolved(dst []byte, host, msg string, at time.Time, extra []byte) []byte {
	dst = appendText(dst, `{"host":`, host)
	dst = appendWord(dst, `,"state":"`, endpoint.Error.String())
	dst = appendWord(dst, `,"reason":"`, endpoint.ResolveFailed.String())
	dst = e.appendTime(dst, at)
	dst = appendText(dst, `,"error":`, msg)
	return end(dst, extra)
}
