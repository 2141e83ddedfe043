package record

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"time"

	"portkit/pkg/endpoint"
	"portkit/pkg/ndjson"
)

// Found contains the facts known about the service on a port. Product, Cert and Detail
// are JSON objects in a fixed form, so that equal contents are equal texts; empty if
// nothing is known. Service parses them.
type Found struct {
	Port uint16
	// App is the protocol recognized.
	App string
	// Product has the members product, version, os and source.
	Product string
	// Cert is the certificate of the server, with the members not_after, names, issuer,
	// sha256 and starttls. TLS without a known certificate is an object without the first
	// four.
	Cert string
	// Detail is what summary records do not contain. It is empty unless Decoder.Details was set.
	Detail string
}

// finding parses what portid, or another scanner, found out about the service. The texts
// of r share memory with the Decoder.
func (d *Decoder) finding(r *Result) {
	f := &d.found
	d.resultFacts(r, f)
	switch {
	case string(f.Evidence) == endpoint.EvidenceAcceptsAll:
		r.AcceptsAll = true
	case r.State == endpoint.Open && len(f.App) == 0 && len(f.Evidence) > 0:
		if r.Unidentified = endpoint.ParseUnidentified(f.Evidence); r.Unidentified == 0 {
			r.unusable("evidence %s without app is unknown", Last(r.Fields, "evidence"))
		}
	}
	r.Unfinished = endpoint.Unfinished(f.Evidence)
	d.product = appendProduct(d.product[:0], f)
	r.Product = d.product
	if f.TLS {
		d.cert = appendCert(d.cert[:0], f)
		r.Cert = d.cert
	}
}

// appendProduct appends an object of what is known of the product, and by which tool;
// nothing if nothing is known.
func appendProduct(dst []byte, f *Facts) []byte {
	return appendMembers(dst, func(dst []byte) []byte {
		at := len(dst)
		dst = appendCut(dst, `,"product":`, f.Product, maxProduct)
		dst = appendCut(dst, `,"version":`, f.Version, maxProduct)
		if dst = appendCut(dst, `,"os":`, f.OS, maxProduct); len(dst) == at {
			return dst
		}
		return appendCut(dst, `,"source":`, f.Source, maxWord)
	})
}

// appendCert appends an object of what identifies the certificate. Of TLS without a known
// certificate it may be empty.
func appendCert(dst []byte, f *Facts) []byte {
	return appendObject(dst, "", func(dst []byte) []byte {
		dst = appendDate(dst, `,"not_after":`, f.Cert.NotAfter)
		names, _ := textList(f.Cert.Names)
		dst = appendList(dst, `,"names":`, names, maxNames)
		dst = appendCut(dst, `,"issuer":`, f.Cert.Issuer, maxDN)
		dst = appendCut(dst, `,"sha256":`, f.Cert.SHA256, maxWord+2)
		return appendTrue(dst, `,"starttls":`, f.StartTLS)
	})
}

// textList returns the strings of an array, and whether it contains nothing else.
func textList(value []byte) (list []string, ok bool) {
	items, ok := ndjson.Decode(value).([]any)
	for _, item := range items {
		s, isText := item.(string)
		if ok = ok && isText; isText && s != "" {
			list = append(list, s)
		}
	}
	return list, ok
}

// Service is the parsed form of a Found.
type Service struct {
	Product, Version, OS string
	// Cert is nil without TLS.
	Cert *Cert
	Detail
}

// Cert is the certificate of a server, without its members if it is not known.
type Cert struct {
	NotAfter       time.Time // zero if unknown
	Names          []string
	Issuer, SHA256 string
	StartTLS       bool // TLS began within the protocol
}

// Service parses the texts of f, which are valid.
func (f *Found) Service() (s Service) {
	var facts Facts
	facts.ofFound(f)
	s.Product, s.Version, s.OS = string(facts.Product), string(facts.Version), string(facts.OS)
	if c := &facts.Cert; facts.TLS {
		names, _ := textList(c.Names)
		s.Cert = &Cert{NotAfter: c.NotAfter, Names: names, Issuer: string(c.Issuer), SHA256: string(c.SHA256), StartTLS: facts.StartTLS}
	}
	if f.Detail != "" {
		s.Detail = parseDetail(f.Detail)
	}
	return s
}

// InTLS reports whether the protocol is inside TLS from the first byte.
func (s *Service) InTLS() bool { return s.Cert != nil && !s.Cert.StartTLS }

// foundField is a member of summary records that has a value for some of the ports.
type foundField struct {
	name string
	want string // type of the value
	// set stores a decoded value. It reports whether the value has that type.
	set func(f *Found, v any) bool
}

func foundFields() []foundField {
	object := func(set func(f *Found, fields []ndjson.Field)) func(*Found, any) bool {
		return func(f *Found, v any) bool {
			fields, err := ndjson.Scan(ndjson.Append(nil, v), nil)
			if err == nil {
				set(f, fields)
			}
			return err == nil
		}
	}
	return []foundField{
		{"apps", "a string", func(f *Found, v any) (ok bool) { f.App, ok = v.(string); return ok }},
		{"products", "an object", object(func(f *Found, fields []ndjson.Field) {
			var facts Facts
			facts.readProduct(fields)
			f.Product = string(appendProduct(nil, &facts))
		})},
		{"certs", "an object", object(func(f *Found, fields []ndjson.Field) {
			var facts Facts
			facts.readCert(fields)
			f.Cert = string(appendCert(nil, &facts))
		})},
	}
}

// readFound parses what is known of each port.
func (s *Summary) readFound(fields []ndjson.Field) error {
	all := map[uint16]*Found{}
	for _, m := range foundFields() {
		if value := Last(fields, m.name); value != nil {
			if err := s.readPorts(value, m, all); err != nil {
				return within(m.name, err)
			}
		}
	}
	for _, f := range all {
		if f.App != "" || f.Product != "" || f.Cert != "" {
			s.Found = append(s.Found, *f)
		}
	}
	slices.SortFunc(s.Found, func(a, b Found) int { return int(a.Port) - int(b.Port) })
	if err := s.readAcceptsAll(Last(fields, "accepts_all")); err != nil {
		return within("accepts_all", err)
	}
	return within("unidentified", s.readUnidentified(Last(fields, "unidentified")))
}

// readPorts parses the value of m for each port into all.
func (s *Summary) readPorts(value []byte, m foundField, all map[uint16]*Found) error {
	listed := map[uint16]bool{}
	return eachMember(ndjson.Decode(value), func(name string, v any) error {
		n, err := strconv.ParseUint(name, 10, 16)
		port := uint16(n)
		switch {
		case err != nil || !s.has(port):
			return fmt.Errorf("%q is not a listed port", ndjson.Show([]byte(name)))
		case listed[port]:
			return fmt.Errorf("port %d is listed twice", port)
		}
		listed[port] = true
		if all[port] == nil {
			all[port] = &Found{Port: port}
		}
		if !m.set(all[port], v) {
			s.unusable(fmt.Sprintf("%s: %d: %s is not %s", m.name, port, show(v), m.want))
		}
		return nil
	})
}

// readAcceptsAll parses the ports of hosts that accept every connection.
func (s *Summary) readAcceptsAll(value []byte) error {
	if value == nil {
		return nil
	}
	spans, err := readRanges(nil, ndjson.Decode(value), Span{State: endpoint.Open})
	if err != nil {
		return err
	}
	s.AcceptsAll, _ = ascending(spans, func(Span, Span) bool { return true })
	for _, span := range s.AcceptsAll {
		for port := int(span.First); port <= int(span.Last); port++ {
			if !s.has(uint16(port)) {
				return fmt.Errorf("%d is not a listed port", port)
			}
		}
	}
	return nil
}

// readUnidentified parses the ports without an app.
func (s *Summary) readUnidentified(value []byte) error {
	if value == nil {
		return nil
	}
	err := eachMember(ndjson.Decode(value), func(name string, v any) error {
		why := endpoint.ParseUnidentified([]byte(name))
		if why == 0 {
			s.unusable(fmt.Sprintf("unidentified: evidence %q is unknown", ndjson.Show([]byte(name))))
			return nil
		}
		spans, err := readRanges(nil, v, Span{})
		for _, span := range spans {
			s.Unidentified = append(s.Unidentified, UnidentifiedSpan{span.First, span.Last, why})
		}
		return within(name, err)
	})
	if err != nil {
		return err
	}
	slices.SortFunc(s.Unidentified, func(a, b UnidentifiedSpan) int { return cmp.Compare(a.First, b.First) })
	last := 0
	for _, span := range s.Unidentified {
		if int(span.First) <= last {
			return fmt.Errorf("port %d is listed twice", span.First)
		}
		last = int(span.Last)
		for port := int(span.First); port <= last; port++ {
			if s.State(uint16(port)) != endpoint.Open {
				return fmt.Errorf("%d is not an open port", port)
			}
		}
	}
	return nil
}

// addFound adds what is known of the ports.
func addFound(o *ndjson.Object, found []Found, acceptsAll []Span, unidentified []UnidentifiedSpan) {
	var apps, products, certs []byte
	for i := range found {
		f := &found[i]
		if f.App != "" {
			apps = ndjson.AppendString(appendPortName(apps, f.Port), f.App)
		}
		if f.Product != "" {
			products = append(appendPortName(products, f.Port), f.Product...)
		}
		if f.Cert != "" {
			certs = append(appendPortName(certs, f.Port), f.Cert...)
		}
	}
	addObject(o, "apps", apps)
	addObject(o, "products", products)
	addObject(o, "certs", certs)
	var all portRanges
	for _, s := range acceptsAll {
		all.add(s)
	}
	o.Add("accepts_all", all.String())
	addUnidentified(o, unidentified)
}

// addUnidentified adds the ports without an app, by evidence.
func addUnidentified(o *ndjson.Object, spans []UnidentifiedSpan) {
	if len(spans) == 0 {
		return
	}
	var ports [endpoint.UnidentifiedCount]portRanges
	for _, s := range spans {
		ports[s.Why].add(Span{First: s.First, Last: s.Last})
	}
	var byEvidence ndjson.Object
	for why := endpoint.Unidentified(1); int(why) < len(ports); why++ {
		byEvidence.Add(why.String(), ports[why].String())
	}
	o.Add("unidentified", byEvidence)
}

// size returns an upper bound of the length of f in a summary record.
func (f *Found) size() (n int) {
	const name = len(`"65535":,`)
	if f.App != "" {
		n += name + len(ndjson.AppendString(nil, f.App))
	}
	if f.Product != "" {
		n += name + len(f.Product)
	}
	if f.Cert != "" {
		n += name + len(f.Cert)
	}
	return n
}

// appendPortName appends the name of a member: `,"22":`.
func appendPortName(dst []byte, port uint16) []byte {
	return append(strconv.AppendUint(append(dst, `,"`...), uint64(port), 10), `":`...)
}

// addObject adds an object with members that each begin with a comma, unless it is
// empty.
func addObject(o *ndjson.Object, name string, members []byte) {
	if len(members) > 0 {
		members[0] = '{'
		o.AddRaw(append(append([]byte(`"`+name+`":`), members...), '}'))
	}
}
