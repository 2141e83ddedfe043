// Package zgrab2 reads the results of ZGrab2. Each line is a host with the results of several
// modules. A connection that was accepted makes a port open, whatever came after.
package zgrab2

import (
	"bytes"
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
	in      *scanfile.Input
	out     *scanfile.Output
	words   scanfile.Translator
	at      endpoint.Endpoint // without the port
	port    []byte            // of all modules, if any
	modules []ndjson.Field
	module  []ndjson.Field
	result  record.Imported
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
	for i := range r.modules {
		if err := r.put(&r.modules[i]); err != nil {
			return err
		}
	}
	return nil
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
	if datagrams[string(name)] {
		e.Proto = endpoint.UDP
	}
	if e.Port, err = r.portOf(); err != nil {
		return err
	}
	status, problem := scanfile.Text(r.module, "status"), scanfile.Text(r.module, "error")
	state, reason := dialed(status, problem)
	if !r.words.Begin(&r.result, scanfile.Zgrab2, e, scanfile.MethodOf(e.Proto, endpoint.Connect), state, reason) {
		r.out.Skip(scanfile.NoState, 1)
		return nil
	}
	r.result.Own.Text("module", string(m.Key))
	r.result.Own.Text("status", string(status))
	r.result.Own.Text("error", string(problem))
	r.result.Time, _ = time.Parse(time.RFC3339Nano, string(scanfile.Text(r.module, "timestamp")))
	if r.result.State == endpoint.Open {
		r.result.Finding = find(e.Proto, name, string(status) == success, ndjson.Last(r.module, "result"))
	}
	return r.out.Put(&r.result)
}

const success = "success"

// datagrams are the protocols of modules that use UDP.
var datagrams = map[string]bool{"ntp": true, "bacnet": true}

// dialErrors has what the errors of connections that were not made contain, with the words
// for a state and a reason.
var dialErrors = []struct{ part, state, reason string }{
	{"connection refused", "connection-refused", ""},
	{"no route to host", "connection-timeout", "host-unreach"},
	{"i/o timeout", "connection-timeout", ""},
	{"deadline exceeded", "connection-timeout", ""},
}

// dialed returns the words for a state and a reason. Versions differ in the status of
// connections that were not made, so the error counts. What failed at the scanner itself is
// an unknown error.
func dialed(status, problem []byte) (state, reason []byte) {
	dialing := string(status) == "connection-timeout" || bytes.Contains(problem, []byte("dial "))
	if !dialing || string(status) == success || len(problem) == 0 {
		return status, nil
	}
	for _, e := range dialErrors {
		if bytes.Contains(problem, []byte(e.part)) {
			return []byte(e.state), []byte(e.reason)
		}
	}
	return []byte("unknown-error"), nil
}

// portOf returns the port of the module, of the host, or of --port.
func (r *reader) portOf() (uint16, error) {
	for _, port := range [][]byte{ndjson.Last(r.module, "port"), r.port} {
		if len(port) > 0 && string(port) != "0" && string(port) != "null" {
			return scanfile.ParsePort(port)
		}
	}
	return r.in.GivenPort()
}
