// Package naabu reads the results of naabu, which reports open ports only. They do not show
// how naabu probed.
package naabu

import (
	"bytes"
	"slices"
	"time"

	"portkit/pkg/endpoint"
	"portkit/pkg/ndjson"
	"portkit/pkg/record"
	"portkit/pkg/scanfile"
)

// members are those that naabu writes, in any version. Those behind timestamp are from its
// service detection.
var members = []string{
	"host", "ip", "port", "protocol", "tls", "cdn", "cdn-name", "mac_address", "timestamp",
	"confidence", "cpes", "device_type", "extra_info", "high_version", "hostname", "low_version", "method",
	"name", "os_type", "product", "proto", "rpc_num", "service_fp", "tunnel", "version",
}

// IsJSON reports whether a file that begins with head is from -json. Old versions wrote no
// time, and only the name, the address and the port. Objects with other members may be
// anything, such as targets.
func IsJSON(head []byte) bool {
	object, _ := scanfile.FirstObject(head)
	for name := range object {
		if !slices.Contains(members, name) {
			return false
		}
	}
	old := object.Has("ip", "port") && len(object) == 2 || object.Has("host", "ip", "port") && len(object) == 3
	return head[0] == '{' && (object.IsNumber("port") || object["port"] == '{') && (object.Has("timestamp") || old)
}

// IsAmbiguous reports whether a file that begins with head, in a format of naabu, may also
// contain targets.
func IsAmbiguous(head []byte) bool {
	object, _ := scanfile.FirstObject(head)
	return !object.Has("timestamp")
}

// ReadJSON reads the output of -json: a line for each port.
func ReadJSON(in *scanfile.Input, out *scanfile.Output) error {
	r := reader{out: out}
	return in.EachObject(out, r.object)
}

// reader reads results.
type reader struct {
	out    *scanfile.Output
	words  scanfile.Translator
	result record.Imported
	port   []ndjson.Field
	found  endpoint.Finding
}

func (r *reader) object(fields []ndjson.Field) error {
	port := ndjson.Last(fields, "port")
	proto, tls := scanfile.Text(fields, "protocol"), ndjson.Last(fields, "tls")
	if inner, err := ndjson.Scan(port, r.port); err == nil { // of some versions
		r.port = inner
		port, tls = ndjson.Last(inner, "Port"), ndjson.Last(inner, "TLS")
		if proto = scanfile.Text(inner, "Protocol"); string(ndjson.Last(inner, "Protocol")) == "1" {
			proto = []byte("udp")
		}
	}
	if string(port) == "0" { // a host, of which no ports were scanned
		return nil
	}
	e, err := parse(scanfile.Text(fields, "host"), scanfile.Text(fields, "ip"), port)
	if err != nil {
		return err
	}
	if len(proto) > 0 {
		var ok bool
		if e.Proto, ok = scanfile.ParseProto(proto); !ok {
			r.out.Skip(scanfile.OtherProto, 1)
			return nil
		}
	}
	r.begin(&e)
	r.result.Time, _ = time.Parse(time.RFC3339Nano, string(scanfile.Text(fields, "timestamp")))
	r.describe(fields, string(tls) == "true")
	if cdn := ndjson.Last(fields, "cdn"); string(cdn) == "true" {
		r.result.Own.Value("cdn", cdn)
	}
	r.result.Own.Text("cdn_name", string(scanfile.Text(fields, "cdn-name")))
	r.result.Own.Text("mac", string(scanfile.Text(fields, "mac_address")))
	return r.out.Put(&r.result)
}

func (r *reader) begin(e *endpoint.Endpoint) {
	r.words.Begin(&r.result, scanfile.Naabu, *e, scanfile.MethodOf(e.Proto, 0), scanfile.OpenWord, nil)
}

// IsList reports whether a file that begins with head has HOST:PORT lines.
func IsList(head []byte) bool {
	line, _, _ := bytes.Cut(head, []byte("\n"))
	_, _, err := hostPort(bytes.TrimRight(line, "\r"))
	return err == nil
}

// ReadList reads the default output: HOST:PORT lines, some with the name of a network in
// brackets behind them.
func ReadList(in *scanfile.Input, out *scanfile.Output) error {
	r := reader{out: out}
	return in.EachLine(out, func(_ int64, line []byte) error {
		e, cdn, err := hostPort(line)
		if err != nil {
			return err
		}
		if in.HasProto {
			e.Proto = in.Proto
		}
		r.begin(&e)
		r.result.Own.Text("cdn_name", string(cdn))
		return out.Put(&r.result)
	})
}

// hostPort parses a line. IPv6 addresses may lack brackets: the port is behind the last colon.
func hostPort(line []byte) (e endpoint.Endpoint, cdn []byte, err error) {
	line, cdn, _ = bytes.Cut(line, []byte(" ["))
	i := bytes.LastIndexByte(line, ':')
	if i < 0 {
		return e, nil, scanfile.Badf("%q is not HOST:PORT", ndjson.Show(line))
	}
	host, addr, err := record.ParseHost(line[:i])
	if err != nil {
		return e, nil, scanfile.Bad(err.Error())
	}
	if e.Port, err = scanfile.ParsePort(line[i+1:]); err != nil {
		return e, nil, err
	}
	if e.Addr = addr; !addr.IsValid() {
		e.Host = string(host)
	}
	return e, bytes.TrimSuffix(cdn, []byte("]")), nil
}

// parse returns the endpoint of a result, which may lack the host or the address.
func parse(host, ip, port []byte) (e endpoint.Endpoint, err error) {
	if e.Port, err = scanfile.ParsePort(port); err != nil {
		return e, err
	}
	if len(ip) > 0 {
		if e.Addr, err = scanfile.ParseAddr(ip); err != nil {
			return e, err
		}
	}
	if scanfile.IsName(host) {
		e.Host = string(host)
	} else if !e.Addr.IsValid() {
		e.Addr, err = scanfile.ParseAddr(host)
	}
	return e, err
}
