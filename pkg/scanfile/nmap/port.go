package nmap

import (
	"strconv"
	"strings"

	"portkit/pkg/endpoint"
	"portkit/pkg/scanfile"
)

// port is the port that is read.
type port struct {
	number uint64
	proto  endpoint.Proto
	known  bool // there is a result for it
	detected
}

// readPort reads an element port.
func (r *reader) readPort() error {
	p := &r.port
	*p = port{}
	ok, zero := false, false
	for _, a := range r.xml.Attrs {
		switch string(a.Name) {
		case "protocol":
			p.proto, ok = endpoint.ParseProto(a.Value)
		case "portid":
			n, err := strconv.ParseUint(string(a.Value), 10, 16)
			if err != nil {
				n = 0
			}
			p.number, zero = n, n == 0 && err == nil
		}
	}
	switch {
	case !ok:
		r.out.Skip(scanfile.OtherProto, 1)
		return nil
	case zero:
		r.listed[p.proto].add(0)
		r.out.Skip(scanfile.PortZero, 1)
		return nil
	case p.number == 0:
		r.out.Bad(r.xml.Line(), "the port is not a number in 1-65535")
		return nil
	}
	if err := r.children((*reader).portPart); err != nil {
		return err
	}
	if !p.known {
		r.out.Skip(scanfile.NoState, 1)
		return nil
	}
	r.describe()
	r.listed[p.proto].add(uint16(p.number))
	return r.out.Hold(&r.result)
}

func (r *reader) portPart(name []byte) error {
	switch string(name) {
	case "state":
		r.state()
	case "service":
		return r.readService()
	case "owner":
		r.owner()
	case "script":
		return r.script()
	}
	return nil
}

// owner reads the user whose process the port is of, which the script auth-owners finds.
func (r *reader) owner() {
	for _, a := range r.xml.Attrs {
		if string(a.Name) == "name" {
			r.port.owner = r.value(a.Value)
		}
	}
}

func (r *reader) state() {
	p := &r.port
	var state, reason, router []byte
	var ttl uint64
	for _, a := range r.xml.Attrs {
		switch string(a.Name) {
		case "state":
			state = a.Value
		case "reason":
			reason = a.Value
		case "reason_ip":
			router = a.Value
		case "reason_ttl":
			if n, err := strconv.ParseUint(string(a.Value), 10, 8); err == nil {
				ttl = n
			}
		}
	}
	p.known = r.begin(p.proto, state, reason)
	r.result.Port, r.result.TTL = uint16(p.number), uint8(ttl)
	r.result.Own.Text("reason_ip", r.value(router))
}

// begin begins a result of the host with the state that words denote. It reports whether
// they denote one.
func (r *reader) begin(p endpoint.Proto, state, reason []byte) bool {
	kind := r.kind(p.String())
	method := methods[kind]
	i := &r.result
	at := endpoint.Endpoint{Host: r.host.name, Addr: r.host.addr, Proto: p}
	if !r.words.BeginInWords(i, r.source, at, method, state, reason) {
		return false
	}
	if method == 0 {
		i.Own.Text("scan", kind)
	}
	i.Own.Append(&r.host.own)
	i.Time = r.time()
	return true
}

// singular returns a reason as it is written for one port. Before 7.92 nmap wrote resets
// and port-unreaches for several.
func singular(reason string) string {
	for _, end := range []string{"", "s", "es"} {
		if word, ok := strings.CutSuffix(reason, end); ok && scanfile.IsReason(word) {
			return word
		}
	}
	return reason
}
