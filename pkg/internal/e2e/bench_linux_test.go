package e2e

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"portkit/pkg/internal/lab"
)

// alone is portprobe by itself, from a file to a file.
func alone(in, out string) func(lab.Target) (lab.Count, error) {
	return func(to lab.Target) (lab.Count, error) {
		to1, err := os.Create(out)
		if err != nil {
			return lab.Count{}, err
		}
		defer to1.Close()
		cmd := exec.Command("portprobe", in)
		cmd.Stdout, cmd.Stderr = to1, os.Stderr
		c, err := timed(to, cmd)
		if err != nil {
			return c, err
		}
		text, err := os.ReadFile(out)
		c.Open = bytes.Count(text, []byte(`"state":"open"`))
		c.Closed = bytes.Count(text, []byte(`"state":"closed"`))
		return c, err
	}
}

// pipe is portgen | portprobe | portsum.
func pipe(to lab.Target) (c lab.Count, err error) { return pipeBy(to) }

// pipeBySYN is the same by SYN.
func pipeBySYN(to lab.Target) (c lab.Count, err error) { return pipeBy(to, "--method", "syn") }

func pipeBy(to lab.Target, flags ...string) (c lab.Count, err error) {
	gen := exec.Command("portgen", to.Hosts[0].String(), "-p", "-")
	probe := exec.Command("portprobe", flags...)
	sum := exec.Command("portsum")
	var out bytes.Buffer
	sum.Stdout = &out
	for _, p := range [][2]*exec.Cmd{{gen, probe}, {probe, sum}} {
		r, w, err := os.Pipe()
		if err != nil {
			return c, err
		}
		defer r.Close()
		defer w.Close()
		p[0].Stdout, p[1].Stdin = w, r
	}
	if c, err = timed(to, gen, probe, sum); err != nil {
		return c, err
	}
	var r struct{ Counts struct{ Open, Closed int } }
	err = json.Unmarshal(out.Bytes(), &r)
	c.Open, c.Closed = r.Counts.Open, r.Counts.Closed
	return c, err
}

// timed runs commands together. What they write to or read from is theirs alone
// from then on.
func timed(to lab.Target, cmds ...*exec.Cmd) (lab.Count, error) {
	c := lab.Count{Asked: to.Len()}
	begun := time.Now()
	for _, cmd := range cmds {
		cmd.Stderr = os.Stderr
		if err := cmd.Start(); err != nil {
			return c, err
		}
		for _, end := range []any{cmd.Stdin, cmd.Stdout} {
			if f, ok := end.(*os.File); ok && len(cmds) > 1 {
				f.Close()
			}
		}
	}
	for _, cmd := range cmds {
		if err := cmd.Wait(); err != nil {
			return c, err
		}
		c.CPU += cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	}
	c.Took = time.Since(begun)
	return c, nil
}

// BenchmarkLabPipe compares the whole pipe with portprobe alone, in turn, on one
// host with a thousand of 65,535 ports open. Its result is the log; the ratio of
// the pipe is to be 0.85 or more.
func BenchmarkLabPipe(b *testing.B) {
	h := lab.New(b).Host("", lab.Listen(lab.Spread(1000)))
	in := filepath.Join(b.TempDir(), "in.ndjson")
	records, err := exec.Command("portgen", h.Addr().String(), "-p", "-").Output()
	if err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(in, records, 0o600); err != nil {
		b.Fatal(err)
	}
	peers := []lab.Peer{
		{Name: "portprobe, file in and out", Scan: alone(in, in+".out")},
		{Name: "portgen | portprobe | portsum", Scan: pipe},
	}
	for b.Loop() {
		lab.Race(b, 5, lab.Whole(h.Addr()), lab.Count{Open: 1000, Closed: 64535}, peers)
	}
}

// BenchmarkLabSYNPipe compares the whole pipe by SYN with masscan alone, in turn.
// Its result is the log; the pipe is to be 1.2 times as fast.
func BenchmarkLabSYNPipe(b *testing.B) {
	h := lab.New(b).Host("", lab.Listen(lab.Spread(1000)))
	for b.Loop() {
		lab.Race(b, 5, lab.Whole(h.Addr()), lab.Count{Open: 1000, Closed: 64535}, []lab.Peer{
			h.Masscan(), {Name: "portgen | portprobe (syn) | portsum", Scan: pipeBySYN},
		})
	}
}
