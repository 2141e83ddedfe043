package protocol

import (
	"encoding/binary"
	"strings"
)

// zabbixHeader begins each message (Zabbix documentation, "Header and data length").
const zabbixHeader = "ZBXD\x01"

// zabbixRequest is the item agent.version, which reveals nothing about the host.
func zabbixRequest(*Target) []byte {
	const item = "agent.version"
	return append(binary.LittleEndian.AppendUint64([]byte(zabbixHeader), uint64(len(item))), item...)
}

// zabbixMatch recognizes the reply of an agent: a version, or that the item is not
// supported. An agent that does not allow the client closes the connection.
func zabbixMatch(r *Reply) (m Match) {
	data := string(r.Data)
	if !strings.HasPrefix(data, zabbixHeader) || len(data) < 13 {
		m.More = !r.Ended && len(data) < 13 && mayBegin(data, zabbixHeader)
		return m
	}
	n, text := binary.LittleEndian.Uint64(r.Data[5:13]), data[13:]
	switch {
	case n > 1024 || n == 0 || uint64(len(text)) > n:
	case uint64(len(text)) < n:
		m.More = !r.Ended
	case leadingVersion(text) == text:
		m.Strength, m.Product, m.Version = Certain, "Zabbix agent", clean(text)
	case strings.HasPrefix(text, "ZBX_NOTSUPPORTED\x00"):
		m.Strength = Certain
	}
	return m
}
