package portprobe

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"portkit/pkg/cli"
	"portkit/pkg/internal/lab"
)

// scene is a host whose states are hard to find.
type scene struct {
	name   string
	host   func(l *lab.Lab) *lab.Host
	ports  int
	few    int // number of ports if only correctness is tested; 0: all
	open   int // number of open ports
	silent int // number of ports that drop packets; the others refuse
	args   []string
	during func(h *lab.Host, over <-chan struct{})
	slow   time.Duration // how long standard output blocks during the run
	wrong  int           // number of states that may be wrong
	bar    time.Duration // maximum duration on two idle cores
	racy   bool          // useful with the race detector
}

func host(opts ...lab.Option) func(*lab.Lab) *lab.Host {
	return func(l *lab.Lab) *lab.Host { return l.Host("", opts...) }
}

// darkFor cuts off the host for a while, soon after the start.
func darkFor(d time.Duration) func(*lab.Host, <-chan struct{}) {
	return func(h *lab.Host, _ <-chan struct{}) {
		h.AwaitProbes(2000)
		h.Dark(true)
		time.Sleep(d)
		h.Dark(false)
	}
}

// flaps cuts off the host for 300 to 700 ms at a time, with pauses of 200 to 500
// ms, until the run ends. The times are random.
func flaps() func(*lab.Host, <-chan struct{}) {
	var seed uint64
	return func(h *lab.Host, over <-chan struct{}) {
		seed++
		rnd := rand.New(rand.NewPCG(seed, 1))
		for dark := false; ; dark = !dark {
			h.Dark(dark)
			wait := time.Duration(200+rnd.IntN(300)) * time.Millisecond
			if dark {
				wait = time.Duration(300+rnd.IntN(400)) * time.Millisecond
			}
			select {
			case <-time.After(wait):
			case <-over:
				h.Dark(false)
				return
			}
		}
	}
}

// others returns the ports that are not in a list.
func others(ports string) string {
	var b strings.Builder
	next := 1
	for word := range strings.SplitSeq(ports+",65536", ",") {
		p, _ := strconv.Atoi(word)
		if next < p {
			fmt.Fprintf(&b, ",%d-%d", next, p-1)
		}
		next = p + 1
	}
	return b.String()[1:]
}

var thousand = lab.Listen(lab.Spread(1000))

func scenes() []scene {
	return []scene{
		{name: "clean", host: host(thousand), ports: 65535, open: 1000, racy: true},
		{name: "5 % lost each way", host: host(thousand, lab.Loss(0.05, 0.05)), ports: 65535, few: 20000, open: 1000, bar: 2500 * time.Millisecond, racy: true},
		{name: "20 % lost each way", host: host(thousand, lab.Loss(0.2, 0.2)), ports: 65535, few: 20000, open: 1000, wrong: 1, bar: 6 * time.Second},
		{name: "dark for 0.4 s", host: host(thousand), ports: 65535, open: 1000, during: darkFor(400 * time.Millisecond), racy: true},
		{name: "dark for 3 s", host: host(thousand), ports: 65535, open: 1000, during: darkFor(3 * time.Second)},
		{name: "dark half of the time", host: host(thousand), ports: 65535, open: 1000, during: flaps()},
		{name: "dark half of the time, 10,000 a second", host: host(thousand), ports: 65535, few: 20000, open: 1000, args: []string{"-r", "10000"}, during: flaps()},
		{name: "200 refusals a second", host: host(lab.Listen("22,80"), lab.Resets(200)), ports: 5000, few: 1000, open: 2, bar: 35 * time.Second},
		{name: "output blocked for 3 s", host: host(thousand), ports: 65535, open: 1000, slow: 3 * time.Second},
		{name: "all but ten dropped", host: host(lab.Listen(lab.Spread(10)), lab.Silent(others(lab.Spread(10)))), ports: 65535, few: 8000, open: 10, silent: 65525, bar: 15 * time.Second},
		{name: "all but ten dropped, -c 8000 -t 0.3", host: host(lab.Listen(lab.Spread(10)), lab.Silent(others(lab.Spread(10)))), ports: 65535, few: 8000, open: 10, silent: 65525, args: []string{"-c", "8000", "--host-concurrency", "8000", "-t", "0.3"}, bar: 4 * time.Second, racy: true},
		{name: "round trip 80 ms ± 40 ms", host: host(thousand, lab.Delay(30*time.Millisecond, 10*time.Millisecond)), ports: 65535, open: 1000, bar: 65535 * 80 * time.Millisecond / 1000 * 10 / 8},
	}
}

// slowWriter blocks for a while once a number of bytes is written.
type slowWriter struct {
	bytes.Buffer
	pause time.Duration
}

func (w *slowWriter) Write(b []byte) (int, error) {
	if w.pause > 0 && w.Len() > 1<<20 {
		time.Sleep(w.pause)
		w.pause = 0
	}
	return w.Buffer.Write(b)
}

// play runs a scene once, and returns the number of wrong states and the duration.
func (s *scene) play(tb testing.TB) (wrong int, took time.Duration) {
	tb.Helper()
	l := lab.New(tb)
	h := s.host(l)
	var in strings.Builder
	for p := 1; p <= s.ports; p++ {
		fmt.Fprintf(&in, `{"host":"%v","ip":"%v","port":%d,"proto":"tcp"}`+"\n", h.Addr(), h.Addr(), p)
	}
	if s.during != nil {
		over, done := make(chan struct{}), make(chan struct{})
		go func() { defer close(done); s.during(h, over) }()
		defer func() { close(over); <-done }()
	}
	out := &slowWriter{pause: s.slow}
	began := time.Now()
	status := cli.Run(Tool(), cli.IO{In: strings.NewReader(in.String()), Out: out, Err: io.Discard, Args: s.args})
	took = time.Since(began)
	if status != 0 {
		tb.Errorf("exit %d", status)
	}
	return s.judge(tb, h, out.Bytes()), took
}

// judge returns the number of wrong states in the output.
func (s *scene) judge(tb testing.TB, h *lab.Host, out []byte) (wrong int) {
	open := h.Open()
	lines := 0
	for line := range bytes.Lines(out) {
		lines++
		var port int
		at := bytes.Index(line, []byte(`"port":`))
		fmt.Sscanf(string(line[at+7:at+20]), "%d", &port)
		_, isOpen := slices.BinarySearch(open, uint16(port))
		want := `"state":"closed"`
		if s.silent > 0 {
			want = `"state":"filtered"`
		}
		if isOpen {
			want = `"state":"open"`
		}
		if !bytes.Contains(line, []byte(want)) {
			wrong++
			if wrong < 4 {
				tb.Logf("port %d, open: %v: %s", port, isOpen, line)
			}
		}
	}
	if lines != s.ports {
		tb.Errorf("%d records for %d lines", lines, s.ports)
	}
	return wrong
}

// Every scene has the right states.
func TestScenes(t *testing.T) {
	for _, s := range scenes() {
		t.Run(s.name, func(t *testing.T) {
			switch {
			case lab.RaceDetector && !s.racy:
				return // runs the same code as the others
			case s.few > 0:
				s.ports = s.few
			}
			wrong, took := s.play(t)
			t.Logf("%d of %d wrong, %.2f s", wrong, s.ports, took.Seconds())
			if wrong > s.wrong {
				t.Errorf("%d of %d are wrong, at most %d may be", wrong, s.ports, s.wrong)
			}
		})
	}
}

// BenchmarkLabScenes logs the durations of every scene, five times each.
func BenchmarkLabScenes(b *testing.B) {
	for _, s := range scenes() {
		b.Run(s.name, func(b *testing.B) {
			for b.Loop() {
				var took []float64
				all := 0
				for range 5 {
					wrong, d := s.play(b)
					took = append(took, math.Round(d.Seconds()*100)/100)
					all += wrong
				}
				slices.Sort(took)
				bar := ""
				if s.bar > 0 {
					bar = fmt.Sprintf(", bar %.1f s", s.bar.Seconds())
				}
				b.Logf("%s: median %.2f s of %v, %d wrong of %d%s", s.name, took[2], took, all, 5*s.ports, bar)
			}
		})
	}
}
