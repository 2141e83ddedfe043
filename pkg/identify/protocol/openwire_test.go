package protocol

import "testing"

func TestOpenWireReplies(t *testing.T) {
	// OpenWire Version 2 Specification, "WireFormatInfo"; the properties are a map of
	// marshalled primitives.
	const properties = "\x01\x00\x00\x00\x37\x00\x00\x00\x02\x00\x0cProviderName\x09\x00\x08ActiveMQ\x00\x0fProviderVersion\x09\x00\x065.17.2"
	checkReplies(t, "openwire", []replyCase{
		{data: "\x00\x00\x00\x49\x01ActiveMQ\x00\x00\x00\x0c" + properties, want: Certain, product: "Apache ActiveMQ", version: "5.17.2"},
		{data: "\x00\x00\x00\x0e\x01ActiveMQ\x00\x00\x00\x01\x00", want: Certain},
		{data: "\x00\x00\x00\x0e\x02ActiveMQ\x00\x00\x00\x01\x00"},
		{data: "\xff\xff\xff\xff\x01ActiveMQ\x00\x00\x00\x01\x00"},
		{data: "HTTP/1.1 400 Bad Request\r\n\r\n", request: "http"},
	})
}
