package main

import (
	"bytes"
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"portkit/pkg/internal/lab"
)

func TestMain(m *testing.M) { lab.Main(m) }

// TestDemo runs it whole, with tools built now.
func TestDemo(t *testing.T) {
	lab.Slow(t, "make demo")
	if runtime.GOOS == "windows" {
		t.Skip("the demo needs a POSIX shell")
	}
	bin, tmp := t.TempDir()+string(filepath.Separator), t.TempDir()
	t.Setenv("TMPDIR", tmp)
	// By name: a pattern would have go read, and perhaps fetch, the go.mod of
	// every module in the graph.
	build := exec.Command("go", "build", "-o", bin, "portkit/cmd/portgen", "portkit/cmd/portprobe", "portkit/cmd/portid", "portkit/cmd/portsum")
	if text, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	var out bytes.Buffer
	if err := demo(t.Context(), bin, &out); err != nil {
		t.Fatalf("%v\n%s", err, &out)
	}
	for _, want := range []string{
		"The demo has an SSH, an HTTP and an HTTPS server on ports 20022, 20080 and 20443 of 127.0.0.1; port 20444 is closed.\n",
		"$ portgen 127.0.0.1 -p 20022,20080,20443,20444 | portprobe --keep-order\n",
		"$ portgen 127.0.0.1 -p 20022,20080,20443,20444 | portprobe --keep-order | portid --keep-order\n",
		`"app":"ssh","product":"OpenSSH","version":"9.2p1"`,
		`"app":"http","product":"demo","version":"1.0","evidence":"http"`,
		`"tls":{"version":"1.3"`,
		"$ portgen 127.0.0.1 -p- | portprobe | tee results.ndjson | portsum -o text\n",
		"SCAN SUMMARY FOR 127.0.0.1\n",
		"\n20080/tcp\n",
		"Total ports scanned: 65535\n",
		"the demo's own",
	} {
		// Outside of the lab other programs may have taken a port.
		if !strings.Contains(out.String(), want) && lab.Missing() == "" {
			t.Errorf("%q is not in what the demo prints:\n%s", want, &out)
		}
	}
	if left, err := os.ReadDir(tmp); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// TestDemoReportsBrokenTools gives the demo tools that do not do what they promise.
func TestDemoReportsBrokenTools(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the demo needs a POSIX shell")
	}
	for name, c := range map[string]struct{ portprobe, want string }{
		"drops lines": {`sed 1d`, "wrote 65534 records of 65534 ports; want one for each of 65535"},
		"repeats":     {`awk '{print} NR == 1 {print}'`, "wrote 65536 records of 65535 ports"},
		"all closed":  {`cat`, "the results do not contain it as open"},
		"fails":       {`cat >/dev/null; exit 3`, "exit status 3"},
	} {
		t.Run(name, func(t *testing.T) {
			bin := t.TempDir()
			script(t, bin, "portgen", `case $* in *-p-) awk 'BEGIN { for (i = 1; i <= 65535; i++) printf "{\"port\":%d,\"state\":\"closed\"}\n", i }'; esac`)
			script(t, bin, "portprobe", c.portprobe)
			script(t, bin, "portid", `cat >/dev/null`)
			script(t, bin, "portsum", `cat >/dev/null`)
			err := demo(t.Context(), bin, &bytes.Buffer{})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

func script(t *testing.T, bin, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(bin, name), []byte("#!/bin/sh\n"+text+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
}

func TestInterruptedDemoIsAnError(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := demo(ctx, t.TempDir(), &bytes.Buffer{}); err == nil {
		t.Error("no error")
	}
}

func TestListenersTakeTheNextFreePort(t *testing.T) {
	busy, err := nextFree(23000)
	if err != nil {
		t.Fatal(err)
	}
	defer busy.Close()
	l, err := listen([...]int{portOf(busy), portOf(busy), portOf(busy)})
	if err != nil {
		t.Fatal(err)
	}
	ports := append(slices.Clone(l.ports), portOf(busy), l.vacant)
	slices.Sort(ports)
	if len(slices.Compact(ports)) != 5 {
		t.Errorf("listening on %v beside %d, with %d vacant", l.ports, portOf(busy), l.vacant)
	}
	l.close()
	for _, p := range l.ports {
		ln, err := net.ListenTCP("tcp4", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: p})
		if err != nil {
			t.Errorf("port %d is not closed: %v", p, err)
			continue
		}
		ln.Close()
	}
}

func TestClosingSentences(t *testing.T) {
	for _, c := range []struct {
		open   []int
		states map[string]int
		want   string
	}{
		{[]int{20022}, map[string]int{"open": 1, "closed": 9}, "in 1.5 s: 9 closed and 1 open, all of them the demo's own. No packet"},
		{[]int{22, 631, 20022}, map[string]int{"closed": 7}, "3 open, the demo's own and those of other programs: 22 and 631."},
		{[]int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, nil, "programs: 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 2 more."},
		{[]int{20022}, map[string]int{"filtered": 3, "error": 1}, "own. Filtered or not probed: 4; the report lists the reasons. No packet"},
	} {
		r := &results{open: c.open, states: c.states}
		if got := r.story([]int{20022}, 1500*time.Millisecond); !strings.Contains(got, c.want) {
			t.Errorf("%v: %q has no %q", c.open, got, c.want)
		}
	}
}
