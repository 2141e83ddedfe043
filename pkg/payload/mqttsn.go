package payload

// MQTT for sensor networks: SEARCHGW with a radius of one hop, to which a gateway
// replies with GWINFO (MQTT-SN 1.2 sections 5.4.2 and 5.4.3).
func mqttsnBuild(dst []byte, _ Query) []byte { return append(dst, 3, 1, 1) }

func mqttsnMatch(b []byte, _ Query) bool { return len(b) == 3 && b[0] == 3 && b[1] == 2 }
