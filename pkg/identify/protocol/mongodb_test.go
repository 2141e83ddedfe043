package protocol

import (
	"encoding/binary"
	"testing"
)

// mongoReplied is an OP_REPLY (operation 1) or OP_MSG (2013) of one document.
func mongoReplied(operation uint32, elements string) string {
	document := string(binary.LittleEndian.AppendUint32(nil, uint32(5+len(elements)))) + elements + "\x00"
	body := "\x00\x00\x00\x00\x00" + document
	if operation == mongoReply {
		body = "\x08\x00\x00\x00" + "\x00\x00\x00\x00\x00\x00\x00\x00" + "\x00\x00\x00\x00" + "\x01\x00\x00\x00" + document
	}
	b := binary.LittleEndian.AppendUint32(nil, uint32(16+len(body)))
	b = append(b, "\x01\x00\x00\x00trop"...)
	return string(binary.LittleEndian.AppendUint32(b, operation)) + body
}

func bsonString(name, value string) string {
	return "\x02" + name + "\x00" + string(binary.LittleEndian.AppendUint32(nil, uint32(len(value)+1))) + value + "\x00"
}

func mongodbSamples() []sample {
	const ok = "\x01ok\x00\x00\x00\x00\x00\x00\x00\xf0\x3f"
	hello := "\x08ismaster\x00\x01\x10maxBsonObjectSize\x00\x00\x00\x00\x01\x09localTime\x00\x01\x02\x03\x04\x05\x06\x07\x08" +
		"\x03topologyVersion\x00\x05\x00\x00\x00\x00\x10maxWireVersion\x00\x11\x00\x00\x00\x08readOnly\x00\x00" + ok
	build := bsonString("version", "6.0.14") + bsonString("gitVersion", "25225db95574916fecab3af75b184409f8713aef") +
		"\x04modules\x00\x05\x00\x00\x00\x00" + bsonString("allocator", "tcmalloc") + ok
	return []sample{
		{"isMaster", "mongodb", mongoReplied(1, hello), Certain, facts{}},
		{"buildInfo", "mongodb-version", mongoReplied(2013, build), Certain, facts{product: "MongoDB", version: "6.0.14"}},
		{
			"FerretDB", "mongodb-version", mongoReplied(2013, bsonString("version", "7.0.42")+bsonString("ferretdbVersion", "v1.24.0")+bsonString("gitVersion", "x")+ok), Certain,
			facts{product: "FerretDB", version: "v1.24.0"},
		},
		{"unauthorized", "mongodb-version", mongoReplied(2013, bsonString("errmsg", "command buildInfo requires authentication")+"\x10code\x00\x0d\x00\x00\x00\x01ok\x00\x00\x00\x00\x00\x00\x00\x00\x00"), Certain, facts{}},
		{"not ok", "mongodb", mongoReplied(1, bsonString("version", "6.0.14")), No, facts{}},
		{"another request", "smb", mongoReplied(1, hello), No, facts{}},
		{"unknown type", "mongodb", mongoReplied(1, "\x20x\x00\x01"+ok), No, facts{}},
		{"negative length", "mongodb", mongoReplied(1, "\x03x\x00\x00\x00\x00\x00"+ok), No, facts{}},
	}
}

func TestMongoDB(t *testing.T) {
	t.Parallel()
	checkSamples(t, "mongodb", mongodbSamples())
	checkStrangers(t, "mongodb")
}
