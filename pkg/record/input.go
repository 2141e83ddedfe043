package record

import (
	"net/netip"
	"time"

	"portkit/pkg/endpoint"
	"portkit/pkg/ndjson"
)

// Input is a line of portprobe's input. Its slices are parts of the line or of the
// Decoder, and valid until either is used again.
type Input struct {
	// Host is the target as the user wrote it, decoded and without the brackets of
	// an IPv6 address.
	Host []byte
	// Canonical is set if the line has the exact form in which Encoder.Endpoint writes an
	// address without further fields. Host is then the text of Addr.
	Canonical bool
	// Addr is the address to probe, unmapped, with its zone; zero for a name that
	// has to be resolved.
	Addr  netip.Addr
	Port  uint16
	Proto endpoint.Proto
	// Timeout is the field timeout_ms; 0 if absent.
	Timeout time.Duration
	// Retries is the field retries; -1 if absent.
	Retries int
	// Extra contains the fields that are passed through, as written and in their
	// order: `"owner":"ops","rack":3`. These include timeout_ms, retries, target
	// and protocol, but not the fields of an old result.
	Extra []byte
	// Pass is set if the line is an error record without an endpoint, to be passed
	// through as it is. No other field is set then.
	Pass bool
	// Skip is set if the line is a comment. No other field is set then.
	Skip bool
}

// Decoder parses records. The zero value is ready to use, by one goroutine. It
// does not allocate once its buffers have grown, except for errors, summaries and
// names written with escapes.
type Decoder struct {
	// Times makes Result parse the field time.
	Times bool
	// Details makes Result collect Detail.
	Details bool
	// FactsOnly makes Result leave out Product, Cert, AcceptsAll and Unfinished. Facts reads them.
	FactsOnly bool

	fields   []ndjson.Field
	inner    []ndjson.Field // of an object
	elements [][]byte       // of an array
	extra    []byte
	known    []byte // of Port
	// hostText, ipText and word are buffers for strings that have escapes.
	hostText, ipText, word []byte
	words                  reasonCache
	// product, cert and detail are buffers for what Result returns.
	product, cert, detail []byte
	found                 Facts // from which these are made
	// second is the text of the time secondMS, up to its decimal point.
	second   []byte
	secondMS int64
}

// known contains, for each field in the record, the index of its last occurrence
// plus one.
type known [fieldCount]int32

// value returns a field's value as written; nil if absent.
func (d *Decoder) value(k *known, f field) []byte {
	if i := k[f]; i > 0 {
		return d.fields[i-1].Value
	}
	return nil
}

// decode returns the text of a string. If it has escapes, the text is in the
// storage of buf, which grows as needed.
func decode(value []byte, buf *[]byte) ([]byte, error) {
	text, err := ndjson.Text(value, *buf)
	if err == nil && len(text)+len(`""`) < len(value) {
		*buf = text[:0]
	}
	return text, err
}

// Input parses a line as an endpoint or result record, or as a plain host:port.
// The error is a *Bad.
func (d *Decoder) Input(l ndjson.Line, in *Input) error {
	*in = Input{Retries: -1}
	if !l.Long && d.canonical(l.Text, in) {
		return nil
	}
	return d.any(l, in)
}

// any is Input for every line.
func (d *Decoder) any(l ndjson.Line, in *Input) error {
	if l.Long {
		return TooLong(l)
	}
	if !isObject(l.Text) {
		return d.plain(l, in)
	}
	var err error
	if d.fields, err = ndjson.Scan(l.Text, d.fields); err != nil {
		return Unreadable(l, "json", err.Error())
	}
	var k known
	d.sort(&k, in)
	p := d.endpoint(&k, in)
	if k[fieldState] > 0 && string(d.text(&k, fieldState)) == "error" {
		if p != nil || string(d.text(&k, fieldReason)) == endpoint.BadRecord.String() {
			*in = Input{Retries: -1, Pass: true}
			return nil
		}
	}
	if p != nil {
		return d.salvage(l, &k, in, p)
	}
	return nil
}

// sort separates the known fields from those that are passed through.
func (d *Decoder) sort(k *known, in *Input) {
	d.extra = d.extra[:0]
	findings := false
	for i := range d.fields {
		f := k.set(i, &d.fields[i])
		findings = findings || f.ofFinding()
		if f.passesOn() {
			d.extra = AppendRaw(d.extra, d.fields[i].Raw)
		}
	}
	if findings && k[fieldEvidence] == 0 { // they are the user's
		d.extra = d.extra[:0]
		for i := range d.fields {
			if f := fieldOfMember(&d.fields[i]); f.passesOn() || f.ofFinding() {
				d.extra = AppendRaw(d.extra, d.fields[i].Raw)
			}
		}
	}
	in.Extra = d.extra
}

// endpoint sets the fields that are valid and returns the first problem.
func (d *Decoder) endpoint(k *known, in *Input) *problem {
	first := d.where(k, in)
	var p [4]*problem
	in.Port, p[0] = parsePort(d.value(k, fieldPort))
	in.Proto, p[1] = parseProto(d.value(k, protoField(k)))
	in.Timeout, p[2] = parseTimeout(d.value(k, fieldTimeout))
	in.Retries, p[3] = parseRetries(d.value(k, fieldRetries))
	if first != nil && p[0] != nil && !k.has(fieldHost, fieldTarget, fieldIP, fieldPort) {
		return &problem{"no endpoint", "not an endpoint: host and port are missing"}
	}
	for i := 0; i < len(p) && first == nil; i++ {
		first = p[i]
	}
	return first
}

func (k *known) has(fields ...field) bool {
	for _, f := range fields {
		if k[f] > 0 {
			return true
		}
	}
	return false
}

// where parses host and ip, of which one may be absent.
func (d *Decoder) where(k *known, in *Input) *problem {
	ip := d.value(k, fieldIP)
	host := d.value(k, hostField(k))
	if host == nil && ip == nil {
		return hostMissing()
	}
	p := d.ip(ip, in)
	if host == nil {
		if p == nil {
			d.hostText = in.Addr.AppendTo(d.hostText[:0])
			in.Host = d.hostText
		}
		return p
	}
	text, addr, wrong := d.host(host)
	in.Host = text
	if wrong != nil {
		in.Host = nil
		return wrong
	}
	if ip == nil {
		in.Addr = addr
	}
	return p
}

func hostMissing() *problem {
	return &problem{"host", "host is missing; a record requires host or ip"}
}

func (d *Decoder) ip(value []byte, in *Input) *problem {
	if value == nil {
		return nil
	}
	text, err := decode(value, &d.ipText)
	if err != nil {
		return problemf("ip", "ip %v", err)
	}
	addr, ok := parseAddr(text)
	if !ok {
		return problemf("ip", "ip %s is not an address", ndjson.Show(value))
	}
	p := checkAddr("ip", addr)
	if p == nil {
		in.Addr = addr
	}
	return p
}

func (d *Decoder) host(value []byte) ([]byte, netip.Addr, *problem) {
	text, err := decode(value, &d.hostText)
	if err != nil {
		return nil, netip.Addr{}, problemf("host", "host %v", err)
	}
	return parseHost(text)
}

// hostField returns host, or target if host is absent.
func hostField(k *known) field {
	if k[fieldHost] > 0 {
		return fieldHost
	}
	return fieldTarget
}

// protoField returns proto, or protocol if proto is absent.
func protoField(k *known) field {
	if k[fieldProto] > 0 {
		return fieldProto
	}
	return fieldProtocol
}

// salvage returns the Bad of an object that is not an endpoint, with the fields
// that are valid.
func (d *Decoder) salvage(l ndjson.Line, k *known, in *Input, p *problem) *Bad {
	b := p.bad(l)
	b.Host, b.Addr, b.Port = string(in.Host), in.Addr, in.Port
	if f := protoField(k); k[f] > 0 {
		if proto, wrong := parseProto(d.value(k, f)); wrong == nil {
			b.Proto = proto.String()
		}
	}
	for _, f := range d.fields {
		if id := fieldOfMember(&f); id.passesOn() && validOption(id, f.Value) {
			b.Extra = AppendRaw(b.Extra, f.Raw)
		}
	}
	*in = Input{Retries: -1}
	return b
}

// validOption reports whether a field that is passed through is valid, if it is one
// of ours.
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
