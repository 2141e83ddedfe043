package protocol

import (
	"encoding/binary"
)

// Operations of the wire protocol of MongoDB.
const (
	mongoReply = 1
	mongoQuery = 2004
	mongoMsg   = 2013
	mongoID    = 0x706f7274 // of a request
)

// mongodbRequest is the command isMaster as OP_QUERY, which all versions know. It does
// not need a user.
func mongodbRequest(*Target) []byte {
	b := []byte("\x00\x00\x00\x00admin.$cmd\x00\x00\x00\x00\x00\xff\xff\xff\xff") // flags, collection, skip, one document
	return mongoMessage(mongoQuery, append(b, mongoCommand("isMaster")...))
}

// mongodbVersionRequest is the command buildInfo as OP_MSG, for version 3.6 and later.
func mongodbVersionRequest(*Target) []byte {
	return mongoMessage(mongoMsg, append([]byte{0, 0, 0, 0, 0}, mongoCommand("buildInfo", "$db", "admin")...))
}

func mongoMessage(operation uint32, body []byte) []byte {
	b := binary.LittleEndian.AppendUint32(nil, uint32(16+len(body)))
	b = binary.LittleEndian.AppendUint32(b, mongoID)
	b = binary.LittleEndian.AppendUint32(b, 0)
	return append(binary.LittleEndian.AppendUint32(b, operation), body...)
}

// mongoCommand returns a BSON document: the command with value 1, then strings.
func mongoCommand(command string, pairs ...string) []byte {
	body := "\x10" + command + "\x00\x01\x00\x00\x00"
	for i := 0; i < len(pairs); i += 2 {
		value := pairs[i+1] + "\x00"
		body += "\x02" + pairs[i] + "\x00" + string(binary.LittleEndian.AppendUint32(nil, uint32(len(value)))) + value
	}
	return append(append(binary.LittleEndian.AppendUint32(nil, uint32(4+len(body)+1)), body...), 0)
}

// mongodbMatch recognizes the reply to either request.
func mongodbMatch(r *Reply) (m Match) {
	c := cursor{rest: r.Data}
	length := int(c.le32())
	c.le32()
	to, operation := c.le32(), c.le32()
	if !r.For("mongodb") && !r.For("mongodb-version") || len(r.Data) >= 4 && (length < 26 || length > MaxReply) ||
		len(r.Data) >= 12 && to != mongoID || !c.short && operation != mongoReply && operation != mongoMsg {
		return m
	}
	if len(r.Data) < 16 || len(r.Data) < length {
		m.More = !r.Ended
		return m
	}
	body := cursor{rest: c.bytes(length - 16)}
	flags := body.le32()
	ok := operation == mongoMsg && flags&1 == 0 && body.u8() == 0
	if operation == mongoReply {
		body.bytes(8 + 4) // cursor, start
		ok = body.le32() == 1
	}
	fields := map[string]string{}
	if !ok || !bsonDocument(&body, fields) || fields["ok"] == "" {
		return m
	}
	m.Strength, m.Version = Certain, fields["version"]
	switch {
	case fields["ferretdbVersion"] != "" || fields["ferretdb"] != "":
		m.Product, m.Version = "FerretDB", fields["ferretdbVersion"]
	case fields["gitVersion"] != "":
		m.Product = "MongoDB"
	}
	return m
}

// bsonSize returns the size of a value by its type (BSON 1.1); -1: a string, -2: a
// document, which contains its length.
func bsonSize(kind byte) (size int, ok bool) {
	switch kind {
	case 0x06, 0x0a, 0x7f, 0xff:
		return 0, true
	case 0x08:
		return 1, true
	case 0x10:
		return 4, true
	case 0x01, 0x09, 0x11, 0x12:
		return 8, true
	case 0x07:
		return 12, true
	case 0x13:
		return 16, true
	case 0x02, 0x0d, 0x0e:
		return -1, true
	case 0x03, 0x04:
		return -2, true
	}
	return 0, false
}

// bsonDocument reads a document, and collects its strings, and numbers as "0" or "1".
// Nested documents are skipped, and recorded as "present".
func bsonDocument(c *cursor, into map[string]string) bool {
	length := int(c.le32())
	d := cursor{rest: c.bytes(length - 4)}
	for !d.short && len(d.rest) > 1 {
		kind := d.u8()
		name := d.zstring()
		if kind == 0x05 { // binary: length, subtype, bytes
			size := d.le32()
			d.bytes(1 + int(size))
			continue
		}
		size, ok := bsonSize(kind)
		if !ok || len(into) > 200 {
			return false
		}
		switch size {
		case -1:
			value := d.bytes(int(d.le32()))
			if len(value) == 0 || value[len(value)-1] != 0 {
				return false
			}
			into[name] = string(value[:len(value)-1])
		case -2:
			d.bytes(int(d.le32()) - 4)
			into[name] = "present"
		default:
			into[name] = bsonNumber(d.bytes(size))
		}
	}
	return d.u8() == 0 && d.done()
}

// bsonNumber returns "1" if any bit of a value is set.
func bsonNumber(value []byte) string {
	for _, b := range value {
		if b != 0 {
			return "1"
		}
	}
	return "0"
}
