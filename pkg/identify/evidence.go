package identify

import (
	"bytes"
	"slices"

	"portkit/pkg/endpoint"
	"portkit/pkg/identify/protocol"
)

// maxBanner is the number of first bytes kept.
const maxBanner = 1024

// evidence is what was observed of an endpoint while its service is unknown.
type evidence struct {
	trials []trial  // the requests that were sent
	idle   reaction // to a connection without a request
	first  []byte   // first bytes received
	secure bool     // the service is inside TLS
	hints  []string // requests of protocols that matched, but not only they
	text   bool     // replies are lines of text
	// tlsAgain means that TLS was recognized in another reply than that to a ClientHello,
	// which was late.
	tlsAgain bool
	lost     int  // requests in a row that were not acknowledged
	zero     bool // the window for requests is zero
}

// trial is a request and what came of it.
type trial struct {
	request  string
	reaction reaction
}

// reaction is how an endpoint behaves after a request.
type reaction byte

const (
	reactUnknown reaction = '-' // the connection failed, or the reaction is awaited
	reactReply   reaction = 'r'
	reactSilence reaction = 's' // no reply, and the connection stays open
	reactClose   reaction = 'c' // without a reply
	reactReset   reaction = 'x' // without a reply
)

// react records the reaction to a request, or to a connection without one.
func (v *evidence) react(request string, r reaction) {
	if request == "" {
		v.idle = r
		return
	}
	for i := range v.trials {
		if v.trials[i].request == request {
			v.trials[i].reaction = r
		}
	}
}

// begin records that a request is about to be sent.
func (v *evidence) begin(request string) { v.trials = append(v.trials, trial{request, reactUnknown}) }

// sent reports whether a request was sent.
func (v *evidence) sent(request string) bool {
	return slices.ContainsFunc(v.trials, func(t trial) bool { return t.request == request })
}

// reaction returns the reaction to a request.
func (v *evidence) reaction(request string) reaction {
	for _, t := range v.trials {
		if t.request == request {
			return t.reaction
		}
	}
	return reactUnknown
}

// count returns the number of requests with a reaction.
func (v *evidence) count(r reaction) (n int) {
	for _, t := range v.trials {
		if t.reaction == r {
			n++
		}
	}
	return n
}

// had reports whether a connection had a reaction.
func (v *evidence) had(r reaction) bool { return v.idle == r || v.count(r) > 0 }

// unrecognized records a reply that no protocol recognizes for certain.
func (v *evidence) unrecognized(r *protocol.Reply, m protocol.Match) {
	if !v.secure && !v.tlsAgain && isTLSRecord(r.Data) {
		v.tlsAgain = true
		v.trials = slices.DeleteFunc(v.trials, func(t trial) bool { return t.request == tlsRequest })
	}
	v.hints = append(v.hints, m.Rivals...)
	v.text = v.text || protocol.IsLines(r.Data)
}

// received records a reply.
func (v *evidence) received(r *protocol.Reply) {
	v.react(r.Request, reactReply)
	if v.first == nil {
		v.first = bytes.Clone(r.Data[:min(len(r.Data), maxBanner)])
	}
}

// nothing reports whether nothing shows that a service is behind the endpoint.
func (v *evidence) nothing() bool {
	return v.first == nil && !v.had(reactClose) && !v.had(reactReset) && !v.secure
}

// stuck reports whether further requests would not arrive.
func (v *evidence) stuck() bool { return v.zero || v.lost >= 2 }

// word returns the evidence of an endpoint that was not recognized.
func (v *evidence) word() string {
	switch {
	case v.first != nil:
		return endpoint.EvidenceUnrecognized
	case v.zero:
		return endpoint.EvidenceZeroWindow
	case v.stuck():
		return endpoint.EvidenceNoAck
	case v.had(reactReset):
		return endpoint.EvidenceReset
	case v.had(reactClose):
		return endpoint.EvidenceClosed
	}
	return endpoint.EvidenceSilent
}
