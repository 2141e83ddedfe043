package report

import (
	"testing"

	"portkit/pkg/endpoint"
)

// TestReasonOfASplitHandshake: importers know nmap's word for it.
func TestReasonOfASplitHandshake(t *testing.T) {
	if got := reasonText(endpoint.SYNReceived); got != "split-handshake-syn" {
		t.Errorf("the reason %v is %q", endpoint.SYNReceived, got)
	}
}
