package protocol

import (
	"encoding/json"
	"strings"
)

// natsMatch recognizes the greeting of a server, INFO with a JSON object (NATS
// documentation, "Client Protocol").
func natsMatch(r *Reply) (m Match) {
	line, _, whole := strings.Cut(string(r.Data), "\r\n")
	object, ok := strings.CutPrefix(line, "INFO ")
	if !whole || !ok {
		m.More = !r.Ended && !whole && mayBegin(line, "INFO {")
		return m
	}
	var info struct {
		ServerID string `json:"server_id"`
		Version  string `json:"version"`
	}
	if json.Unmarshal([]byte(object), &info) != nil || info.ServerID == "" {
		return m
	}
	m.Strength = Certain
	m.Product, m.Version = "NATS Server", clean(info.Version)
	return m
}
