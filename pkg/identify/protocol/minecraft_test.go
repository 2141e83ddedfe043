package protocol

import "testing"

func TestMinecraft(t *testing.T) {
	t.Parallel()
	packet := func(json string) string {
		size := string([]byte{byte(len(json))})
		return string([]byte{byte(len(json) + 2)}) + "\x00" + size + json
	}
	checkSamples(t, "minecraft", []sample{
		// Minecraft protocol, Server List Ping.
		{"vanilla", "minecraft", packet(`{"version":{"name":"1.20.4","protocol":765},"players":{"max":20,"online":0}}`), Certain, facts{product: "Minecraft", version: "1.20.4"}},
		{"Paper", "minecraft", packet(`{"description":"A","version":{"name":"Paper 1.20.4","protocol":765}}`), Certain, facts{product: "Paper", version: "1.20.4"}},
		{"no version", "minecraft", packet(`{"description":"A server"}`), No, facts{}},
		{"no JSON", "minecraft", packet(`{"version":{"name":"1.20.4"`), No, facts{}},
		{"wrong length", "minecraft", "\x40" + packet(`{"version":{"name":"1.20.4"}}`)[1:], No, facts{}},
	})
	checkStrangers(t, "minecraft")
}
