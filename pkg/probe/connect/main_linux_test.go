package connect

import (
	"testing"

	"portkit/pkg/internal/lab"
)

func TestMain(m *testing.M) { lab.Main(m) }
