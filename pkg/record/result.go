package record

import (
	"fmt"
	"net/netip"
	"slices"
	"time"

	"portkit/pkg/endpoint"
	"portkit/pkg/ndjson"
)

// Result is a result record. Its slices are parts of the line or of the Decoder,
// and valid until either is used again.
type Result struct {
	// Host is the target as the user wrote it, decoded.
	Host []byte
	// Addr is the address that was probed, unmapped; zero if the record has none.
	Addr   netip.Addr
	Port   uint16
	Proto  endpoint.Proto
	State  endpoint.State
	Reason endpoint.Reason // 0 if absent
	// App is the recognized protocol, decoded; nil if there is none.
	App []byte
	// Product and Cert are as in Found; empty if the record has none.
	Product, Cert []byte
	// AcceptsAll is set if the host accepts every connection without a service.
	AcceptsAll bool
	// Unidentified is why an open port has no app; 0 if it has one, or AcceptsAll is set.
	Unidentified endpoint.Unidentified
	// Unfinished is set if the run ended before the service was identified.
	Unfinished bool
	// Detail is as in Found, if Decoder.Details is set.
	Detail []byte
	// Identified is set if a tool tried to identify the service: the record has the
	// field evidence.
	Identified bool
	// RTT is negative if the record has none.
	RTT time.Duration
	// Time is when the state was determined, in milliseconds since 1970 (UTC); 0 if
	// the record has no valid one, or Decoder.Times is not set.
	Time int64
	// NoEndpoint is set for an error record without an endpoint. Only State, Reason
	// and Fields are set then.
	NoEndpoint bool
	// Summary is set if the line is a summary record. Only Fields is set then.
	Summary bool
	// Unusable describes the values that were ignored; nil if there are none.
	Unusable *Unusable
	// Fields contains all fields of the line.
	Fields []ndjson.Field
}

// Result parses a line as a result record, or reports that it is a summary. It does
// not check names, as these have been probed. The error is a *Bad.
func (d *Decoder) Result(l ndjson.Line, r *Result) error {
	*r = Result{RTT: -1}
	if l.Long {
		return TooLong(l)
	}
	if !isObject(l.Text) {
		return Unreadable(l, "no result", ndjson.Show(l.Text)+" is not a result record; want a JSON object")
	}
	var err error
	if d.fields, err = ndjson.Scan(l.Text, d.fields); err != nil {
		return Unreadable(l, "json", err.Error())
	}
	r.Fields = d.fields
	k := d.index()
	if k[fieldKind] > 0 && d.isSummary(&k) {
		r.Summary = true
		return nil
	}
	if p := d.result(&k, r); p != nil {
		*r = Result{RTT: -1}
		return p.bad(l)
	}
	if r.Unusable != nil {
		r.Unusable.No = l.No
	}
	return nil
}

// isSummary distinguishes a summary from a result with a user's field kind of the
// same value: that has a port, and neither counts nor bad_records.
func (d *Decoder) isSummary(k *known) bool {
	return string(d.text(k, fieldKind)) == KindSummary && (k[fieldPort] == 0 ||
		slices.ContainsFunc(d.fields, func(f ndjson.Field) bool {
			return (string(f.Key) == "counts" || string(f.Key) == "bad_records") && !Blank(f.Value)
		}))
}

// text returns a field's text; nil if it is absent or not a string.
func (d *Decoder) text(k *known, f field) []byte {
	value := d.value(k, f)
	if value == nil {
		return nil
	}
	text, err := decode(value, &d.word)
	if err != nil {
		return nil
	}
	return text
}

func (d *Decoder) result(k *known, r *Result) *problem {
	var ok bool
	if r.State, ok = endpoint.ParseState(d.text(k, fieldState)); !ok {
		return d.stateProblem(k)
	}
	if k[fieldReason] > 0 {
		if r.Reason, ok = d.words.parse(d.text(k, fieldReason)); !ok {
			r.unusable("reason %s is unknown", d.value(k, fieldReason))
		}
	}
	p := d.resultEndpoint(k, r)
	if r.State == endpoint.Error && (p != nil || r.Reason == endpoint.BadRecord) {
		*r = Result{State: r.State, Reason: r.Reason, RTT: -1, NoEndpoint: true, Fields: r.Fields, Unusable: r.Unusable}
		return nil
	}
	if p != nil {
		return p
	}
	d.answer(k, r)
	return nil
}

// unusable records a value that is ignored. format has a verb for it.
func (r *Result) unusable(format string, value []byte) {
	r.Unusable = r.Unusable.add(fmt.Sprintf(format, ndjson.Show(value)))
}

func (d *Decoder) stateProblem(k *known) *problem {
	value := d.value(k, fieldState)
	switch {
	case value == nil && k[fieldPort] > 0 && k.has(fieldHost, fieldTarget, fieldIP):
		return &problem{"state", "an endpoint record, not a result: state is missing; probe it with portprobe"}
	case value == nil:
		return &problem{"state", "not a result record: state is missing"}
	}
	return problemf("state", "state %s is not one of open, closed, filtered, open|filtered, error", ndjson.Show(value))
}

// resultEndpoint parses the endpoint of a result.
func (d *Decoder) resultEndpoint(k *known, r *Result) (p *problem) {
	r.Host, r.Addr, p = parseWhere(d.value(k, hostField(k)), d.value(k, fieldIP), &d.hostText, &d.ipText)
	if p != nil {
		return p
	}
	if r.Port, p = parsePort(d.value(k, fieldPort)); p != nil {
		return p
	}
	r.Proto, p = parseProto(d.value(k, protoField(k)))
	return p
}

// parseWhere parses the values of host and ip, of which one may be nil. The host
// may be in the storage of hostText.
func parseWhere(hostValue, ip []byte, hostText, ipText *[]byte) (host []byte, addr netip.Addr, p *problem) {
	if ip != nil {
		text, err := decode(ip, ipText)
		if addr, _ = parseAddr(text); err != nil || !addr.IsValid() {
			return nil, addr, problemf("ip", "ip %s is not an address", ndjson.Show(ip))
		}
	}
	switch {
	case hostValue != nil:
		var err error
		if host, err = decode(hostValue, hostText); err != nil || len(host) == 0 {
			return nil, addr, problemf("host", "host %s is not a name or address", ndjson.Show(hostValue))
		}
		if ip == nil {
			addr, _ = parseAddr(host)
		}
	case ip != nil:
		*hostText = addr.AppendTo((*hostText)[:0])
		host = *hostText
	default:
		p = hostMissing()
	}
	return host, addr, p
}

// answer parses the values that are not essential.
func (d *Decoder) answer(k *known, r *Result) {
	if value := d.value(k, fieldRTT); value != nil {
		if rtt, err := millis(value); err == nil && rtt >= 0 {
			r.RTT = rtt
		} else {
			r.unusable("rtt_ms %s is not a number of milliseconds", value)
		}
	}
	r.Identified = k[fieldEvidence] > 0
	if value := d.value(k, fieldApp); value != nil {
		if r.App = d.text(k, fieldApp); r.App == nil {
			r.unusable("app %s is not a string", value)
		}
	}
	// Other fields of these names are the user's own.
	found := k.has(fieldEvidence, fieldApp, fieldProduct)
	if found && !d.FactsOnly {
		d.finding(r)
	}
	if d.Details && r.State == endpoint.Open {
		var f *Facts
		if found {
			f = &d.found
		}
		d.detail = appendDetail(d.detail[:0], d.fields, f)
		r.Detail = d.detail
	}
	if value := d.value(k, fieldTime); value != nil && d.Times {
		if r.Time = d.when(value); r.Time == 0 {
			r.unusable("time %s is not a time after 1970", value)
		}
	}
}

// reasonCache caches the reasons found by name: there are many, but few occur in
// one scan.
type reasonCache [32]endpoint.Reason

func (c *reasonCache) parse(name []byte) (endpoint.Reason, bool) {
	if len(name) == 0 {
		return 0, false
	}
	slot := &c[(len(name)+int(name[0]))%len(c)]
	if slot.String() == string(name) {
		return *slot, true
	}
	r, ok := endpoint.ParseReason(name)
	if ok {
		*slot = r
	}
	return r, ok
}
