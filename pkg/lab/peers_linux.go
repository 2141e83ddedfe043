package lab

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

// Peers returns the scanners that portkit is measured against: what a person
// would type, what a Go programmer would write, and the least that a loop
// over system calls can do.
func Peers() []Peer { return []Peer{Nmap(), Dialers(100), Epoll(2, 128)} }

// Nmap is nmap's connect scan at its fastest.
func Nmap() Peer {
	return nmapPeer("-sT")
}

// NmapUDP is nmap's udp scan at its fastest. It takes root.
func NmapUDP() Peer {
	p := nmapPeer("-sU")
	if p.Missing == "" && os.Geteuid() != 0 {
		p.Missing = "nmap -sU takes root"
	}
	return p
}

func nmapPeer(method string) Peer {
	p := Peer{
		Name: "nmap " + method + " -T5 --min-rate 100000",
		Scan: func(to Target) (Count, error) { return nmap(method, to) },
	}
	if _, err := exec.LookPath("nmap"); err != nil {
		p.Missing = "nmap is not installed"
	}
	return p
}

func nmap(method string, to Target) (Count, error) {
	args := []string{method, "-Pn", "-n", "-T5", "--min-rate", "100000", "-oX", "-", "-p", nmapPorts(to.Ports), "-iL", "-"}
	if to.Hosts[0].Is6() {
		args = append(args, "-6")
	}
	var hosts strings.Builder
	for _, h := range to.Hosts {
		fmt.Fprintln(&hosts, h)
	}
	begun := time.Now()
	cmd := exec.Command("nmap", args...)
	cmd.Stdin = strings.NewReader(hosts.String())
	out, err := cmd.Output()
	c := Count{Asked: to.Len(), Took: time.Since(begun)}
	if cmd.ProcessState != nil {
		c.CPU = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	}
	c.Open = strings.Count(string(out), `<state state="open" `)
	c.Closed = strings.Count(string(out), `<state state="closed" `)
	for _, s := range strings.Split(string(out), `<extraports state="closed" count="`)[1:] {
		n, _, _ := strings.Cut(s, `"`)
		more, err := strconv.Atoi(n)
		if err != nil {
			return c, err
		}
		c.Closed += more
	}
	return c, err
}

// nmapPorts writes ports as ranges, which is what nmap reads fastest.
func nmapPorts(ports []uint16) string {
	var all []portRange
	for _, p := range ports {
		all = append(all, portRange{p, p})
	}
	var b []string
	for _, r := range merge(all) {
		b = append(b, strconv.Itoa(int(r.lo))+"-"+strconv.Itoa(int(r.hi)))
	}
	return strings.Join(b, ",")
}

// Dialers is n goroutines that each dial one port after another.
func Dialers(n int) Peer {
	return Peer{
		Name: "net.Dialer, " + strconv.Itoa(n) + " goroutines",
		Scan: func(to Target) (Count, error) { return dialers(n, to) },
	}
}

func dialers(n int, to Target) (Count, error) {
	var next, open, closed atomic.Int64
	d := net.Dialer{Timeout: 3 * time.Second}
	var run sync.WaitGroup
	begun, before := time.Now(), used()
	for range n {
		run.Go(func() {
			for i := next.Add(1) - 1; i < int64(to.Len()); i = next.Add(1) - 1 {
				c, err := d.DialContext(context.Background(), "tcp", to.At(int(i)).String())
				switch {
				case err == nil:
					open.Add(1)
					c.(*net.TCPConn).SetLinger(0)
					c.Close()
				case errors.Is(err, unix.ECONNREFUSED):
					closed.Add(1)
				}
			}
		})
	}
	run.Wait()
	return Count{
		Asked: to.Len(), Open: int(open.Load()), Closed: int(closed.Load()),
		Took: time.Since(begun), CPU: used() - before,
	}, nil
}

// used is the processor time that this process has had.
func used() time.Duration {
	var u unix.Rusage
	if unix.Getrusage(unix.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
