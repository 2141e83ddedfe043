package record

import (
	"slices"
	"time"

	"portkit/pkg/endpoint"
	"portkit/pkg/ndjson"
)

// Port is a line of portid's input: a port whose service is to be identified, or a
// record to be passed through. Its slices are as those of Input.
type Port struct {
	// Input is the endpoint. Its Extra has neither results nor findings. Pass is also set
	// for ports that are not open.
	Input
	// Unprobed is set for a UDP endpoint that is passed through although portprobe may
	// recognize it: the record has no state, or it is another scanner's and has no app.
	Unprobed bool
	// State is Open, or 0 if the record has no state; with Pass, any state.
	State endpoint.State
	// Reason is set only with Pass and the state Error.
	Reason endpoint.Reason
	// RTT is negative if the record has none.
	RTT time.Duration
	// App is the protocol that portprobe recognized, decoded; nil if there is none.
	App []byte
	// Known contains the fields of the endpoint and its result as written, in their
	// order. They do not include those of an old finding. It is empty unless State is Open.
	Known []byte
}

// renamed precedes the name of a user's field that has the name of a finding's, as in
// portgen.
const renamed = "list_"

// Port parses a line as an endpoint or result record, or as a plain host:port. Whether
// the endpoint of a record to be passed through is valid it checks only if whole is set.
// The error is a *Bad.
func (d *Decoder) Port(l ndjson.Line, whole bool, p *Port) error {
	*p = Port{Input: Input{Retries: -1}, RTT: -1}
	if l.Long {
		return TooLong(l)
	}
	if !isObject(l.Text) {
		err := d.plain(l, &p.Input)
		p.Unprobed = p.Proto == endpoint.UDP
		return hintPortid(err)
	}
	var err error
	if d.fields, err = ndjson.Scan(l.Text, d.fields); err != nil {
		return Unreadable(l, "json", err.Error())
	}
	k := d.index()
	d.state(&k, p)
	if p.Pass && !whole {
		return nil
	}
	pass := p.Pass
	if wrong := d.endpoint(&k, &p.Input); wrong != nil && !pass {
		d.split(&k, p)
		return d.salvage(l, &k, &p.Input, wrong)
	}
	if p.Pass = pass || p.Proto == endpoint.UDP && (p.State != endpoint.Open || k[fieldApp] == 0); p.Pass {
		p.Unprobed = !pass && (p.State == 0 || d.imported())
		return nil
	}
	d.split(&k, p)
	p.App = d.text(&k, fieldApp)
	if rtt, err := millis(d.value(&k, fieldRTT)); k[fieldRTT] > 0 && err == nil {
		p.RTT = rtt
	}
	return nil
}

// imported reports whether the record is a result of another scanner.
func (d *Decoder) imported() bool {
	return slices.ContainsFunc(d.fields, func(f ndjson.Field) bool { return fieldOfMember(&f) == fieldSource })
}

// state parses what decides whether a record is passed through.
func (d *Decoder) state(k *known, p *Port) {
	if k[fieldState] == 0 {
		return
	}
	p.State, _ = endpoint.ParseState(d.text(k, fieldState))
	p.Pass = p.State != endpoint.Open
	if p.State == endpoint.Error {
		p.Reason, _ = d.words.parse(d.text(k, fieldReason))
	}
}

// split separates the fields of the endpoint and its result from the user's. Those of
// an old finding are dropped, but without evidence they are the user's.
func (d *Decoder) split(k *known, p *Port) {
	d.known, d.extra = d.known[:0], d.extra[:0]
	for i := range d.fields {
		raw := d.fields[i].Raw
		switch f := fieldOfMember(&d.fields[i]); {
		case f.ofFinding() && k[fieldEvidence] == 0:
			d.extra = AppendRenamed(d.extra, renamed, raw)
		case f.ofFinding(), f == fieldEvidence, f == fieldSource:
		case f.passesOn():
			d.extra = AppendRaw(d.extra, raw)
		case f == fieldApp && p.Proto == endpoint.TCP:
		case p.State == endpoint.Open && f != fieldApp:
			d.known = AppendRaw(d.known, raw)
		}
	}
	p.Known, p.Extra = d.known, d.extra
}
