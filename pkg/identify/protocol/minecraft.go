package protocol

import (
	"encoding/json"
	"strings"
)

// minecraftRequest is a handshake for the status of the server, and its request (Server
// List Ping): version -1, the address, the port, next state 1.
func minecraftRequest(t *Target) []byte {
	host := t.Name
	if host == "" || len(host) > 100 {
		host = t.Addr.Addr().WithZone("").String()
	}
	port := t.Addr.Port()
	b := append([]byte{0}, "\xff\xff\xff\xff\x0f"...)
	b = append(append(b, byte(len(host))), host...)
	b = append(b, byte(port>>8), byte(port), 1)
	return append(append([]byte{byte(len(b))}, b...), 1, 0)
}

// minecraftMatch recognizes the status: a packet of a JSON object with the version.
func minecraftMatch(r *Reply) (m Match) {
	c := cursor{rest: r.Data}
	length := c.varint()
	if !r.For("minecraft") || len(r.Data) == 0 || !c.short && (length < 10 || length > 60<<10) {
		return m
	}
	body := cursor{rest: c.bytes(int(length))}
	if c.short {
		m.More = !r.Ended && (len(r.Data) < 4 || minecraftBegins(r.Data))
		return m
	}
	kind, size := body.varint(), body.varint()
	var status struct {
		Version *struct {
			Name     string
			Protocol int
		}
	}
	if kind != 0 || body.short || size != uint64(len(body.rest)) || json.Unmarshal(body.rest, &status) != nil || status.Version == nil {
		return m
	}
	m.Strength, m.Product = Certain, "Minecraft"
	m.Version = status.Version.Name
	if name, version, ok := strings.Cut(status.Version.Name, " "); ok {
		m.Product, m.Version = name, version
	}
	return m
}

// minecraftBegins reports whether a packet begins with type 0.
func minecraftBegins(data []byte) bool {
	c := cursor{rest: data}
	c.varint()
	return c.u8() == 0 && !c.short
}
