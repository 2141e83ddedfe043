package protocol

import "bytes"

// echoMin is how long a request must be for its echo to count. Some protocols reply to a
// short request with the same bytes, such as AMQP 1.0 to its header.
const echoMin = 9

// echoMatch recognizes what was sent, and nothing else (RFC 862).
func echoMatch(r *Reply) (m Match) {
	switch {
	case len(r.Sent) < echoMin || len(r.Data) > len(r.Sent):
	case bytes.Equal(r.Data, r.Sent):
		m.Strength = Certain
	default:
		m.More = !r.Ended && bytes.HasPrefix(r.Sent, r.Data)
	}
	return m
}

// echoRequest is the name of the client in a line.
func echoRequest(t *Target) []byte { return []byte(t.Agent + " echo\r\n") }
