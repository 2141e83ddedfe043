package e2e

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"portkit/pkg/internal/lab"
)

// deadOpen are the 13 ports below 1,000 on which live hosts listen.
const deadOpen = "21,22,25,53,80,110,139,143,443,445,587,993,995"

// deadNetwork is a network of which few addresses are alive.
type deadNetwork struct {
	name    string
	target  string   // as portgen and nmap accept it
	ports   []string // arguments that select them
	count   int      // endpoints
	gateway *lab.Host
	open    []string // endpoints that are open
	rounds  int
	rows    []deadRow
}

// deadRow is one way to scan a network. It returns the open endpoints.
type deadRow struct {
	name    string
	records bool // it writes one for each endpoint
	scan    func(*deadNetwork) (deadScan, error)
}

type deadScan struct {
	open    []string
	records int
	took    time.Duration
	memory  int    // KiB, of portprobe; 0: unknown
	closing string // line
}

// BenchmarkLabDead logs the times of portprobe and its peers in networks of which few
// addresses are alive, in turn. ROWS is a regular expression of the "network: row" to
// run (default: all), ROUNDS the number of rounds (default: 5). A port that was not
// found, or a missing record, fails it.
func BenchmarkLabDead(b *testing.B) {
	rows, err := regexp.Compile(os.Getenv("ROWS"))
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		for _, n := range deadNetworks(b) {
			if rounds, err := strconv.Atoi(os.Getenv("ROUNDS")); err == nil {
				n.rounds = rounds
			}
			n.rows = slices.DeleteFunc(n.rows, func(r deadRow) bool { return !rows.MatchString(n.name + ": " + r.name) })
			n.race(b)
		}
	}
}

func deadNetworks(b *testing.B) []*deadNetwork {
	l := lab.New(b)
	// As most distributions do, so that portprobe needs no privilege for echo requests.
	l.Sysctl("net/ipv4/ping_group_range", "0 0")
	small, smallGateway := sparse(l, "10.196.0.0/24", 10)
	large, largeGateway := sparse(l, "10.195.0.0/16", 100)
	half := l.Host("", lab.Silent("1000-65535"))
	skip := []string{"--skip-silent", "20"}
	bySYN := append([]string{"--method", "syn"}, skip...)
	interleaved, random := []string{"--order", "interleaved"}, []string{"--order", "random"}
	return []*deadNetwork{
		{
			name: "/24, 1000 ports", target: "10.196.0.1-254", ports: []string{"-p", "1-1000"}, count: 254 * 1000,
			gateway: smallGateway, open: openOf(small, 1000), rounds: 5,
			rows: []deadRow{
				ours("portprobe", nil), ours("portprobe -c 16000", nil, "-c", "16000"),
				ours("portprobe --skip-silent 20, interleaved", interleaved, skip...),
				ours("portprobe --skip-silent 20, random", random, skip...),
				ours("portprobe --method syn", nil, "--method", "syn"),
				ours("portprobe --method syn --skip-silent 20, interleaved", interleaved, bySYN...),
				nmapRow(), nmapRow("--unprivileged"),
			},
		},
		{
			name: "/24, all ports", target: "10.196.0.1-254", ports: []string{"-p", "1-65535"}, count: 254 * 65535,
			gateway: smallGateway, open: openOf(small, 65535), rounds: 5,
			rows: []deadRow{
				ours("portprobe --skip-silent 20, interleaved", interleaved, skip...),
				ours("portprobe --skip-silent 20, random", random, skip...),
				ours("portprobe --method syn --skip-silent 20, interleaved", interleaved, bySYN...),
				nmapRow(), nmapRow("--unprivileged"),
			},
		},
		{
			name: "/16, 100 ports", target: "10.195.0.0/16", ports: []string{"-p", "1-100"}, count: 65536 * 100,
			gateway: largeGateway, open: openOf(large, 100), rounds: 5,
			rows: []deadRow{
				ours("portprobe --skip-silent 20, interleaved", interleaved, skip...),
				ours("portprobe --method syn --skip-silent 20, interleaved", interleaved, bySYN...),
				masscanRow(), nmapRow(),
			},
		},
		{
			name: "host that drops from 1000 on, 900-1100", target: half.Addr().String(), ports: []string{"-p", "900-1100"},
			count: 201, gateway: half, rounds: 10,
			rows: []deadRow{ours("linear", nil), ours("random", random), ours("syn, linear", nil, "--method", "syn"), nmapRow()},
		},
		{
			name: "host that drops from 1000 on, top 100", target: half.Addr().String(), ports: []string{"--top", "100"},
			count: 100, gateway: half, rounds: 10, rows: []deadRow{ours("linear", nil), ours("random", random)},
		},
	}
}

// sparse makes a prefix of which n addresses are alive behind a gateway.
func sparse(l *lab.Lab, prefix string, n int) ([]netip.Addr, *lab.Host) {
	p := netip.MustParsePrefix(prefix)
	// Neither the first nor the last address of the prefix.
	all := lab.Addresses(prefix, 1<<(32-p.Bits())-1)[1:]
	rnd := rand.New(rand.NewPCG(1, 1))
	rnd.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all[:n], l.Host("", lab.Sparse(prefix, all[:n]), lab.Listen(deadOpen))
}

// openOf returns the endpoints that are open up to a port.
func openOf(alive []netip.Addr, last int) (open []string) {
	for _, a := range alive {
		for p := range strings.SplitSeq(deadOpen, ",") {
			if n, _ := strconv.Atoi(p); n <= last {
				open = append(open, a.String()+":"+p)
			}
		}
	}
	slices.Sort(open)
	return open
}

// race scans the network by each row in turn, and logs a table.
func (n *deadNetwork) race(b *testing.B) {
	scans := make([][]deadScan, len(n.rows))
	for range n.rounds {
		for i, r := range n.rows {
			s, err := r.scan(n)
			if err != nil {
				b.Errorf("%s: %s: %v", n.name, r.name, err)
				continue
			}
			slices.Sort(s.open)
			if !slices.Equal(s.open, n.open) || r.records && s.records != n.count {
				b.Errorf("%s: %s: %d of %d open ports, %d of %d records", n.name, r.name, len(s.open), len(n.open), s.records, n.count)
			}
			scans[i] = append(scans[i], s)
		}
	}
	var table strings.Builder
	fmt.Fprintf(&table, "%-54s %8s %8s %6s %7s  %s\n", n.name, "median", "max", "MiB", "open", "closing line of the last round")
	for i, r := range n.rows {
		if len(scans[i]) == 0 {
			continue
		}
		last := scans[i][len(scans[i])-1]
		slices.SortFunc(scans[i], func(a, b deadScan) int { return int(a.took - b.took) })
		median, slowest := scans[i][len(scans[i])/2], scans[i][len(scans[i])-1]
		fmt.Fprintf(&table, "%-54s %8.2f %8.2f %6d %7d  %s\n", r.name, median.took.Seconds(), slowest.took.Seconds(),
			median.memory/1024, len(median.open), last.closing)
	}
	if len(n.rows) > 0 {
		b.Log("\n" + table.String())
	}
}

// ours is portgen | portprobe with the arguments of each. The results are read at once:
// those of all ports would be gigabytes.
func ours(name string, generate []string, args ...string) deadRow {
	return deadRow{name, true, func(n *deadNetwork) (s deadScan, err error) {
		gen := exec.Command("portgen", slices.Concat([]string{n.target}, n.ports, generate)...)
		probe := exec.Command("portprobe", append([]string{"-v"}, args...)...)
		var log, generatorLog bytes.Buffer
		gen.Stderr, probe.Stderr = &generatorLog, &log
		if probe.Stdin, err = gen.StdoutPipe(); err != nil {
			return s, err
		}
		results, w, err := os.Pipe()
		if err != nil {
			return s, err
		}
		defer results.Close()
		probe.Stdout = w
		read := make(chan error, 1)
		go func() { read <- s.read(results) }()
		began := time.Now()
		err = gen.Start()
		if err == nil {
			s.memory, err = highWater(probe)
		}
		s.took = time.Since(began)
		w.Close()
		err = errors.Join(err, <-read, gen.Wait())
		s.closing = closingLine(log.String())
		if err != nil {
			err = fmt.Errorf("%w: %s%s", err, generatorLog.String(), log.String())
		}
		return s, err
	}}
}

// highWater runs a command and returns the most memory that was resident, in KiB.
func highWater(cmd *exec.Cmd) (kib int, err error) {
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for {
		select {
		case err := <-ended:
			return kib, err
		case <-time.After(20 * time.Millisecond):
			kib = max(kib, lab.HighWater(cmd.Process.Pid))
		}
	}
}

// closingLine returns the last line of a log without the name of the tool.
func closingLine(log string) string {
	lines := strings.Split(strings.TrimSpace(log), "\n")
	return strings.TrimPrefix(lines[len(lines)-1], "portprobe: ")
}

var openRecord = regexp.MustCompile(`"ip":"([^"]+)","port":(\d+),.*"state":"open"`)

// read counts records, and keeps the open endpoints. It shares the processors with the
// scan, so it searches many lines at once.
func (s *deadScan) read(r io.Reader) error {
	buf, held := make([]byte, 1<<20), 0
	for {
		n, err := r.Read(buf[held:])
		lines := buf[:held+n]
		whole := bytes.LastIndexByte(lines, '\n') + 1
		s.count(lines[:whole])
		held = copy(buf, lines[whole:])
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (s *deadScan) count(lines []byte) {
	s.records += bytes.Count(lines, []byte{'\n'})
	reason := []byte(`"syn-ack"`)
	for {
		// Few records have a k: a search for it takes a tenth of the time of one for the reason,
		// which would be a sixth of the whole scan.
		i := bytes.IndexByte(lines, 'k')
		if i < 0 {
			return
		}
		if !bytes.HasSuffix(lines[:min(len(lines), i+2)], reason) {
			lines = lines[i+1:]
			continue
		}
		begin, end := bytes.LastIndexByte(lines[:i], '\n')+1, i+bytes.IndexByte(lines[i:], '\n')
		if m := openRecord.FindSubmatch(lines[begin:end]); m != nil {
			s.open = append(s.open, fmt.Sprintf("%s:%s", m[1], m[2]))
		}
		lines = lines[end:]
	}
}

// nmapRow is nmap with its own host discovery.
func nmapRow(args ...string) deadRow {
	name := strings.Join(append([]string{"nmap -n -T4"}, args...), " ")
	return deadRow{name, false, func(n *deadNetwork) (s deadScan, err error) {
		out, took, err := output("nmap", slices.Concat([]string{"-n", "-T4", "-oG", "-"}, n.ports, args, []string{n.target})...)
		s.took = took
		for line := range strings.Lines(out) {
			host, ports, ok := strings.Cut(strings.TrimPrefix(line, "Host: "), "Ports: ")
			if !ok {
				continue
			}
			ip, _, _ := strings.Cut(host, " ")
			for p := range strings.SplitSeq(ports, ", ") {
				if number, isOpen := strings.CutSuffix(strings.SplitAfter(p, "/open/")[0], "/open/"); isOpen {
					s.open = append(s.open, ip+":"+number)
				}
			}
		}
		return s, err
	}}
}

// masscanRow is masscan, which knows the gateway only by its MAC address.
func masscanRow() deadRow {
	return deadRow{"masscan --rate 1000000 --wait 2", false, func(n *deadNetwork) (s deadScan, err error) {
		var mac string
		err = n.gateway.Do(func() error {
			far, err := net.InterfaceByName("eth0")
			if err == nil {
				mac = far.HardwareAddr.String()
			}
			return err
		})
		if err != nil {
			return s, err
		}
		args := []string{
			n.target, "--rate", "1000000", "--wait", "2", "--interface", n.gateway.Link(), "--router-mac", mac,
			"--source-ip", lab.Addresses(n.gateway.Addrs()[0].String(), 2)[1].String(), "-oL", "-",
		}
		out, took, err := output("masscan", append(args, n.ports...)...)
		s.took = took
		for line := range strings.Lines(out) { // open tcp PORT ADDRESS TIME
			if f := strings.Fields(line); len(f) > 3 && f[0] == "open" {
				s.open = append(s.open, f[3]+":"+f[2])
			}
		}
		slices.Sort(s.open)
		s.open = slices.Compact(s.open)
		return s, err
	}}
}

func output(name string, args ...string) (string, time.Duration, error) {
	began := time.Now()
	out, err := exec.Command(name, args...).Output()
	return string(out), time.Since(began), err
}
