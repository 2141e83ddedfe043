package cli

import (
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"toy":     func() { os.Exit(Main(toyTool(Settle))) },
		"stoptoy": func() { os.Exit(Main(toyTool(StopAtOnce))) },
		"readtoy": func() { os.Exit(Main(toyTool(ReadOn))) },
	})
}
