package nmap

import (
	"fmt"
	"time"

	"portkit/pkg/endpoint"
	"portkit/pkg/ndjson"
	"portkit/pkg/scanfile"
)

// scan is an element scaninfo.
type scan struct{ proto, kind string }

// methods are the kinds of scans that are methods of ours.
var methods = map[string]endpoint.Method{"connect": endpoint.Connect, "syn": endpoint.SYN, "udp": endpoint.UDPDatagram}

// document reads the element nmaprun.
func (r *reader) document(name []byte) error {
	if string(name) != root {
		if r.any {
			r.out.Bad(r.xml.Line(), fmt.Sprintf("<%s> is not <nmaprun>, and was left out", ndjson.Show(name)))
		}
		return nil
	}
	r.source, r.began, r.scans, r.inside, r.any = scanfile.Nmap, time.Time{}, r.scans[:0], true, true
	r.scanned = scannedPorts{}
	for _, a := range r.xml.Attrs {
		switch string(a.Name) {
		case "scanner":
			switch name := string(a.Value); name {
			case scanfile.Masscan, scanfile.Naabu:
				r.source = name
			}
		case "start":
			r.began = scanfile.Seconds(a.Value)
		}
	}
	if err := r.children((*reader).part); err != nil {
		return err
	}
	r.inside = false
	return nil
}

// part reads a child of nmaprun.
func (r *reader) part(name []byte) error {
	switch string(name) {
	case "scaninfo":
		r.scanInfo()
	case "host":
		return r.readHost()
	case "runstats":
		return r.children((*reader).runStats)
	}
	return nil // hosthint is in host again
}

// maxScans is the number of scaninfo elements that count. There is one for each protocol.
const maxScans = 8

func (r *reader) scanInfo() {
	var s scan
	var ports []byte
	for _, a := range r.xml.Attrs {
		switch string(a.Name) {
		case "type":
			s.kind = string(a.Value)
		case "protocol":
			s.proto = string(a.Value)
		case "services":
			ports = a.Value
		}
	}
	r.scanned.add([]byte(s.proto), ports)
	if len(r.scans) < maxScans {
		r.scans = append(r.scans, s)
	}
}

// runStats reports that the scan failed.
func (r *reader) runStats(name []byte) error {
	if string(name) != "finished" {
		return nil
	}
	failed, why := false, "for an unknown reason"
	for _, a := range r.xml.Attrs {
		switch string(a.Name) {
		case "exit":
			failed = string(a.Value) == "error"
		case "errormsg":
			why = r.value(a.Value)
		}
	}
	if failed {
		r.out.Bad(r.xml.Line(), "the scan ended with an error: "+why)
	}
	return nil
}

// kind returns the kind of the scan of a protocol, "" if it is unknown.
func (r *reader) kind(proto string) string {
	for _, s := range r.scans {
		if s.proto == proto {
			return s.kind
		}
	}
	return ""
}
