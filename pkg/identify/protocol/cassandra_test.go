package protocol

import "testing"

func TestCassandra(t *testing.T) {
	t.Parallel()
	frame := func(code, body string) string {
		return "\x84\x00\x56\x0b" + code + "\x00\x00\x00" + string([]byte{byte(len(body))}) + body
	}
	supported := "\x00\x02\x00\x0bCQL_VERSION\x00\x01\x00\x053.4.6\x00\x0bCOMPRESSION\x00\x02\x00\x06snappy\x00\x03lz4"
	scylla := "\x00\x02\x00\x0bCQL_VERSION\x00\x01\x00\x053.3.1\x00\x0cSCYLLA_SHARD\x00\x01\x00\x010"
	failure := "\x00\x00\x00\x0a\x00\x2cInvalid or unsupported protocol version (4);"
	checkSamples(t, "cassandra", []sample{
		// CQL binary protocol v4, sections 4.2.1 and 4.2.4.
		{"supported", "cassandra", frame("\x06", supported), Certain, facts{}},
		{"ScyllaDB", "cassandra", frame("\x06", scylla), Certain, facts{product: "ScyllaDB"}},
		{"other versions only", "cassandra", frame("\x00", failure), Certain, facts{}},
		{"no version", "cassandra", frame("\x06", "\x00\x00"), No, facts{}},
		{"another stream", "cassandra", "\x84\x00\x00\x00" + frame("\x06", supported)[4:], No, facts{}},
		{"a request", "cassandra", "\x04" + frame("\x06", supported)[1:], No, facts{}},
	})
	checkStrangers(t, "cassandra")
}

func TestKafka(t *testing.T) {
	t.Parallel()
	reply := "\x00\x00\x00\x16port\x00\x00\x00\x00\x00\x02" + "\x00\x00\x00\x00\x00\x09" + "\x00\x12\x00\x00\x00\x03"
	checkSamples(t, "kafka", []sample{
		// Apache Kafka protocol guide, ApiVersions response, version 0.
		{"versions", "kafka", reply, Certain, facts{}},
		{"another correlation id", "kafka", "\x00\x00\x00\x16porx" + reply[8:], No, facts{}},
		{"lowest above highest", "kafka", reply[:16] + "\x00\x0a" + reply[18:], No, facts{}},
		{"without its own key", "kafka", reply[:21] + "\x13" + reply[22:], No, facts{}},
		{"wrong count", "kafka", reply[:13] + "\x03" + reply[14:], No, facts{}},
	})
	checkStrangers(t, "kafka")
}
