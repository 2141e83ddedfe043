package record

import (
	"net/netip"
	"time"

	"portkit/pkg/endpoint"
	"portkit/pkg/ndjson"
)

// Input is a line that portprobe reads. Its slices alias the line or the
// Decoder and are valid until either is used again.
type Input struct {
	// Host is the target as the user wrote it, decoded; of an IPv6 address in
	// brackets, what is between them.
	Host []byte
	// Addr is the address to ask, unmapped, its zone kept; zero for a name
	// that has to be resolved.
	Addr  netip.Addr
	Port  uint16
	Proto endpoint.Proto
	// Timeout is the record's own; 0: none.
	Timeout time.Duration
	// Retries is the record's own; -1: none.
	Retries int
	// Extra is the fields that pass on, as written and in their order:
	// `"owner":"ops","rack":3`. timeout_ms, retries, target and protocol are
	// among them; the fields of an old result are not.
	Extra []byte
	// Pass says that the line is an error record about no endpoint, to be
	// written back as it is. Nothing else is set.
	Pass bool
	// Skip says that the line is a comment. Nothing else is set.
	Skip bool
}

// Decoder reads records. The zero value is ready; it is for one goroutine
// and allocates nothing once it has met lines of some length, except for
// errors and for keys written with escapes.
type Decoder struct {
	// Times says that the time of results is wanted.
	Times bool

	fields []ndjson.Field
	extra  []byte
	// hostText, ipText and word hold decoded strings that have escapes.
	hostText, ipText, word []byte
	words                  reasonCache
	// second is the time, cut before its milliseconds, that is secondMS.
	second   []byte
	secondMS int64
}

// known has, for each field that is in the record, the index of its last
// occurrence plus one.
type known [fieldCount]int32

// value returns a field's value as written; nil if it is absent.
func (d *Decoder) value(k *known, f field) []byte {
	if i := k[f]; i > 0 {
		return d.fields[i-1].Value
	}
	return nil
}

// decode returns the text that a value is; if that has escapes, in buf's
// storage, which is kept as it grows.
func decode(value []byte, buf *[]byte) ([]byte, error) {
	text, err := ndjson.Text(value, *buf)
	if err == nil && len(text)+len(`""`) < len(value) {
		*buf = text[:0]
	}
	return text, err
}

// Input reads a line as an endpoint or result record, or as the plain
// host:port. The error is a *Bad.
func (d *Decoder) Input(l ndjson.Line, in *Input) error {
	*in = Input{Retries: -1}
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

// sort finds the known fields and gathers the ones that pass on.
func (d *Decoder) sort(k *known, in *Input) {
	d.extra = d.extra[:0]
	for i := range d.fields {
		if f := k.set(i, &d.fields[i]); f.passesOn() {
			d.extra = AppendRaw(d.extra, d.fields[i].Raw)
		}
	}
	in.Extra = d.extra
}

// endpoint fills in what is valid and returns the first problem.
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

// where reads host and ip, each of which can stand for the other.
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
	return &problem{"host", "host is missing: a record takes host or ip"}
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

// hostField is host, or target where that is absent.
func hostField(k *known) field {
	if k[fieldHost] > 0 {
		return fieldHost
	}
	return fieldTarget
}

// protoField is proto, or protocol where that is absent.
func protoField(k *known) field {
	if k[fieldProto] > 0 {
		return fieldProto
	}
	return fieldProtocol
}
