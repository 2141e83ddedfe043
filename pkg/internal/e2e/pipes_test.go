// Package cmd has the tests of the tools together, as the pipes that a user
// would type. Each tool's own tests stand with its package.
package e2e

import (
	"net"
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"portkit/pkg/internal/lab"
	"portkit/pkg/portdiff"
	"portkit/pkg/portgen"
	"portkit/pkg/portid"
	"portkit/pkg/portprobe"
	"portkit/pkg/portsum"
)

// The tests run in the lab's namespace, where loopback has nothing but what
// they open themselves.
func TestMain(m *testing.M) {
	testscript.Main(lab.Inside(m), map[string]func(){
		"portgen":   func() { os.Exit(portgen.Main()) },
		"portprobe": func() { os.Exit(portprobe.Main()) },
		"portid":    func() { os.Exit(portid.Main()) },
		"portsum":   func() { os.Exit(portsum.Main()) },
		"portdiff":  func() { os.Exit(portdiff.Main()) },
	})
}

func TestPipes(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		RequireExplicitExec: true,
		Setup:               func(env *testscript.Env) error { env.Setenv("GORACE", os.Getenv("GORACE")); return nil },
		Condition:           condition,
		Cmds:                map[string]func(*testscript.TestScript, bool, []string){"listen": listen},
	})
}

// condition knows [lab]: loopback is the tests' own.
func condition(name string) (bool, error) { return name == "lab" && lab.Missing() == "", nil }

// listen ADDRESS ... accepts connections at the addresses until the script
// ends.
func listen(ts *testscript.TestScript, _ bool, args []string) {
	for _, addr := range args {
		l, err := net.Listen("tcp", addr)
		ts.Check(err)
		ts.Defer(func() { l.Close() })
		go func() {
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				c.Close()
			}
		}()
	}
}
