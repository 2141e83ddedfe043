package protocol

// messages returns the protocols of message brokers and telephony.
func messages() []Protocol {
	return []Protocol{
		{
			App: "mqtt", Source: "MQTT 3.1.1 sections 3.1 and 3.2, MQTT 5.0 section 3.2", Ports: p(1883), TLSPorts: p(8883),
			Requests: []Request{{Name: "mqtt", Build: mqttRequest}}, Match: mqttMatch,
		},
	}
}
