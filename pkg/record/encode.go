package record

import (
	"net/netip"
	"strconv"
	"time"

	"portkit/pkg/endpoint"
	"portkit/pkg/ndjson"
)

// Encoder appends records to a slice, each as a line with its LF. The zero value
// is ready to use, by one goroutine.
type Encoder struct {
	// clock is the text of the Unix time second, up to the decimal point.
	second int64
	clock  []byte
}

// Endpoint appends an endpoint record: its own fields, then extra, as in Input.
// host overrides ep.Host unless it is nil. If both are empty, the address is the
// host.
func (e *Encoder) Endpoint(dst, host []byte, ep endpoint.Endpoint, extra []byte) []byte {
	return end(appendEndpoint(dst, host, &ep), extra)
}

// Result appends a result record: its own fields in the contract's order,
// then extra. host overrides r.Host unless it is nil.
func (e *Encoder) Result(dst, host []byte, r *endpoint.Result, extra []byte) []byte {
	return end(e.appendResult(dst, host, r), extra)
}

// Outcome appends the end of a result record: what follows the fields of the endpoint.
func (e *Encoder) Outcome(dst []byte, r *endpoint.Result) []byte {
	return end(e.appendOutcome(dst, r), nil)
}

// appendResult begins a record with the fields of the endpoint and the result.
func (e *Encoder) appendResult(dst, host []byte, r *endpoint.Result) []byte {
	return e.appendOutcome(appendEndpoint(dst, host, &r.Endpoint), r)
}

// appendOutcome appends the fields of the result.
func (e *Encoder) appendOutcome(dst []byte, r *endpoint.Result) []byte {
	dst = appendState(dst, r)
	dst = strconv.AppendInt(append(dst, `,"attempts":`...), int64(r.Attempts), 10)
	dst = appendWord(dst, `,"method":"`, r.Method.String())
	dst = e.appendTime(dst, r.Time)
	dst = appendText(dst, `,"app":`, r.App)
	dst = appendTTL(dst, r.TTL)
	return appendText(dst, `,"error":`, r.Err)
}

// appendState appends the fields up to the number of attempts.
func appendState(dst []byte, r *endpoint.Result) []byte {
	dst = appendWord(dst, `,"state":"`, r.State.String())
	dst = appendWord(dst, `,"reason":"`, r.Reason.String())
	dst = appendText(dst, `,"service":`, r.Service)
	if r.RTT >= 0 {
		dst = appendMillis(append(dst, `,"rtt_ms":`...), r.RTT)
	}
	return dst
}

// appendTTL appends the field ttl unless it is 0.
func appendTTL(dst []byte, ttl uint8) []byte {
	if ttl == 0 {
		return dst
	}
	return strconv.AppendUint(append(dst, `,"ttl":`...), uint64(ttl), 10)
}

// Bad appends the error record of an unreadable line, with at as its time.
func (e *Encoder) Bad(dst []byte, b *Bad, at time.Time) []byte {
	var o ndjson.Object
	o.Add("host", b.Host)
	o.Add("ip", addrText(b.Addr))
	if b.Port > 0 {
		o.Add("port", b.Port)
	}
	o.Add("proto", b.Proto)
	addError(&o, endpoint.BadRecord, at, b.Msg)
	o.Add("line", b.No)
	o.Add("input", b.Input)
	o.AddRaw(b.Extra)
	return appendLine(dst, o)
}

// Unresolved appends the error record of a name that has no address. It has no
// port, so that later tools do not take it for an endpoint, look the name up again
// and probe what was not checked against exclusions. extra is as in Input.
func (e *Encoder) Unresolved(dst []byte, host, msg string, at time.Time, extra []byte) []byte {
	var o ndjson.Object
	o.Add("host", host)
	addError(&o, endpoint.ResolveFailed, at, msg)
	o.AddRaw(extra)
	return appendLine(dst, o)
}

func addError(o *ndjson.Object, r endpoint.Reason, at time.Time, msg string) {
	o.Add("state", endpoint.Error.String())
	o.Add("reason", r.String())
	o.Add("time", at.UTC().Format(clockForm))
	o.Add("error", msg)
}

// addrText returns a in canonical form; "" if there is none.
func addrText(a netip.Addr) string {
	if !a.IsValid() {
		return ""
	}
	return a.String()
}

// appendLine appends a record with its LF.
func appendLine(dst []byte, o ndjson.Object) []byte { return append(ndjson.Append(dst, o), '\n') }

// end appends the user's fields and closes the record.
func end(dst, extra []byte) []byte {
	if len(extra) > 0 {
		dst = append(append(dst, ','), extra...)
	}
	return append(dst, '}', '\n')
}

// appendEndpoint begins a record with the fields of the endpoint.
func appendEndpoint(dst, host []byte, ep *endpoint.Endpoint) []byte {
	dst = append(dst, `{"host":`...)
	start := len(dst)
	switch {
	case host != nil:
		dst = ndjson.AppendString(dst, host)
	case ep.Host != "":
		dst = ndjson.AppendString(dst, ep.Host)
	default:
		dst = appendAddr(dst, ep.Addr)
		dst = append(append(dst, `,"ip":`...), dst[start:]...)
		return appendPort(dst, ep)
	}
	if ep.Addr.IsValid() {
		dst = appendAddr(append(dst, `,"ip":`...), ep.Addr)
	}
	return appendPort(dst, ep)
}

func appendPort(dst []byte, ep *endpoint.Endpoint) []byte {
	dst = strconv.AppendUint(append(dst, `,"port":`...), uint64(ep.Port), 10)
	if ep.Proto == endpoint.TCP {
		return append(dst, `,"proto":"tcp"`...)
	}
	return append(dst, `,"proto":"udp"`...)
}

// appendAddr appends an address in canonical form, in quotes. Only a zone can
// require escapes.
func appendAddr(dst []byte, a netip.Addr) []byte {
	if a.Zone() != "" {
		return ndjson.AppendString(dst, a.String())
	}
	dst = a.AppendTo(append(dst, '"'))
	return append(dst, '"')
}

// appendWord appends a field whose text requires no escapes, unless that is empty.
// name includes the comma, the colon and the opening quote.
func appendWord(dst []byte, name, text string) []byte {
	if text == "" {
		return dst
	}
	return append(append(append(dst, name...), text...), '"')
}

// appendText appends a field with any text, unless that is empty. name includes
// the comma and the colon.
func appendText(dst []byte, name, text string) []byte {
	if text == "" {
		return dst
	}
	return ndjson.AppendString(append(dst, name...), text)
}

// appendMillis appends milliseconds with three decimals.
func appendMillis(dst []byte, d time.Duration) []byte {
	us := int64((d + 500) / time.Microsecond)
	dst = strconv.AppendInt(dst, us/1000, 10)
	return appendThree(append(dst, '.'), int(us%1000))
}

func appendThree(dst []byte, n int) []byte {
	return append(dst, byte('0'+n/100), byte('0'+n/10%10), byte('0'+n%10))
}

// appendTime appends the field time (RFC 3339 section 5.6): UTC with three
// decimals. It caches the text of the second, which many records share.
func (e *Encoder) appendTime(dst []byte, t time.Time) []byte {
	if second := t.Unix(); second != e.second || len(e.clock) == 0 {
		e.second = second
		e.clock = t.UTC().AppendFormat(e.clock[:0], `,"time":"2006-01-02T15:04:05.`)
	}
	dst = appendThree(append(dst, e.clock...), t.Nanosecond()/1e6)
	return append(dst, 'Z', '"')
}
