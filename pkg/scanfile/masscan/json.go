package masscan

import (
	"bytes"
	"errors"
	"unicode/utf8"

	"portkit/pkg/ndjson"
	"portkit/pkg/scanfile"
)

// IsJSON reports whether a file that begins with head is from -oJ. One without results is an
// empty array.
func IsJSON(head []byte) bool {
	if rest, ok := bytes.CutPrefix(bytes.TrimSpace(head), []byte("[")); ok && bytes.HasPrefix(bytes.TrimSpace(rest), []byte("]")) {
		return true
	}
	object, _ := scanfile.FirstObject(head)
	return object.Has("ip", "ports")
}

// ReadJSON reads the output of -oJ: an array of objects, whose last comma is one too many in
// some versions. Each has the ports of an address.
func ReadJSON(in *scanfile.Input, out *scanfile.Output) error {
	r := reader{writer: writer{out: out}}
	return in.EachElement(out, "ip", func(object []byte) error {
		if string(object) == "{finished: 1}" { // versions before 1.0.5
			return nil
		}
		fields, err := ndjson.Scan(object, r.fields)
		if r.fields = fields; err != nil {
			return scanfile.Bad(err.Error())
		}
		return r.address(fields)
	})
}

// IsNDJSON reports whether a file that begins with head is from -oD.
func IsNDJSON(head []byte) bool {
	object, _ := scanfile.FirstObject(head)
	return object.Has("ip", "rec_type")
}

// ReadNDJSON reads the output of -oD: a line for each port.
func ReadNDJSON(in *scanfile.Input, out *scanfile.Output) error {
	r := reader{writer: writer{out: out}}
	return in.EachObject(out, func(fields []ndjson.Field) error {
		y := &r.reply
		*y = reply{}
		if err := y.where(fields); err != nil {
			return err
		}
		y.members(fields)
		y.isBanner = string(scanfile.Text(fields, "rec_type")) == "banner"
		var err error
		if r.inner, err = ndjson.Scan(ndjson.Last(fields, "data"), r.inner); err != nil {
			return scanfile.Bad("a line without data")
		}
		y.members(r.inner)
		y.service = scanfile.Text(r.inner, "service_name")
		return r.put(y)
	})
}

// reader reads objects.
type reader struct {
	writer
	reply    reply
	fields   []ndjson.Field
	elements [][]byte
	inner    []ndjson.Field
	service  []ndjson.Field
}

// address reads an object of -oJ.
func (r *reader) address(fields []ndjson.Field) error {
	var at reply
	if err := at.where(fields); err != nil {
		return err
	}
	var ok bool
	if r.elements, ok = ndjson.Elements(ndjson.Last(fields, "ports"), r.elements); !ok {
		return scanfile.Bad("an address without ports")
	}
	var wrong []error // of ports between which others are not
	for _, e := range r.elements {
		var err error
		if r.inner, err = ndjson.Scan(e, r.inner); err != nil {
			wrong = append(wrong, scanfile.Badf("%s is not a port", ndjson.Show(e)))
			continue
		}
		y := &r.reply
		*y = at
		y.members(r.inner)
		if r.service, err = ndjson.Scan(ndjson.Last(r.inner, "service"), r.service); err == nil {
			y.isBanner, y.service = true, scanfile.Text(r.service, "name")
			y.members(r.service)
		}
		if err := r.put(y); err != nil {
			wrong = append(wrong, err)
		}
	}
	return errors.Join(wrong...)
}

// where reads the address and the time.
func (y *reply) where(fields []ndjson.Field) (err error) {
	if y.addr, err = scanfile.ParseAddr(scanfile.Text(fields, "ip")); err != nil {
		return err
	}
	y.time = scanfile.Seconds(scanfile.Text(fields, "timestamp"))
	return nil
}

// members reads what objects of both formats have.
func (y *reply) members(fields []ndjson.Field) {
	for i := range fields {
		value := fields[i].Value
		switch string(fields[i].Key) {
		case "port":
			y.port = value
		case "proto":
			y.proto = scanfile.Content(value)
		case "status":
			y.status = scanfile.Content(value)
		case "reason":
			y.reason = scanfile.Content(value)
		case "ttl":
			if n, err := ndjson.Int(value); err == nil && n > 0 && n < 256 {
				y.ttl = uint8(n)
			}
		case "banner":
			y.banner = narrow(scanfile.Content(value))
		}
	}
}

// narrow returns the bytes that a banner was received as. masscan writes each byte as a
// character of that number.
func narrow(text []byte) []byte {
	if len(text) == utf8.RuneCount(text) {
		return text
	}
	b := make([]byte, 0, len(text))
	for _, r := range string(text) {
		if r > 0xff {
			return text
		}
		b = append(b, byte(r))
	}
	return b
}
