package record

import (
	"net/netip"
	"slices"

	"portkit/pkg/endpoint"
	"portkit/pkg/ndjson"
)

// Change is a change record: what became of one endpoint between two scans,
// OLD and NEW.
type Change struct {
	// Host and Addr are as in Result: NEW's, or OLD's where NEW did not ask.
	Host  []byte
	Addr  netip.Addr
	Port  uint16
	Proto endpoint.Proto
	// Change is what became of it, Old and New the states; 0: not asked.
	Change   endpoint.Change
	Old, New endpoint.State
	// Reason, App and Err are NEW's, zero where it has none.
	Reason endpoint.Reason
	App    []byte
	Err    []byte
}

// Change appends a change record: its own fields, then extra, which are NEW's
// as Result.AppendOwn and Summary.AppendOwn give them. Reason, App and Err
// are among these and are not written beside them.
func (e *Encoder) Change(dst []byte, c *Change, extra []byte) []byte {
	dst = appendEndpoint(dst, c.Host, &endpoint.Endpoint{Addr: c.Addr, Port: c.Port, Proto: c.Proto})
	dst = appendWord(dst, `,"change":"`, c.Change.String())
	dst = appendState(append(dst, `,"old":`...), c.Old)
	dst = appendState(append(dst, `,"new":`...), c.New)
	return end(dst, extra)
}

func appendState(dst []byte, s endpoint.State) []byte {
	if s == 0 {
		return append(dst, "null"...)
	}
	return append(append(append(dst, '"'), s.String()...), '"')
}

// ownPrefix is put before the name of a field that is one of a change
// record's, as portgen does with a list's field that is one of a result's.
const ownPrefix = "list_"

// appendOwn appends a field of NEW's, under another name where a change
// record has that itself.
func appendOwn(dst []byte, f ndjson.Field) (extra []byte, renamed bool) {
	switch string(f.Key) {
	case "change", "old", "new":
		return AppendRenamed(dst, ownPrefix, f.Raw), true
	}
	return AppendRaw(dst, f.Raw), false
}

// AppendOwn appends the fields that a change record has of the result that
// was read, as they are written: all but host, ip, port and proto. renamed says
// that some bore the name of a change record's own field, and got list_ before
// it.
func (r *Result) AppendOwn(dst []byte) (extra []byte, renamed bool) {
	for _, f := range r.Fields {
		switch fieldOf(f.Key) {
		case fieldHost, fieldIP, fieldPort, fieldProto:
			continue
		}
		var again bool
		dst, again = appendOwn(dst, f)
		renamed = renamed || again
	}
	return dst, renamed
}

// AppendAnswer appends what the summary says of a port, as the fields that a
// result has: state, reason and app. It is what a change record has first of
// NEW's own fields; those of AppendOwn follow.
func (s *Summary) AppendAnswer(dst []byte, port uint16) (extra []byte) {
	i, ok := s.find(port)
	if !ok {
		return dst
	}
	start := len(dst)
	dst = appendWord(dst, `,"state":"`, s.Spans[i].State.String())
	dst = append(dst[:start], dst[start+1:]...) // the comma
	dst = appendWord(dst, `,"reason":"`, s.Spans[i].Reason.String())
	i, ok = slices.BinarySearchFunc(s.Apps, port, func(a App, port uint16) int { return int(a.Port) - int(port) })
	if ok {
		dst = appendText(dst, `,"app":`, s.Apps[i].Name)
	}
	return dst
}

// AppendOwn appends the fields that are the user's own of the summary that was
// read, as Result.AppendOwn does: those that it was grouped by.
func (s *Summary) AppendOwn(dst []byte) (extra []byte, renamed bool) {
	own := sumFields()
	for _, f := range s.Fields {
		if slices.ContainsFunc(own, func(d FieldDoc) bool { return d.Name == string(f.Key) }) {
			continue
		}
		var again bool
		dst, again = appendOwn(dst, f)
		renamed = renamed || again
	}
	return dst, renamed
}

// Change reads a line that Encoder.Change wrote. The error is a *Bad.
func (d *Decoder) Change(l ndjson.Line, c *Change) error {
	*c = Change{}
	var err error
	if d.fields, err = ndjson.Scan(l.Text, d.fields); err != nil {
		return NewBad(l, "json", err.Error())
	}
	k := d.index()
	var change, before, after []byte
	for _, f := range d.fields {
		switch string(f.Key) {
		case "change":
			change = f.Value
		case "old":
			before = f.Value
		case "new":
			after = f.Value
		case "error":
			c.Err, _ = ndjson.Text(f.Value, nil) // none where it is no text
		}
	}
	var r Result
	if p := d.asked(&k, &r); p != nil {
		return p.bad(l)
	}
	c.Host, c.Addr, c.Port, c.Proto = r.Host, r.Addr, r.Port, r.Proto
	c.Reason, _ = d.words.parse(d.text(&k, fieldReason))
	c.Old, _ = endpoint.ParseState(unquote(before))
	c.New, _ = endpoint.ParseState(unquote(after))
	c.App = d.text(&k, fieldApp)
	var ok bool
	if c.Change, ok = endpoint.ParseChange(unquote(change)); !ok {
		return problemf("no change", "change %s is not one that portdiff writes", ndjson.Show(change)).bad(l)
	}
	return nil
}

// unquote returns what is between the quotes of a string without escapes.
func unquote(value []byte) []byte {
	text, _ := ndjson.Text(value, nil)
	return text
}
