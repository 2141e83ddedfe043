package nmap

import (
	"net/netip"
	"time"

	"portkit/pkg/endpoint"
	"portkit/pkg/record"
	"portkit/pkg/scanfile"
)

// host is the host that is read.
type host struct {
	addr      netip.Addr
	name      string // that the user gave; empty if it is the address
	names     []string
	began     time.Time
	ended     time.Time
	mac       string
	macVendor string

	own   record.Own // members that are the same for all ports
	extra []extra
}

// maxNames is the number of names of a host that are kept.
const maxNames = 64

// readHost reads an element host.
func (r *reader) readHost() error {
	h := &r.host
	*h = host{names: h.names[:0], own: h.own, extra: h.extra[:0]}
	r.listed[endpoint.TCP].clear()
	r.listed[endpoint.UDP].clear()
	for _, a := range r.xml.Attrs {
		switch string(a.Name) {
		case "starttime":
			h.began = scanfile.Seconds(a.Value)
		case "endtime":
			h.ended = scanfile.Seconds(a.Value)
		case "timedout":
			if string(a.Value) == "true" {
				r.out.Skip(scanfile.TimedOut, 1)
			}
		}
	}
	if err := r.children((*reader).hostPart); err != nil {
		return err
	}
	if err := r.unlisted(); err != nil {
		return err
	}
	return r.out.Release()
}

// time returns the time of the results.
func (r *reader) time() time.Time {
	switch h := &r.host; {
	case !h.ended.IsZero():
		return h.ended
	case !h.began.IsZero():
		return h.began
	}
	return r.began
}

func (r *reader) hostPart(name []byte) error {
	switch string(name) {
	case "address":
		r.address()
	case "hostnames":
		return r.children((*reader).hostname)
	case "ports":
		return r.ports()
	}
	return nil
}

func (r *reader) address() {
	var addr, kind, vendor string
	for _, a := range r.xml.Attrs {
		switch string(a.Name) {
		case "addr":
			addr = r.value(a.Value)
		case "addrtype":
			kind = string(a.Value)
		case "vendor":
			vendor = r.value(a.Value)
		}
	}
	h := &r.host
	if kind == "mac" {
		h.mac, h.macVendor = addr, vendor
		return
	}
	if a, err := scanfile.ParseAddr([]byte(addr)); err == nil {
		h.addr = a
	}
}

func (r *reader) hostname(name []byte) error {
	if string(name) != "hostname" {
		return nil
	}
	var host, kind string
	for _, a := range r.xml.Attrs {
		switch string(a.Name) {
		case "name":
			host = r.value(a.Value)
		case "type":
			kind = string(a.Value)
		}
	}
	h := &r.host
	switch {
	case kind == "user" && h.name == "" && scanfile.IsName([]byte(host)):
		h.name = host
	case host != "" && len(h.names) < maxNames:
		h.names = append(h.names, host)
	}
	return nil
}

// ports reads the element ports.
func (r *reader) ports() error {
	h := &r.host
	if !h.addr.IsValid() {
		r.out.Bad(r.xml.Line(), "the host has no valid address")
		return nil
	}
	h.own.Reset()
	h.own.Text("mac", h.mac)
	h.own.Text("mac_vendor", h.macVendor)
	h.own.List("hostnames", h.names)
	return r.children((*reader).portsPart)
}

func (r *reader) portsPart(name []byte) error {
	switch string(name) {
	case "port":
		return r.readPort()
	case "extraports":
		return r.extraPorts()
	}
	return nil
}
