package resumefile

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"portkit/pkg/endpoint"
	"portkit/pkg/internal/lab"
)

func result(host, ip string, port int, state string) string {
	reason := map[string]string{"open": "syn-ack", "closed": "conn-refused", "filtered": "no-response", "error": "interrupted", "lost": "host-lost", "silent": "host-silent"}[state]
	if state == "lost" || state == "silent" {
		state = "filtered"
	}
	return fmt.Sprintf(`{"host":%q,"ip":%q,"port":%d,"proto":"tcp","state":%q,"reason":%q}`+"\n", host, ip, port, state, reason)
}

func write(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "scan.ndjson")
	if err := os.WriteFile(name, []byte(text), 0o640); err != nil {
		t.Fatal(err)
	}
	return name
}

func read(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

var anywhere netip.Addr

func TestResultIsTakenOnce(t *testing.T) {
	a := result("10.0.0.1", "10.0.0.1", 22, "open")
	b := result("db.example", "10.0.0.2", 22, "closed")
	e := result("10.0.0.1", "10.0.0.1", 23, "error")
	name := write(t, a+e+b+a+`{"error":"…","state":"error","reason":"bad-record","line":3}`+"\n"+b[:20])
	j, err := Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	if j.Answered != 3 || j.Dropped != 2 {
		t.Errorf("%d answered, %d dropped", j.Answered, j.Dropped)
	}
	if got := read(t, name); got != a+b+a {
		t.Errorf("the file is now\n%s", got)
	}
	ip2 := netip.MustParseAddr("10.0.0.2")
	for i, c := range []struct {
		host string
		ip   netip.Addr
		port uint16
		want bool
	}{
		{"10.0.0.1", anywhere, 22, true},
		{"10.0.0.1", netip.MustParseAddr("10.0.0.1"), 22, true},
		{"10.0.0.1", anywhere, 22, false}, // it was in the file twice
		{"10.0.0.1", anywhere, 23, false}, // an error is not an answer
		{"10.0.0.1", anywhere, 54, false}, // another block's bit
		{"db.example", netip.MustParseAddr("10.0.0.3"), 22, false},
		{"db.example", ip2, 22, true},
		{"db.example", anywhere, 22, false}, // the result was used up
	} {
		if got := j.Take([]byte(c.host), c.ip, c.port, endpoint.TCP); got != c.want {
			t.Errorf("%d: %v %v %d is %v", i, c.host, c.ip, c.port, got)
		}
	}
	if j.Take([]byte("10.0.0.1"), anywhere, 22, endpoint.UDP) {
		t.Error("a TCP result is used for UDP")
	}
	if _, err := j.Write([]byte(e)); err != nil {
		t.Fatal(err)
	}
	if got := read(t, name); got != a+b+a+e {
		t.Errorf("after adding the file is\n%s", got)
	}
	if runtime.GOOS != "windows" {
		if info, _ := os.Stat(name); info.Mode().Perm() != 0o640 {
			t.Errorf("its mode is %v", info.Mode())
		}
	}
}

// A host that stopped replying is probed again. If its old lines stayed, portsum
// would count an endpoint by them. Not probing a silent host is a result.
func TestLostIsDroppedAndSilentIsKept(t *testing.T) {
	t.Parallel()
	lost, silent := result("10.0.0.1", "10.0.0.1", 22, "lost"), result("10.0.0.2", "10.0.0.2", 22, "silent")
	for _, text := range []string{lost + silent + lost, silent + lost, silent} {
		name := write(t, text)
		f, err := Open(name)
		if err != nil {
			t.Fatal(err)
		}
		if f.Answered != 1 || f.Dropped != int64(strings.Count(text, "host-lost")) || read(t, name) != silent {
			t.Errorf("%s: %d answered, %d dropped, left\n%s", text, f.Answered, f.Dropped, read(t, name))
		}
		if f.Take([]byte("10.0.0.1"), anywhere, 22, endpoint.TCP) || !f.Take([]byte("10.0.0.2"), anywhere, 22, endpoint.TCP) {
			t.Errorf("%s: the lost host has a result, or the silent one has none", text)
		}
		f.Close()
	}
}

// A service is identified again if the run ended too early.
func TestUnfinishedIsDropped(t *testing.T) {
	t.Parallel()
	open := result("10.0.0.1", "10.0.0.1", 22, "open")
	with := func(evidence string) string {
		return strings.TrimSuffix(open, "}\n") + `,"evidence":"` + evidence + `"}` + "\n"
	}
	for evidence, kept := range map[string]bool{"interrupted": false, "deadline": false, "not-asked": true} {
		f, err := Open(write(t, with(evidence)))
		if err != nil {
			t.Fatal(err)
		}
		if f.Take([]byte("10.0.0.1"), anywhere, 22, endpoint.TCP) != kept || (f.Dropped == 0) != kept {
			t.Errorf("%s: %d answered, %d dropped", evidence, f.Answered, f.Dropped)
		}
		f.Close()
	}
}

func TestOtherFilesAreLeftUnchanged(t *testing.T) {
	a := result("10.0.0.1", "10.0.0.1", 22, "open")
	for name, text := range map[string]string{
		"a text":             "Dear diary\n",
		"a line without end": "Dear diary",
		"an endpoint":        `{"host":"10.0.0.1","port":22}` + "\n" + a,
		"a summary":          `{"kind":"summary","bad_records":1}` + "\n" + a,
		"text in its midst":  a + "Dear diary\n" + a,
		"binary":             "\x00\x01\n" + a,
	} {
		t.Run(name, func(t *testing.T) {
			file := write(t, text)
			if j, err := Open(file); err == nil {
				j.Close()
				t.Error("it was opened")
			} else if !strings.Contains(err.Error(), file) {
				t.Errorf("%v does not name it", err)
			}
			if got := read(t, file); got != text {
				t.Errorf("it is now %q", got)
			}
		})
	}
}

func TestOpenDropsDamagedEnd(t *testing.T) {
	a := result("10.0.0.1", "10.0.0.1", 22, "open")
	for name, tail := range map[string]string{
		"torn": a[:len(a)-2], "one byte": "{", "no line end": a[:len(a)-1],
		"zeros": strings.Repeat("\x00", 5000), "zeros and a line": "\x00\x00\n{\n",
	} {
		t.Run(name, func(t *testing.T) {
			file := write(t, a+tail)
			j, err := Open(file)
			if err != nil {
				t.Fatal(err)
			}
			j.Close()
			if got := read(t, file); got != a {
				t.Errorf("it is now %q", got)
			}
		})
	}
	file := write(t, a[:5])
	j, err := Open(file)
	if err != nil {
		t.Fatal(err)
	}
	j.Close()
	if got := read(t, file); got != "" {
		t.Errorf("%q is left of a torn line", got)
	}
}

func TestFileIsLocked(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("there are no locks here")
	}
	file := filepath.Join(t.TempDir(), "new.ndjson")
	j, err := Open(file)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Open(file); !errors.Is(err, ErrInUse) {
		t.Errorf("a second run gets %v", err)
	}
	if _, err := j.Write([]byte(result("h", "10.0.0.1", 1, "error"))); err != nil {
		t.Fatal(err)
	}
	j.Close()
	// The rewritten file is locked too.
	j, err = Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	if _, err := Open(file); !errors.Is(err, ErrInUse) {
		t.Errorf("after rewriting a second run gets %v", err)
	}
}

func TestIndexCountsResults(t *testing.T) {
	x := newIndex()
	host := []byte("h")
	want := map[uint16]int{}
	for i := range 200_000 {
		port := uint16(i * 7919)
		n := 1 + i%3/2
		for range n {
			x.add(x.place(host, anywhere, port, endpoint.TCP))
			want[port]++
		}
	}
	x.seal()
	for port, n := range want {
		for range n {
			if !x.take(x.place(host, anywhere, port, endpoint.TCP)) {
				t.Fatalf("port %d was there %d times", port, n)
			}
		}
		if x.take(x.place(host, anywhere, port, endpoint.TCP)) {
			t.Fatalf("port %d was there %d times and is taken once more", port, n)
		}
	}
}

// TestIndexIsSmall checks the memory per endpoint: at most 16 bytes if every host
// has one port, and far less if ports are dense.
func TestIndexIsSmall(t *testing.T) {
	lab.Slow(t, "memory")
	for _, c := range []struct {
		name         string
		hosts, ports int
		most         float64
	}{
		{"one port a host", 1_000_000, 1, 16},
		{"1,000 ports a host", 1000, 1000, 1},
	} {
		x := newIndex()
		before := heap()
		for h := range c.hosts {
			for port := range c.ports {
				x.add(x.place(fmt.Appendf(nil, "n%d.example", h), netip.AddrFrom4([4]byte{10, 0, byte(h >> 8), byte(h)}), uint16(port+1), endpoint.TCP))
			}
		}
		x.seal()
		each := float64(heap()-before) / float64(c.hosts*c.ports)
		t.Logf("%s: %.2f bytes an endpoint", c.name, each)
		if each > c.most {
			t.Errorf("%s: %.2f bytes an endpoint, at most %v", c.name, each, c.most)
		}
		runtime.KeepAlive(x)
	}
}

func heap() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
