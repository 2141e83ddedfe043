package portprobe

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"portkit/pkg/lab"
)

// itself is a peer for lab.Race: this tool in a process of its own, with a
// file of records to read and another to write.
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

// BenchmarkLabRace lets the whole tool race its peers; its result is the log.
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

// BenchmarkLabUDPRace does the same for udp: a host that does not limit what it
// says of closed ports. Its result is the log.
func BenchmarkLabUDPRace(b *testing.B) {
	one := lab.New(b).Host("")
	for b.Loop() {
		lab.Race(b, 5, lab.Whole(one.Addr()), lab.Count{Closed: 65535},
			[]lab.Peer{lab.NmapUDP(), itselfAsking(b, "udp", "portprobe, records in and out")})
	}
}
