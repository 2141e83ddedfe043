package nmap

import (
	"fmt"
	"strconv"

	"portkit/pkg/endpoint"
	"portkit/pkg/ndjson"
	"portkit/pkg/scanfile"
)

// extra is an element extraports of which the ports are not listed.
type extra struct {
	state, reason string
	reasons       int    // number of reasons without a list
	count         uint64 // of their ports
	listed        bool   // others have a list
}

// maxExtra is the number of such elements of a host that count.
const maxExtra = 8

// extraPorts reads an element extraports: ports of a state that are written together.
// Since nmap 7.92 they are listed by reason.
func (r *reader) extraPorts() error {
	e := extra{}
	var total uint64
	for _, a := range r.xml.Attrs {
		switch string(a.Name) {
		case "state":
			e.state = r.value(a.Value)
		case "count":
			total = count(a.Value)
		}
	}
	r.extra = e
	if err := r.children((*reader).extraReasons); err != nil {
		return err
	}
	if e = r.extra; e.reasons == 0 && !e.listed {
		e.count = total
	}
	h := &r.host
	if e.count == 0 {
		return nil
	}
	if len(h.extra) == maxExtra {
		r.out.Skip(scanfile.Unlisted, e.count)
		return nil
	}
	h.extra = append(h.extra, e)
	return nil
}

// extraReasons writes the ports of a state with the same reason.
func (r *reader) extraReasons(name []byte) error {
	if string(name) != "extrareasons" {
		return nil
	}
	var reason, proto string
	var n uint64
	var ports []byte
	for _, a := range r.xml.Attrs {
		switch string(a.Name) {
		case "reason":
			reason = r.value(a.Value)
		case "count":
			n = count(a.Value)
		case "proto":
			proto = string(a.Value)
		case "ports":
			ports = a.Value
		}
	}
	if proto == "" && len(r.scans) == 1 {
		proto = r.scans[0].proto
	}
	e := &r.extra
	p, ok := endpoint.ParseProto(proto)
	switch {
	case !ok && proto != "":
		e.listed = true
		r.out.Skip(scanfile.OtherProto, n)
		return nil
	case ok && len(ports) > 0:
		e.listed = true
		return r.list(p, e.state, reason, ports)
	}
	e.reason = reason
	e.reasons++
	e.count += n
	return nil
}

// list writes the ports of a list, those excepted that were written before.
func (r *reader) list(p endpoint.Proto, state, reason string, ports []byte) error {
	r.some.clear()
	if !r.some.addList(ports) {
		r.out.Bad(r.xml.Line(), fmt.Sprintf("the list of ports of host %s that are %s is not valid", r.host.addr, ndjson.Show([]byte(state))))
	}
	return r.each(&r.some, p, state, reason)
}

// each writes ports, those excepted that were written before.
func (r *reader) each(ports *portSet, p endpoint.Proto, state, reason string) error {
	known := r.begin(p, []byte(state), []byte(singular(reason)))
	return ports.eachBeyond(&r.listed[p], func(port uint16) error {
		switch {
		case port == 0:
			r.out.Skip(scanfile.PortZero, 1)
			return nil
		case !known:
			r.out.Skip(scanfile.NoState, 1)
			return nil
		}
		r.result.Port = port
		return r.out.Hold(&r.result)
	})
}

// unlisted writes the ports of a state that are not listed anywhere: those that were
// scanned and have no other state, if there is only one state that they may have.
func (r *reader) unlisted() error {
	all := r.host.extra
	if len(all) == 0 {
		return nil
	}
	if len(all) > 1 || r.scanned.unlisted(&r.listed) != all[0].count {
		for _, e := range all {
			r.out.Skip(scanfile.Unlisted, e.count)
		}
		return nil
	}
	e := &all[0]
	if e.reasons > 1 {
		e.reason = "" // which of them is unknown
	}
	for p := range r.scanned.sets {
		if err := r.each(&r.scanned.sets[p], endpoint.Proto(p), e.state, e.reason); err != nil {
			return err
		}
	}
	return nil
}

// count parses a number; 0 if it is none.
func count(text []byte) uint64 {
	n, err := strconv.ParseUint(string(text), 10, 32)
	if err != nil {
		return 0
	}
	return n
}
