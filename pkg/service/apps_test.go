package service_test

import (
	"slices"
	"testing"

	"portkit/pkg/endpoint"
	"portkit/pkg/payload"
	"portkit/pkg/service"
)

// TestAppsAreNamesOfPorts looks every protocol that a UDP response is
// recognized as up as the name of a port that it is requested at.
func TestAppsAreNamesOfPorts(t *testing.T) {
	table := service.Load()
	for _, r := range payload.All() {
		found := false
		table.Ports(r.App, func(port uint16, p endpoint.Proto) {
			found = found || p == endpoint.UDP && slices.Contains(r.Ports, port)
		})
		if !found {
			t.Errorf("%s: none of the ports %v has that name", r.App, r.Ports)
		}
	}
}
