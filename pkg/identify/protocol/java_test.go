package protocol

import "testing"

func TestJavaRMI(t *testing.T) {
	t.Parallel()
	checkSamples(t, "java-rmi", []sample{
		// Java RMI specification, section 10.2.
		{"acknowledged", "java-rmi", "\x4e\x00\x09192.0.2.1\x00\x00\xa3\x1e", Certain, facts{}},
		{"IPv6", "java-rmi", "\x4e\x00\x0b2001:db8::1\x00\x00\xa3\x1e", Certain, facts{}},
		{"not supported", "java-rmi", "\x4f", No, facts{}},
		{"port out of range", "java-rmi", "\x4e\x00\x09192.0.2.1\x00\x01\xa3\x1e", No, facts{}},
		{"no host", "java-rmi", "\x4e\x00\x09192 0.2.1\x00\x00\xa3\x1e", No, facts{}},
		{"another request", "http", "\x4e\x00\x09192.0.2.1\x00\x00\xa3\x1e", No, facts{}},
	})
	checkStrangers(t, "java-rmi")
}

func TestAJP(t *testing.T) {
	t.Parallel()
	checkSamples(t, "ajp", []sample{
		// AJP 1.3 protocol reference, CPong reply.
		{"pong", "ajp", "AB\x00\x01\x09", Certain, facts{}},
		{"more data", "ajp", "AB\x00\x01\x09\x00", No, facts{}},
		{"another message", "ajp", "AB\x00\x01\x05", No, facts{}},
	})
	checkStrangers(t, "ajp")
}

func TestOPCUA(t *testing.T) {
	t.Parallel()
	ack := "ACKF\x1c\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00"
	checkSamples(t, "opc-ua", []sample{
		// OPC 10000-6 sections 7.1.2.4 and 7.1.2.5.
		{"acknowledged", "opc-ua", ack, Certain, facts{}},
		{"error", "opc-ua", "ERRF\x13\x00\x00\x00\x00\x00\x83\x80\x03\x00\x00\x00bad", Certain, facts{}},
		{"error without a reason", "opc-ua", "ERRF\x10\x00\x00\x00\x00\x00\x83\x80\xff\xff\xff\xff", Certain, facts{}},
		{"good status", "opc-ua", "ERRF\x10\x00\x00\x00\x00\x00\x00\x00\xff\xff\xff\xff", No, facts{}},
		{"another version", "opc-ua", ack[:8] + "\x09" + ack[9:], No, facts{}},
		{"wrong length", "opc-ua", "ACKF\x1d" + ack[5:] + "x", No, facts{}},
	})
	checkStrangers(t, "opc-ua")
}
