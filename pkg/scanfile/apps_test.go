package scanfile

import (
	"slices"
	"testing"

	"portkit/pkg/endpoint"
	"portkit/pkg/record"
)

// TestAppsAreKnown holds the table to the apps of records, and to names of nmap that denote
// another one than their sound suggests.
func TestAppsAreKnown(t *testing.T) {
	for _, row := range apps {
		if !slices.Contains(record.Apps(), row.app) {
			t.Errorf("%s: %s is not an app", row.name, row.app)
		}
	}
	for _, c := range []struct {
		proto     endpoint.Proto
		name, app string
		tls       bool
	}{
		{endpoint.TCP, "upnp", "http", false},
		{endpoint.UDP, "upnp", "ssdp", false},
		{endpoint.TCP, "icy", "shoutcast", false},
		{endpoint.TCP, "cassandra-native", "cassandra", false},
		{endpoint.TCP, "bitcoin-jsonrpc", "http", false},
		{endpoint.TCP, "telnet-proxy", "telnet", false},
		{endpoint.TCP, "domain", "dns", false},
		{endpoint.TCP, "imaps", "imap", true},
		{endpoint.TCP, "jetdirect", "", false},
		{endpoint.TCP, "bittorrent", "", false},
		{endpoint.UDP, "bittorrent", "bittorrent-dht", false},
		{endpoint.TCP, "steam", "", false},
		{endpoint.UDP, "steam", "a2s", false},
		{endpoint.TCP, "quic", "quic", false},
		{endpoint.TCP, "tor-orport", "tor", false},
	} {
		if app, tls := App(c.proto, c.name); app != c.app || tls != c.tls {
			t.Errorf("%s: %s, %v", c.name, app, tls)
		}
	}
}
