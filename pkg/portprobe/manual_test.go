package portprobe

import (
	"testing"

	"portkit/pkg/internal/docscheck"
	"portkit/pkg/probe/connect"
)

func TestManualExplainsConnections(t *testing.T) {
	for _, err := range []error{connect.ErrSelf, connect.ErrMet} {
		docscheck.Explained(t, err.Error())
	}
}
