package connect

import (
	"testing"

	"portkit/pkg/lab"
)

func TestMain(m *testing.M) { lab.Main(m) }
