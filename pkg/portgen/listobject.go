package portgen

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"portkit/pkg/endpoint"
	"portkit/pkg/ndjson"
	"portkit/pkg/record"
	"portkit/pkg/target"
)

// listPrefix is put before a user's field with the name of a result's field.
const listPrefix = "list_"

// object parses an NDJSON line.
func (r *reader) object(l ndjson.Line) (e entry, ok bool, err error) {
	if r.fields, err = ndjson.Scan(l.Text, r.fields); err != nil {
		return e, false, record.Unreadable(l, "json", err.Error())
	}
	reported := r.renamed
	extra := r.extra()
	if err := r.fill(&e); err != nil {
		r.renamed = reported
		return entry{}, false, r.salvage(l, extra, err)
	}
	if len(extra) > 0 {
		e.detail().extra = extra
	}
	if r.renamed && !reported {
		e.more.message = "the list has fields that bear the name of a result's: they pass on with " + listPrefix + " before it, as " + listPrefix + "state"
	}
	return e, true, nil
}

// value returns the value of the last field with this name; nil if there is none
// or it is blank.
func (r *reader) value(name string) []byte { return record.Last(r.fields, name) }

// extra returns the fields that are passed through.
func (r *reader) extra() (extra []byte) {
	for _, f := range r.fields {
		switch string(f.Key) {
		case "host", "ip", "ports", "port", "proto":
		default:
			extra = r.pass(extra, f)
		}
	}
	return extra
}

// noPorts reports whether a value of ports or port is the same as none: it is
// blank, or an array whose elements are.
func noPorts(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return strings.TrimSpace(v) == ""
	case []any:
		return !slices.ContainsFunc(v, func(e any) bool {
			_, nested := e.([]any)
			return nested || !noPorts(e)
		})
	}
	return false
}

// pass appends a field of the user.
func (r *reader) pass(extra []byte, f ndjson.Field) []byte {
	if record.IsResultField(f.Key) {
		r.renamed = true
		return record.AppendRenamed(extra, listPrefix, f.Raw)
	}
	return record.AppendRaw(extra, f.Raw)
}

// fill sets the entry from the known fields.
func (r *reader) fill(e *entry) error {
	own := ""
	word, err := r.objectWhere(e, &own)
	if err != nil {
		return err
	}
	def, err := r.protos()
	if err != nil {
		return err
	}
	r.values = r.values[:0]
	for _, name := range []string{"ports", "port"} {
		if v := r.value(name); v != nil && (v[0] != '[' && v[0] != '"' || !noPorts(ndjson.Decode(v))) {
			r.values = append(r.values, v)
		}
	}
	switch {
	case own != "" && len(r.values) > 0:
		return fmt.Errorf("ports are given twice: in host (%q) and in the field ports", own)
	case own != "" && def != nil:
		e.ports, err = r.plans.ofValues([][]byte{ndjson.AppendString(nil, own)}, def)
	case len(r.values) > 0:
		e.ports, err = r.plans.ofValues(r.values, def)
	default:
		e.ports, err = r.plans.of(word, own)
	}
	return err
}

// objectWhere parses the target in host, ip or target, the first that is present,
// and ip as the address of a host. It returns the target without its own ports.
func (r *reader) objectWhere(e *entry, ports *string) (word string, err error) {
	for _, name := range []string{"host", "ip", "target"} {
		value := r.value(name)
		if value == nil {
			continue
		}
		text, err := ndjson.Text(value, nil)
		if err != nil {
			return "", fmt.Errorf("%s %w", name, err)
		}
		word, err := r.where(e, string(text), ports)
		if ip := r.value("ip"); err == nil && name == "host" && ip != nil {
			err = r.objectAddr(e, ip, string(text))
		}
		return word, err
	}
	return "", fmt.Errorf("host is missing; an object requires host or ip")
}

// objectAddr parses ip and uses it as the address of host.
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
	d.resolved, d.addrs = true, []netip.Addr{addr}
	return nil
}

// protos parses proto, or protocol if proto is absent; nil for neither.
func (r *reader) protos() ([]endpoint.Proto, error) {
	value := cmp.Or(string(r.value("proto")), string(r.value("protocol")))
	if value == "" {
		return nil, nil
	}
	text, _ := ndjson.Text([]byte(value), nil)
	if p, ok := endpoint.ParseProto(text); ok {
		return []endpoint.Proto{p}, nil
	}
	return nil, fmt.Errorf(`proto %s is not "tcp" or "udp"`, ndjson.Show([]byte(value)))
}

// salvage returns the error record of an object that is not valid, with the fields
// that are.
func (r *reader) salvage(l ndjson.Line, extra []byte, wrong error) *record.Bad {
	b := record.NewBad(l, "target", wrong.Error())
	b.Extra = extra
	if text, err := ndjson.Text(r.value("host"), nil); err == nil {
		if _, err := target.Parse(string(text)); err == nil {
			b.Host = string(text)
		}
	}
	if protos, err := r.protos(); err == nil && protos != nil {
		b.Proto = protos[0].String()
	}
	return b
}
