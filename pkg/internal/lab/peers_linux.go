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

// Peers returns the scanners to compare portkit with: what a user would type, what a
// Go programmer would write, and the minimum, a loop over system calls.
func Peers() []Peer { return []Peer{Nmap(), Dialers(100), Epoll(2, 128)} }

// Nmap is nmap's connect scan at its fastest.
func Nmap() Peer {
	return nmapPeer("-sT")
}

// NmapUDP is nmap's UDP scan at its fastest. It requires root.
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

// Masscan is masscan without a rate limit, for a host on a link of the scanner. It
// resolves the default gateway only, so the host's MAC address is given. Its time is
// that in which its SYNs reached the host: it starts slowly and waits long.
func (h *Host) Masscan() Peer {
	return needs("masscan", Peer{
		Name: "masscan --rate 1000000",
		Scan: func(to Target) (Count, error) {
			link, mac, err := h.station()
			if err != nil {
				return Count{}, err
			}
			args := []string{
				"--rate", "1000000", "--wait", "0", "--interface", link.Name, "--router-mac", mac,
				"--source-ip", h.near[0].Addr().String(),
				"--show", "open,closed", "-oL", "-", "-p", nmapPorts(to.Ports),
			}
			for _, a := range to.Hosts {
				args = append(args, a.String())
			}
			c, out, err := h.sending(to, "masscan", args...)
			c.Open, c.Closed = strings.Count(out, "open tcp "), strings.Count(out, "closed tcp ")
			return c, err
		},
	})
}

// Zmap is zmap without a rate limit, for one port of many hosts behind a host on a
// link of the scanner. Its time is measured like masscan's.
func (h *Host) Zmap() Peer {
	return needs("zmap", Peer{
		Name: "zmap -B 10G",
		Scan: func(to Target) (Count, error) {
			link, mac, err := h.station()
			if err != nil {
				return Count{}, err
			}
			hosts, err := os.CreateTemp("", "hosts")
			if err != nil {
				return Count{}, err
			}
			defer os.Remove(hosts.Name())
			for _, a := range to.Hosts {
				fmt.Fprintf(hosts, "%v/32\n", a)
			}
			if err := hosts.Close(); err != nil {
				return Count{}, err
			}
			c, out, err := h.sending(to, "zmap", "-B", "10G", "-c", "1", "-q", "-b", "/dev/null", "-w", hosts.Name(),
				"-i", link.Name, "-G", mac, "-S", h.near[0].Addr().String(), "-p", strconv.Itoa(int(to.Ports[0])),
				"-O", "csv", "-f", "saddr,classification", "--output-filter=repeat = 0")
			c.Open, c.Closed = strings.Count(out, ",synack"), strings.Count(out, ",rst")
			return c, err
		},
	})
}

// station returns the scanner's end of the host's link, and the host's MAC address.
func (h *Host) station() (near *net.Interface, mac string, err error) {
	if near, err = net.InterfaceByName(h.link); err != nil {
		return nil, "", err
	}
	err = h.Do(func() error {
		far, err := net.InterfaceByName("eth0")
		if err == nil {
			mac = far.HardwareAddr.String()
		}
		return err
	})
	return near, mac, err
}

// sending runs a scanner and returns what it wrote, and for how long its SYNs
// reached the host.
func (h *Host) sending(to Target, name string, args ...string) (c Count, out string, err error) {
	cmd := exec.Command(name, args...)
	_, took, err := h.SYNs(func() error {
		text, err := cmd.Output()
		out = string(text)
		return err
	})
	c = Count{Asked: to.Len(), Took: took}
	if cmd.ProcessState != nil {
		c.CPU = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	}
	return c, out, err
}

// needs returns an error that names the program that a peer lacks.
func needs(program string, p Peer) Peer {
	if _, err := exec.LookPath(program); err != nil {
		p.Missing = program + " is not installed"
	}
	return p
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

// used returns the processor time of this process.
func used() time.Duration {
	var u unix.Rusage
	if unix.Getrusage(unix.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
