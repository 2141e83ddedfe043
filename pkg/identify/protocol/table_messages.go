package protocol

import "time"

// messages returns the protocols of message brokers and telephony.
func messages() []Protocol {
	return []Protocol{
		{
			App: "mqtt", Source: "MQTT 3.1.1 sections 3.1 and 3.2, MQTT 5.0 section 3.2", Ports: p(1883), TLSPorts: p(8883),
			Requests: []Request{{Name: "mqtt", Build: mqttRequest}}, Match: mqttMatch,
		},
		{App: "nats", Source: "NATS documentation, Client Protocol", Ports: p(4222), Greets: 3 * time.Second, Match: natsMatch},
		{App: "stomp", Source: "STOMP 1.2, Protocol Negotiation", Ports: p(61613), TLSPorts: p(61614), Requests: one("stomp", stompRequest), Match: stompMatch},
		{App: "beanstalkd", Source: "beanstalkd, doc/protocol.txt", Ports: p(11300), Requests: one("beanstalkd", send("stats\r\n")), Match: beanstalkdMatch},
		{App: "gearman", Source: "Gearman, PROTOCOL", Ports: p(4730, 7003), Requests: one("gearman", gearmanRequest), Match: gearmanMatch},
		{App: "asterisk-ami", Source: "Asterisk documentation, Asterisk Manager Interface", Ports: p(5038), TLSPorts: p(5039), Greets: 3 * time.Second, Match: asteriskMatch},
		{
			App: "amqp", Source: "AMQP 0-9-1 sections 1.4.2 and 4.2, AMQP 1.0 section 2.2", Ports: p(5672), TLSPorts: p(5671),
			Requests: []Request{{Name: "amqp", Build: amqpRequest}}, Match: amqpMatch,
		},
		{
			App: "kafka", Source: "Apache Kafka protocol guide, ApiVersions", Ports: p(9092), TLSPorts: p(9093),
			Requests: []Request{{Name: "kafka", Build: kafkaRequest}}, Match: kafkaMatch,
		},
		{
			App: "minecraft", Source: "Minecraft protocol, Server List Ping", Ports: p(25565),
			Requests: []Request{{Name: "minecraft", Build: minecraftRequest}}, Match: minecraftMatch,
		},
		{
			App: "mumble", Source: "Mumble protocol, Version", TLSPorts: p(64738), Greets: 2 * time.Second,
			Match: mumbleMatch,
		},
		{App: "openwire", Source: "Apache ActiveMQ, OpenWire Version 2 Specification", Ports: p(61616), TLSPorts: p(61617), Greets: 3 * time.Second, Match: openwireMatch},
	}
}
