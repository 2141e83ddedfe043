// Package zgrab2 reads the results of ZGrab2. Each line is a host with the results of several
// modules. A connection that was accepted makes a port open, whatever came after.
package zgrab2

import (
	"bytes"
	"errors"
	"net/netip"
	"regexp"
	"time"

	"portkit/pkg/endpoint"
	"portkit/pkg/ndjson"
	"portkit/pkg/record"
	"portkit/pkg/scanfile"
)

// Is reports whether a file that begins with head is from ZGrab2, whose data is an object.
func Is(head []byte) bool {
	object, _ := scanfile.FirstObject(head)
	return (object.Has("ip") || object.Has("domain")) && object["data"] == '{'
}

// Read reads lines of results.
func Read(in *scanfile.Input, out *scanfile.Output) error {
	r := reader{in: in, out: out}
	return in.EachObject(out, r.host)
}

// reader reads hosts.
type reader struct {
	in        *scanfile.Input
	out       *scanfile.Output
	words     scanfile.Translator
	at        endpoint.Endpoint // without the port
	port      []byte            // of all modules, if any
	portGiven bool              // the port of the module is that of --port
	modules   []ndjson.Field
	module    []ndjson.Field
	result    record.Imported
}

// host reads the results for a host.
func (r *reader) host(fields []ndjson.Field) (err error) {
	r.at = endpoint.Endpoint{}
	if ip := scanfile.Text(fields, "ip"); len(ip) > 0 {
		if r.at.Addr, err = scanfile.ParseAddr(ip); err != nil {
			return err
		}
	}
	if domain := scanfile.Text(fields, "domain"); scanfile.IsName(domain) {
		r.at.Host = string(domain)
	} else if !r.at.Addr.IsValid() {
		return scanfile.Bad("a result without an address and without a domain")
	}
	r.port = ndjson.Last(fields, "port")
	data := ndjson.Last(fields, "data")
	if data == nil {
		r.out.Skip(scanfile.NoState, 1)
		return nil
	}
	if r.modules, err = ndjson.Scan(data, r.modules); err != nil {
		return scanfile.Bad("data is not an object")
	}
	var wrong []error // of modules between which others are not
	for i := range r.modules {
		if err := r.put(&r.modules[i]); err != nil {
			wrong = append(wrong, err)
		}
	}
	return errors.Join(wrong...)
}

// put writes the result of a module.
func (r *reader) put(m *ndjson.Field) (err error) {
	if r.module, err = ndjson.Scan(m.Value, r.module); err != nil {
		return scanfile.Badf("the result of %s is not an object", ndjson.Show(m.Key))
	}
	name := scanfile.Text(r.module, "protocol")
	if len(name) == 0 {
		name = m.Key
	}
	e := r.at
	status, problem := scanfile.Text(r.module, "status"), scanfile.Text(r.module, "error")
	if datagrams[string(name)] || ofUDP.Match(problem) && !isLookup(problem) {
		e.Proto = endpoint.UDP
	}
	if e.Port, err = r.portOf(); err != nil {
		return err
	}
	result := scan(ndjson.Last(r.module, "result"))
	state, reason := r.judge(&e, status, problem, result)
	if !r.words.Begin(&r.result, scanfile.Zgrab2, e, scanfile.MethodOf(e.Proto, endpoint.Connect), []byte(state), []byte(reason)) {
		r.out.Skip(scanfile.NoState, 1)
		return nil
	}
	r.result.Own.Text("module", string(m.Key))
	r.result.Own.Text("status", string(status))
	r.result.Own.Text("error", string(problem))
	r.result.Time, _ = time.Parse(time.RFC3339Nano, string(scanfile.Text(r.module, "timestamp")))
	if r.result.State == endpoint.Open {
		r.result.Finding = find(e.Proto, name, string(status) == success, result)
	}
	return r.out.Put(&r.result)
}

const success = "success"

// datagrams are the protocols of modules that use UDP.
var datagrams = map[string]bool{"bacnet": true, "cldap": true, "ntp": true, "snmp": true}

// ofUDP matches the errors of sockets for UDP.
var ofUDP = regexp.MustCompile(`\b(?:dial|read|write) (?:udp)`)

// dial matches the error of a connection that was not made. Its group is the address, which
// may be behind that of the scanner.
var dial = regexp.MustCompile(`\bdial (?:tcp|udp)[46]?(?: (?:\S+->)?(\S+))?: `)

// failures has what errors contain, with the words for a state and a reason.
var failures = []struct{ part, state, reason string }{
	{"connection refused", "connection-refused", ""},
	{"no route to host", "connection-timeout", "host-unreach"},
	{"i/o timeout", "connection-timeout", ""},
	{"deadline exceeded", "connection-timeout", ""},
}

// accepted matches errors of an unknown kind after which the connection was accepted.
var accepted = regexp.MustCompile(`\b(?:read|write) (?:tcp)|EOF|connection reset|broken pipe|tls: |x509: |http2: |` +
	`ssh: handshake failed|malformed (?:HTTP|MIME)|connection broken|gave HTTP response|server closed|redirect`)

const unknown = "unknown-error"

// judge returns the words for a state and a reason. Versions differ in the status of
// connections that were not made, so the error counts. What failed at the scanner itself is
// an unknown error.
func (r *reader) judge(e *endpoint.Endpoint, status, problem []byte, result object) (state, reason string) {
	at := dial.FindSubmatchIndex(problem)
	switch {
	case string(status) == success || replied(result):
		return success, ""
	case isLookup(problem) || at != nil && e.Proto == endpoint.UDP:
		return unknown, ""
	case at != nil && at[2] >= 0 && !r.isTarget(e, problem[at[2]:at[3]]):
		if r.portGiven {
			return unknown, "" // --port may be wrong
		}
		return success, "" // redirected elsewhere, by the endpoint
	case at != nil:
		return failure(problem[at[0]:])
	case e.Proto == endpoint.UDP && bytes.Contains(problem, []byte("connection refused")):
		return "connection-refused", "" // by ICMP, which read and write report
	case e.Proto == endpoint.UDP && bytes.Contains(problem, []byte("no route to host")):
		return "filtered", "host-unreach"
	case string(status) == "connection-timeout" && len(problem) > 0:
		return failure(problem)
	case string(status) == unknown && e.Proto == endpoint.TCP && accepted.Match(problem):
		return success, ""
	}
	return string(status), ""
}

// isLookup reports whether an error is that of looking up a name.
func isLookup(problem []byte) bool { return bytes.Contains(problem, []byte("lookup ")) }

// isTarget reports whether the address in an error can be the one of the endpoint.
func (r *reader) isTarget(e *endpoint.Endpoint, address []byte) bool {
	a, err := netip.ParseAddrPort(string(address))
	if err != nil {
		return true
	}
	sameHost := !e.Addr.IsValid() || a.Addr().Unmap().WithZone("") == e.Addr.Unmap().WithZone("")
	return sameHost && a.Port() == e.Port
}

// failure returns the words for the error of a connection that was not made.
func failure(problem []byte) (state, reason string) {
	for _, f := range failures {
		if bytes.Contains(problem, []byte(f.part)) {
			return f.state, f.reason
		}
	}
	return unknown, ""
}

// portOf returns the port of the module, of the host, or of --port.
func (r *reader) portOf() (uint16, error) {
	for _, port := range [][]byte{ndjson.Last(r.module, "port"), r.port} {
		if len(port) > 0 && string(port) != "0" && string(port) != "null" {
			r.portGiven = false
			return scanfile.ParsePort(port)
		}
	}
	r.portGiven = true
	return r.in.GivenPort()
}
