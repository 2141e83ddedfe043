// Package cmd has the tests of the tools together, as the pipes that a user
// would type. Each tool's own tests stand with its package.
package e2e

import (
	"net"
	"os"
	"testing"
	"time"

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
		Cmds:                map[string]func(*testscript.TestScript, bool, []string){"listen": listen, "serve": serve},
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

// serve KIND ADDRESS ... runs servers of a kind at the addresses until the script ends.
func serve(ts *testscript.TestScript, _ bool, args []string) {
	kinds := map[string]func(net.Listener){
		"ssh":     func(l net.Listener) { lab.ServeSSH(l, "OpenSSH_9.2p1") },
		"http":    func(l net.Listener) { lab.ServeHTTP(l, "demo/1.0", "a page") },
		"https":   serveHTTPS,
		"nothing": func(net.Listener) {}, // the kernel accepts
	}
	kind := kinds[args[0]]
	if kind == nil {
		ts.Fatalf("serve: unknown kind %s", args[0])
	}
	for _, addr := range args[1:] {
		l, err := net.Listen("tcp", addr)
		ts.Check(err)
		ts.Defer(func() { l.Close() })
		go kind(l)
	}
}

// serveHTTPS has a certificate that has expired.
func serveHTTPS(l net.Listener) {
	day := func(y int) time.Time { return time.Date(y, time.March, 1, 12, 0, 0, 0, time.UTC) }
	if secure, err := lab.ListenTLS(l, "web.example", day(2024), day(2025)); err == nil {
		lab.ServeHTTP(secure, "demo/1.0", "a page")
	}
}
