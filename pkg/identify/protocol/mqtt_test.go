package protocol

import "testing"

func mqttSamples() []sample {
	return []sample{
		// Debian's Mosquitto 2.0.11.
		{"unacceptable level", "mqtt", "\x20\x02\x00\x01", Certain, facts{}},
		{"unacceptable level, MQTT 5", "mqtt", "\x20\x03\x00\x84\x00", Certain, facts{}},
		{"with a reason string", "mqtt", "\x20\x09\x00\x84\x06\x1f\x00\x03bad", Certain, facts{}},
		{"not authorized", "mqtt", "\x20\x02\x00\x05", Certain, facts{}},
		{"to another request", "http", "\x20\x02\x00\x01", Likely, facts{}},
		{"wrong length", "mqtt", "\x20\x02\x00\x01\x00", No, facts{}},
		{"wrong code", "mqtt", "\x20\x02\x00\x07", No, facts{}},
		{"a session that exists", "mqtt", "\x20\x02\x01\x01", No, facts{}},
		{"text", "mqtt", "  ok\r\n", No, facts{}},
	}
}

func TestMQTT(t *testing.T) {
	t.Parallel()
	checkSamples(t, "mqtt", mqttSamples())
	checkStrangers(t, "mqtt")
}

func TestMQTTRequestStartsNoSession(t *testing.T) {
	t.Parallel()
	for agent, want := range map[string]string{
		"portid/1.0":                    "\x10\x14\x00\x04MQTT\x63\x02\x00\x3c\x00\x08portid10",
		"é":                             "\x10\x0c\x00\x04MQTT\x63\x02\x00\x3c\x00\x00",
		"abcdefghijklmnopqrstuvwxyz012": "\x10\x23\x00\x04MQTT\x63\x02\x00\x3c\x00\x17abcdefghijklmnopqrstuvw",
	} {
		if got := string(mqttRequest(&Target{Agent: agent})); got != want {
			t.Errorf("%s: %q, want %q", agent, got, want)
		}
	}
}
