package record

import (
	"net/netip"
	"slices"

	"portkit/pkg/endpoint"
	"portkit/pkg/ndjson"
)

// Change is a change record: the difference of one endpoint between two scans, OLD
// and NEW.
type Change struct {
	// Host and Addr are as in Result: those of NEW, or of OLD if NEW did not probe
	// the endpoint.
	Host  []byte
	Addr  netip.Addr
	Port  uint16
	Proto endpoint.Proto
	// Old and New are the states; 0 if not probed.
	Change   endpoint.Change
	Old, New endpoint.State
	// Was contains the old values of the facts that differ, as returned by AppendWas,
	// AppendGone or AppendExpected; nil or empty if only the state does.
	Was []byte
	// Reason, Err and Facts are those of NEW; zero if it has none.
	Reason endpoint.Reason
	Err    []byte
	Facts  Facts
	// Before and Differ are what Was contains, Expected the service that it names.
	Before   Facts
	Differ   Fact
	Expected []byte
}

// Change appends a change record: its own fields, then extra, the fields of NEW as
// returned by Result.AppendOwn or Summary.AppendAnswer. The fields from Reason on are
// written only as part of extra and Was.
func (e *Encoder) Change(dst []byte, c *Change, extra []byte) []byte {
	var o ndjson.Object
	o.Add("host", string(c.Host))
	o.Add("ip", addrText(c.Addr))
	o.Add("port", c.Port)
	o.Add("proto", c.Proto.String())
	o.Add("change", c.Change.String())
	o.Add("old", stateOrNull(c.Old))
	o.Add("new", stateOrNull(c.New))
	if len(c.Was) > 0 {
		o.Add("was", ndjson.Raw(c.Was))
	}
	o.AddRaw(extra)
	return appendLine(dst, o)
}

func stateOrNull(s endpoint.State) any {
	if s == 0 {
		return ndjson.Raw("null")
	}
	return s.String()
}

// ownPrefix is put before a field of NEW with the name of a change record's field,
// as portgen does with a list's field with the name of a result's.
const ownPrefix = "list_"

// appendOwn appends the fields that skip does not report, renamed if a change
// record has a field of that name.
func appendOwn(dst []byte, fields []ndjson.Field, skip func(name []byte) bool) (extra []byte, renamed bool) {
	for _, f := range fields {
		if skip(f.Key) {
			continue
		}
		switch string(f.Key) {
		case "change", "old", "new", "was":
			dst, renamed = AppendRenamed(dst, ownPrefix, f.Raw), true
		default:
			dst = AppendRaw(dst, f.Raw)
		}
	}
	return dst, renamed
}

// AppendOwn appends the result's fields for a change record, as written: all except
// host, ip, port and proto. renamed reports whether any of them had the name of a
// change record's field and is now called list_NAME.
func (r *Result) AppendOwn(dst []byte) (extra []byte, renamed bool) {
	return appendOwn(dst, r.Fields, func(name []byte) bool {
		f := fieldOf(name)
		return f == fieldHost || f == fieldIP || f == fieldPort || f == fieldProto
	})
}

// Own appends the fields by which the summary is grouped.
func (s *Summary) Own(dst []ndjson.Field) []ndjson.Field {
	own := sumFields()
	for _, f := range s.Fields {
		if !slices.ContainsFunc(own, func(d FieldDoc) bool { return d.Name == string(f.Key) }) {
			dst = append(dst, f)
		}
	}
	return dst
}

// AppendAnswer appends the state and reason of a port, and what is known of its service,
// as the fields of a result, and then those of own that are not among them, as
// Result.AppendOwn does.
func (s *Summary) AppendAnswer(dst []byte, port uint16, own []ndjson.Field) (extra []byte, renamed bool) {
	i, ok := s.find(port)
	if !ok {
		return dst, false
	}
	var o ndjson.Object
	o.Add("state", s.Spans[i].State.String())
	o.Add("reason", s.Spans[i].Reason.String())
	if f := s.foundAt(port); f != nil {
		o.Add("app", f.App)
		if f.Product != "" {
			o.AddRaw([]byte(f.Product[1 : len(f.Product)-1]))
		}
		if f.Cert != "" {
			o.Add("tls", ndjson.Raw(f.Cert))
		}
	}
	if s.AcceptsAllAt(port) {
		o.Add("evidence", endpoint.EvidenceAcceptsAll)
	} else {
		o.Add("evidence", s.UnidentifiedAt(port).String())
	}
	text := ndjson.Append(nil, o)
	dst = append(dst, text[1:len(text)-1]...)
	if len(own) == 0 {
		return dst, false
	}
	answer, _ := ndjson.Scan(text, nil)
	return appendOwn(dst, own, func(name []byte) bool { return Last(answer, string(name)) != nil })
}

// Change parses a line written by Encoder.Change. The error is a *Bad.
func (d *Decoder) Change(l ndjson.Line, c *Change) error {
	*c = Change{Facts: c.Facts, Before: c.Before}
	var err error
	if d.fields, err = ndjson.Scan(l.Text, d.fields); err != nil {
		return NewBad(l, "json", err.Error())
	}
	k := d.index()
	var r Result
	if p := d.resultEndpoint(&k, &r); p != nil {
		return p.bad(l)
	}
	c.Host, c.Addr, c.Port, c.Proto = r.Host, r.Addr, r.Port, r.Proto
	c.Reason, _ = d.words.parse(d.text(&k, fieldReason))
	c.Old, _ = endpoint.ParseState(lastText(d.fields, "old"))
	c.New, _ = endpoint.ParseState(lastText(d.fields, "new"))
	c.Err = lastText(d.fields, "error")
	d.was(c)
	d.facts(d.fields, &c.Facts)
	var ok bool
	if c.Change, ok = endpoint.ParseChange(lastText(d.fields, "change")); !ok {
		return problemf("no change", "change %s is not one that portdiff writes", ndjson.Show(Last(d.fields, "change"))).bad(l)
	}
	return nil
}

// was reads the old values of facts.
func (d *Decoder) was(c *Change) {
	var fields []ndjson.Field
	if c.Was = Last(d.fields, "was"); c.Was != nil {
		fields, _ = ndjson.Scan(c.Was, nil)
	}
	for _, f := range fields {
		fact, _ := ParseFact(f.Key)
		c.Differ |= fact
	}
	d.facts(fields, &c.Before)
	c.Expected = lastText(fields, "service")
}

// lastText returns the text of the last field with this name; nil if there is none
// or it is not a string.
func lastText(fields []ndjson.Field, name string) []byte {
	text, _ := ndjson.Text(Last(fields, name), nil)
	return text
}
