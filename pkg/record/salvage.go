package record

import "portkit/pkg/ndjson"

// salvage makes a Bad of an object that is no endpoint, with all of it that
// is valid.
func (d *Decoder) salvage(l ndjson.Line, k *known, in *Input, p *problem) *Bad {
	b := p.bad(l)
	b.Host, b.Addr, b.Port = string(in.Host), in.Addr, in.Port
	if f := protoField(k); k[f] > 0 {
		if proto, wrong := parseProto(d.value(k, f)); wrong == nil {
			b.Proto = proto.String()
		}
	}
	for _, f := range d.fields {
		if id := fieldOf(f.Key); id.passesOn() && validOption(id, f.Value) {
			b.Extra = AppendRaw(b.Extra, f.Raw)
		}
	}
	*in = Input{Retries: -1}
	return b
}

// validOption says that a field that passes on is not one of ours with a
// value that it cannot have.
func validOption(f field, value []byte) bool {
	var p *problem
	switch f {
	case fieldTimeout:
		_, p = parseTimeout(value)
	case fieldRetries:
		_, p = parseRetries(value)
	}
	return p == nil
}
