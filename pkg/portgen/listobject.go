package portgen

import (
	"bytes"
	"fmt"
	"net/netip"
	"slices"

	"portkit/pkg/endpoint"
	"portkit/pkg/ndjson"
	"portkit/pkg/record"
	"portkit/pkg/target"
)

// listPrefix goes before a user's field whose name a result record uses.
const listPrefix = "list_"

// object is the known fields of a list's NDJSON line, as written.
type object struct {
	host, ip, target, proto, protocol []byte
	ports                             [][]byte
	extra                             []byte
}

// object makes an entry of an NDJSON line.
func (r *reader) object(l ndjson.Line) (e entry, ok bool, err error) {
	if r.fields, err = ndjson.Scan(l.Text, r.fields); err != nil {
		return e, false, record.Unreadable(l, "json", err.Error())
	}
	told := r.renamed
	o := r.sort()
	if err := r.fill(&e, &o); err != nil {
		r.renamed = told
		return entry{}, false, salvage(l, &o, err)
	}
	if len(o.extra) > 0 {
		e.detail().extra = o.extra
	}
	if r.renamed && !told {
		e.more.said = "the list has fields that bear the name of a result's: they pass on with " + listPrefix + " before it, as " + listPrefix + "state"
	}
	return e, true, nil
}

// sort tells the known fields, of which the last of a name counts, from those
// that pass on. The ports of ports and port add up.
func (r *reader) sort() (o object) {
	var ports, port []byte
	for _, f := range r.fields {
		if record.Blank(f.Value) {
			f.Value = nil
		}
		switch string(f.Key) {
		case "host":
			o.host = f.Value
		case "ip":
			o.ip = f.Value
		case "ports":
			ports = f.Value
		case "port":
			port = f.Value
		case "proto":
			o.proto = f.Value
		case "target":
			o.target = f.Value
			o.extra = record.AppendRaw(o.extra, f.Raw)
		case "protocol":
			o.protocol = f.Value
			o.extra = record.AppendRaw(o.extra, f.Raw)
		default:
			o.extra = r.pass(o.extra, f)
		}
	}
	r.values = r.values[:0]
	for _, v := range [][]byte{ports, port} {
		if !noPorts(v) {
			r.values = append(r.values, v)
		}
	}
	o.ports = r.values
	return o
}

// noPorts reports whether a value of ports or port means the same as its
// absence: it is blank, or an array of nothing else.
func noPorts(v []byte) bool {
	switch {
	case len(v) == 0 || record.Blank(v):
		return true
	case v[0] == '"':
		text, err := ndjson.Text(v, nil)
		return err == nil && len(bytes.TrimSpace(text)) == 0
	case v[0] == '[':
		elements, err := ndjson.Elements(v, nil)
		return err == nil && !slices.ContainsFunc(elements, func(e []byte) bool { return e[0] == '[' || !noPorts(e) })
	}
	return false
}

// pass appends a field that is the user's.
func (r *reader) pass(extra []byte, f ndjson.Field) []byte {
	if record.IsResultField(f.Key) {
		r.renamed = true
		return record.AppendRenamed(extra, listPrefix, f.Raw)
	}
	return record.AppendRaw(extra, f.Raw)
}

// fill makes the entry of the known fields.
func (r *reader) fill(e *entry, o *object) error {
	own := ""
	word, err := r.objectWhere(e, o, &own)
	if err != nil {
		return err
	}
	def, err := protoOf(o)
	switch {
	case err != nil:
		return err
	case own != "" && len(o.ports) > 0:
		return fmt.Errorf("ports are given twice: in host (%q) and in the field ports", own)
	case own != "" && def != nil:
		e.ports, err = r.plans.ofValues([][]byte{ndjson.AppendString(nil, own)}, def)
	case len(o.ports) > 0:
		e.ports, err = r.plans.ofValues(o.ports, def)
	default:
		e.ports, err = r.plans.of(word, own)
	}
	return err
}

// objectWhere reads the target out of host, ip or target, whichever there is
// first, and ip as the address of a host that is one. It returns the target
// without ports of its own.
func (r *reader) objectWhere(e *entry, o *object, ports *string) (word string, err error) {
	for _, f := range []struct {
		name  string
		value []byte
	}{{"host", o.host}, {"ip", o.ip}, {"target", o.target}} {
		if f.value == nil {
			continue
		}
		text, err := ndjson.Text(f.value, nil)
		if err != nil {
			return "", fmt.Errorf("%s %w", f.name, err)
		}
		word, err := r.where(e, string(text), ports)
		if err == nil && f.name == "host" && o.ip != nil {
			err = r.objectAddr(e, o.ip, string(text))
		}
		return word, err
	}
	return "", fmt.Errorf("host is missing; an object requires host or ip")
}

// objectAddr takes ip as the address that host has.
func (r *reader) objectAddr(e *entry, value []byte, host string) error {
	text, err := ndjson.Text(value, nil)
	if err != nil {
		return fmt.Errorf("ip %w", err)
	}
	var given entry
	if given.target, err = target.Parse(string(text)); err != nil {
		return fmt.Errorf("ip %s is not an address", ndjson.Show(value))
	}
	addr, ok := isAddress(&given, string(text))
	switch only := e.target.At(number{}); {
	case !ok:
		return fmt.Errorf("ip %s is not an address", ndjson.Show(value))
	case e.target.Count() != num(1):
		return fmt.Errorf("host %q is more than one address, but ip is one", host)
	case only == addr:
		return nil
	case only.IsValid() && (e.more == nil || e.more.host == ""):
		e.detail().host = only.String()
	}
	d := e.detail()
	d.looked, d.addrs = true, []netip.Addr{addr}
	return nil
}

// protoOf reads proto, or protocol where that is absent; nil for neither.
func protoOf(o *object) ([]endpoint.Proto, error) {
	value := o.proto
	if value == nil {
		value = o.protocol
	}
	if value == nil {
		return nil, nil
	}
	text, err := ndjson.Text(value, nil)
	if p, ok := endpoint.ParseProto(text); err == nil && ok {
		return []endpoint.Proto{p}, nil
	}
	return nil, fmt.Errorf(`proto %s is not "tcp" or "udp"`, ndjson.Show(value))
}

// salvage makes an error record's content of an object that is no entry, with
// what is valid in it.
func salvage(l ndjson.Line, o *object, wrong error) *record.Bad {
	b := record.NewBad(l, "target", wrong.Error())
	b.Extra = o.extra
	if text, err := ndjson.Text(o.host, nil); o.host != nil && err == nil {
		if _, err := target.Parse(string(text)); err == nil {
			b.Host = string(text)
		}
	}
	if proto, err := protoOf(o); err == nil && proto != nil {
		b.Proto = proto[0].String()
	}
	return b
}
