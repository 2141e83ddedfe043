package protocol

import (
	"encoding/binary"
	"testing"
)

func amqpLong(s string) string {
	return string(binary.BigEndian.AppendUint32(nil, uint32(len(s)))) + s
}

// amqpStarted is a Connection.Start with these properties.
func amqpStarted(properties string) string {
	body := "\x00\x0a\x00\x0a\x00\x09" + amqpLong(properties) + amqpLong("PLAIN AMQPLAIN") + amqpLong("en_US")
	return "\x01\x00\x00" + amqpLong(body) + "\xce"
}

func amqpSamples() []sample {
	rabbit := "\x0ccapabilitiesF" + amqpLong("\x12publisher_confirmst\x01\x0abasic.nackt\x01") +
		"\x0ccluster_nameS" + amqpLong("rabbit@localhost") + "\x09copyrightS" + amqpLong("Copyright (c) 2007-2022 VMware, Inc. or its affiliates.") +
		"\x08platformS" + amqpLong("Erlang/OTP 25.2.3") + "\x07productS" + amqpLong("RabbitMQ") + "\x07versionS" + amqpLong("3.10.8")
	return []sample{
		// The properties of Debian's RabbitMQ 3.10.8.
		{"RabbitMQ", "amqp", amqpStarted(rabbit), Certain, facts{product: "RabbitMQ", version: "3.10.8"}},
		{"all types", "amqp", amqpStarted("\x01aI1234\x01bl12345678\x01cD\x01\x00\x00\x00\x02\x01dV\x01es12"), Certain, facts{}},
		{"header", "http", "AMQP\x00\x00\x09\x01", Certain, facts{}},
		{"AMQP 1.0 only", "amqp", "AMQP\x03\x01\x00\x00", Certain, facts{}},
		{"unknown header", "amqp", "AMQP\x00\x07\x00\x00", No, facts{}},
		{"unknown type", "amqp", amqpStarted("\x01aQ1234"), No, facts{}},
		{"wrong length", "amqp", amqpStarted("\x07productS\x00\x00\x01\x00RabbitMQ"), No, facts{}},
		{"no end", "amqp", amqpStarted("")[:len(amqpStarted(""))-1] + "\xcd", No, facts{}},
		{"another method", "amqp", "\x01\x00\x00\x00\x00\x00\x04\x00\x0a\x00\x32\xce", No, facts{}},
	}
}

func TestAMQP(t *testing.T) {
	t.Parallel()
	checkSamples(t, "amqp", amqpSamples())
	checkStrangers(t, "amqp")
}
