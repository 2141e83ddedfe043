package portprobe

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"portkit/pkg/internal/lab"
)

// itself returns a lab.Race peer that runs this tool as a process, with files for
// input and output.
func itself(tb testing.TB, name string, args ...string) lab.Peer {
	return itselfAsking(tb, "tcp", name, args...)
}

func itselfAsking(tb testing.TB, proto, name string, args ...string) lab.Peer {
	dir := tb.TempDir()
	in := filepath.Join(dir, "in.ndjson")
	return lab.Peer{
		Name: name,
		Scan: func(to lab.Target) (lab.Count, error) {
			if err := writeRecords(in, proto, to); err != nil {
				return lab.Count{}, err
			}
			cmd := asPortprobe("/proc/self/exe", append(args, in)...)
			out, err := os.Create(filepath.Join(dir, "out.ndjson"))
			if err != nil {
				return lab.Count{}, err
			}
			defer out.Close()
			cmd.Stdout, cmd.Stderr = out, os.Stderr
			begun := time.Now()
			if err := cmd.Run(); err != nil {
				return lab.Count{}, err
			}
			c := lab.Count{
				Asked: to.Len(), Took: time.Since(begun),
				CPU: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(),
			}
			text, err := os.ReadFile(out.Name())
			c.Open = bytes.Count(text, []byte(`"state":"open"`))
			c.Closed = bytes.Count(text, []byte(`"state":"closed"`))
			return c, err
		},
	}
}

func writeRecords(name, proto string, to lab.Target) error {
	var b bytes.Buffer
	for i := range to.Len() {
		ep := to.At(i)
		fmt.Fprintf(&b, `{"host":"%v","ip":"%v","port":%d,"proto":%q}`+"\n", ep.Addr(), ep.Addr(), ep.Port(), proto)
	}
	return os.WriteFile(name, b.Bytes(), 0o600)
}

// BenchmarkLabRace logs the times of the tool and its peers.
func BenchmarkLabRace(b *testing.B) {
	l := lab.New(b)
	one := l.Host("", lab.Listen(lab.Spread(1000)))
	l.Host("", lab.Own("10.200.0.0/18"), lab.Listen("22"))
	for _, c := range []struct {
		name string
		to   lab.Target
		want lab.Count
	}{
		{"one host", lab.Whole(one.Addr()), lab.Count{Open: 1000, Closed: 64535}},
		{"one host, IPv6", lab.Whole(one.Addr6()), lab.Count{Open: 1000, Closed: 64535}},
		{
			"16,384 hosts",
			lab.Target{Hosts: lab.Addresses("10.200.0.0/18", 16384), Ports: []uint16{21, 22, 23, 80}},
			lab.Count{Open: 16384, Closed: 3 * 16384},
		},
	} {
		b.Run(c.name, func(b *testing.B) {
			peers := append(lab.Peers(), itself(b, "portprobe, records in and out"))
			for b.Loop() {
				lab.Race(b, 5, c.to, c.want, peers)
			}
		})
	}
}

// BenchmarkLabUDPRace does the same for UDP, with a host that does not limit its
// ICMP errors.
func BenchmarkLabUDPRace(b *testing.B) {
	one := lab.New(b).Host("")
	for b.Loop() {
		lab.Race(b, 5, lab.Whole(one.Addr()), lab.Count{Closed: 65535},
			[]lab.Peer{lab.NmapUDP(), itselfAsking(b, "udp", "portprobe, records in and out")})
	}
}

// BenchmarkLabStockLinux logs scans of hosts that send one ICMP error per second:
// 25 ports with 5 services, and 1000 ports with 4, ten times each.
func BenchmarkLabStockLinux(b *testing.B) {
	l := lab.New(b)
	few := l.Host("", lab.Answer("2000-2004", lab.Echo), lab.ICMPLimit())
	many := l.Host("", lab.Answer("53,2100,2222,2500", lab.Echo), lab.ICMPLimit())
	for b.Loop() {
		for range 10 {
			counts, took, _ := stockLinux(b, udpRecords(few.Addr(), 1990, 2014))
			b.Logf("25 ports: %v in %.1f s, bar 20 closed and 5 open in 30 s", counts, took.Seconds())
		}
		counts, took, found := stockLinux(b, udpRecords(many.Addr(), 53, 53)+udpRecords(many.Addr(), 2001, 3000))
		b.Logf("1,001 ports: %v in %.1f s, the last open one after %.2f s, bar 4 in 5 s", counts, took.Seconds(), found.Seconds())
	}
}

// stockLinux runs without flags. It returns the counts of states, the duration, and
// the time of the last open port.
func stockLinux(tb testing.TB, in string) (counts map[string]int, took, found time.Duration) {
	begun := time.Now()
	var out bytes.Buffer
	cmd := asPortprobe("/proc/self/exe")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(in), &out, os.Stderr
	if err := cmd.Run(); err != nil {
		tb.Error(err)
	}
	took, counts = time.Since(begun), map[string]int{}
	for line := range bytes.Lines(out.Bytes()) {
		var r struct {
			State, Reason string
			Time          time.Time
		}
		if err := json.Unmarshal(line, &r); err != nil {
			tb.Fatal(err)
		}
		counts[r.State+"/"+r.Reason]++
		if r.State == "open" {
			found = max(found, r.Time.Sub(begun))
		}
	}
	return counts, took, found
}
