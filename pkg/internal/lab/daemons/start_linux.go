package daemons

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/vishvananda/netlink"

	"portkit/pkg/internal/lab"
)

// Daemon is a program of Debian that serves a udp port.
type Daemon struct {
	Name    string // of the test
	Package string // of Debian
	Program string // a name in PATH or /usr/sbin, or an absolute path
	App     string // the protocol that it speaks on Port, as a record's app
	Port    uint16
	// Product is the beginning of the product and version that a reply reveals.
	Product string
	// Setup writes what the program needs and returns its arguments, with
	// which it stays in the foreground.
	Setup func(*Env) []string
	// Run are folders that it expects in /run.
	Run []string
	// Beside is the name of another daemon that has to run at the same host.
	Beside string
}

// Env is the environment of a daemon's Setup.
type Env struct {
	testing.TB
	Dir  string     // the daemon's own, empty at first
	Addr netip.Addr // where it is to listen
	// Vars are variables of its environment: "NAME=value".
	Vars []string
}

// Start starts d at the host's first IPv4 address, waits until its port is
// bound and returns the endpoint. It skips the test where the program is not
// installed or the tests do not run as root, as most daemons want.
func Start(tb testing.TB, d Daemon, h *lab.Host) netip.AddrPort {
	tb.Helper()
	program := d.path(tb)
	for _, other := range All() {
		if other.Name == d.Beside {
			Start(tb, other, h)
		}
	}
	e := &Env{TB: tb, Dir: tb.TempDir(), Addr: h.Addr()}
	args := d.Setup(e)
	cmd, log := command(tb, program, args, e, d.Run)
	err := h.Do(func() error { return errors.Join(multicast(), cmd.Start()) })
	if err != nil {
		tb.Fatalf("%s: %v", d.Name, err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	tb.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-ended
		if tb.Failed() {
			text, _ := os.ReadFile(log)
			tb.Logf("%s %v says:\n%s", program, args, text[max(0, len(text)-4000):])
		}
	})
	awaitBound(tb, d, h, ended)
	return netip.AddrPortFrom(e.Addr, d.Port)
}

// multicast gives the namespace of this thread a way for multicast, without
// which some daemons do not start.
func multicast() error {
	link, err := netlink.LinkByName("eth0")
	if err != nil {
		return err
	}
	err = netlink.RouteAdd(&netlink.Route{
		LinkIndex: link.Attrs().Index, Scope: netlink.SCOPE_LINK,
		Dst: &net.IPNet{IP: net.IPv4(224, 0, 0, 0), Mask: net.CIDRMask(4, 32)},
	})
	if errors.Is(err, os.ErrExist) {
		return nil
	}
	return err
}

// path finds the program, or skips.
func (d Daemon) path(tb testing.TB) string {
	tb.Helper()
	lab.Root(tb, d.Name)
	for _, name := range []string{d.Program, "/usr/sbin/" + d.Program} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	lab.Programs(tb, d.Program)
	return ""
}

// command prepares the process: the shell gives it its own /run and /proc and
// becomes it. What it prints goes to a file, for when the test fails.
func command(tb testing.TB, program string, args []string, e *Env, run []string) (*exec.Cmd, string) {
	tb.Helper()
	const script = `mount -t tmpfs tmpfs /run && mount -t proc proc /proc || exit 99
for d in $MAKE; do mkdir -p -m 755 "/run/$d"; done
unset MAKE; exec "$0" "$@" </dev/null`
	log := filepath.Join(e.Dir, "log")
	out, err := os.Create(log)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { out.Close() })
	cmd := exec.Command("/bin/sh", append([]string{"-c", script, program}, args...)...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = e.Dir, out, out
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + e.Dir, "MAKE=" + strings.Join(run, " ")}, e.Vars...)
	// The first process of a process namespace takes all the others with it.
	// Pdeathsig follows the host's thread, which lives as long as the host.
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags: syscall.CLONE_NEWPID, Unshareflags: syscall.CLONE_NEWNS, Pdeathsig: syscall.SIGKILL,
	}
	return cmd, log
}

// awaitBound waits until the daemon has bound its port.
func awaitBound(tb testing.TB, d Daemon, h *lab.Host, ended chan error) {
	tb.Helper()
	for range 1500 { // 30 s, for a loaded machine
		bound := false
		err := h.Do(func() (err error) { bound, err = isBound(d.Port); return err })
		if err != nil {
			tb.Fatal(err)
		}
		if bound {
			return
		}
		select {
		case err := <-ended:
			ended <- err
			tb.Fatalf("%s ended before it served udp port %d: %v", d.Name, d.Port, err)
		case <-time.After(20 * time.Millisecond):
		}
	}
	tb.Fatalf("%s does not bind udp port %d", d.Name, d.Port)
}

// isBound is whether a udp port is bound in the namespace of this thread.
func isBound(port uint16) (bool, error) {
	want := fmt.Sprintf(":%04X", port)
	for _, table := range []string{"udp", "udp6"} {
		text, err := os.ReadFile("/proc/thread-self/net/" + table)
		if err != nil {
			return false, err
		}
		for line := range strings.Lines(string(text)) {
			if f := strings.Fields(line); len(f) > 1 && strings.HasSuffix(f[1], want) {
				return true, nil
			}
		}
	}
	return false, nil
}

// Write writes a file of the daemon's directory and returns its path.
func (e *Env) Write(name, format string, args ...any) string {
	e.Helper()
	path := filepath.Join(e.Dir, name)
	if err := os.WriteFile(path, fmt.Appendf(nil, format, args...), 0o644); err != nil {
		e.Fatal(err)
	}
	return path
}

// Folder makes a folder of the daemon's directory and returns its path.
func (e *Env) Folder(name string) string {
	e.Helper()
	path := filepath.Join(e.Dir, name)
	if err := os.MkdirAll(path, 0o755); err != nil {
		e.Fatal(err)
	}
	return path
}

// Tool runs a program that prepares something, to its end.
func (e *Env) Tool(program string, args ...string) {
	e.Helper()
	cmd := exec.Command(program, args...)
	cmd.Env = append(os.Environ(), e.Vars...)
	if out, err := cmd.CombinedOutput(); err != nil {
		e.Fatalf("%s %v: %v\n%s", program, args, err, out)
	}
}
