package daemons

import (
	"cmp"
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

// Daemon is a program of Debian that serves a UDP or TCP port.
type Daemon struct {
	Name    string // of the test
	Package string // of Debian
	// Program is a name in PATH or /usr/sbin, or an absolute path. It may also be in
	// the folder Unpacked.
	Program string
	App     string // the protocol that it speaks on Port, as a record's app
	Port    uint16
	// Product is the beginning of the product and version that a reply over UDP reveals.
	Product string
	// Setup writes what the program needs and returns its arguments, with
	// which it stays in the foreground.
	Setup func(*Env) []string
	// Run are folders that it expects in /run.
	Run []string
	// Beside is the name of another daemon that has to run at the same host.
	Beside string
	// Ready is a text in what the daemon prints once it serves its port; if it is empty,
	// it does so once the port is bound.
	Ready string
	// Pause is the time that it takes from then until it serves, if it prints nothing.
	Pause time.Duration
	// Forks means that the program does not stay in the foreground, or must not be the
	// first of its namespace.
	Forks bool
	// User is the user that the program runs as (root).
	User string
	// Account is the name of a user and a group to add to the system's, as the package
	// would do if it were installed.
	Account string
	Service
}

// Service describes the expected finding at a TCP daemon.
type Service struct {
	// TLSPort is the port at which it serves App inside TLS; 0 without. It may be Port.
	TLSPort uint16
	// StartTLS means that connections to Port can be upgraded.
	StartTLS bool
	Product  string
	// Version returns the version that it reports, from the upstream part of the
	// package's version; nil if it reports none.
	Version func(upstream string) string
	// ByPath means that Product and Version are read from a path of HTTP, with thorough
	// effort.
	ByPath bool
	// Elsewhere is where it is recognized but at its own port.
	Elsewhere elsewhere
	// AppElsewhere is the more general protocol that it is recognized as there; empty if
	// it is App.
	AppElsewhere string
	// Evidence is that of a daemon without App.
	Evidence string
	// Limited means that it turns the client away.
	Limited bool
	// tcp is true for the daemons of TCP.
	tcp bool
}

// elsewhere is where a daemon is recognized that is not at its own port.
type elsewhere uint8

const (
	everywhere elsewhere = iota
	thoroughly           // with thorough effort
	nowhere              // its reply could be of any protocol
)

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
	return netip.AddrPortFrom(Run(tb, d, h).Addr, d.Port)
}

// Run starts d as Start does, and returns its environment, whose directory has what the
// daemon printed in the file log.
func Run(tb testing.TB, d Daemon, h *lab.Host) *Env {
	tb.Helper()
	program := d.path(tb)
	for _, other := range append(All(), TCP()...) {
		if other.Name == d.Beside && other.tcp == d.tcp {
			Start(tb, other, h)
		}
	}
	e := &Env{TB: tb, Dir: tb.TempDir(), Addr: h.Addr()}
	args := d.Setup(e)
	cmd, log := command(tb, program, args, e, d)
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
	awaitBound(tb, d, h, ended, log)
	time.Sleep(d.Pause)
	return e
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
	for _, name := range []string{d.Program, "/usr/sbin/" + d.Program, filepath.Join(d.Unpacked(), d.Program)} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	lab.Programs(tb, d.Program)
	return ""
}

// command prepares the process: the shell gives it its own /run and /proc, a user, and
// becomes it. What it prints goes to a file, for when the test fails.
func command(tb testing.TB, program string, args []string, e *Env, d Daemon) (*exec.Cmd, string) {
	tb.Helper()
	const script = `mount -t tmpfs tmpfs /run && mount -t proc proc /proc || exit 99
for d in $MAKE; do mkdir -p -m 755 "/run/$d" && chown "$AS" "/run/$d"; done
for f in $ETC; do mount --bind "$f" "/etc/${f##*/}" || exit 99; done
[ -z "$FORKS" ] || { "$0" "$@" </dev/null; exec sleep infinity; }
[ "$AS" = root ] || set -- --reuid "$AS" --regid "$(id -g "$AS")" --clear-groups "$0" "$@"
[ "$AS" = root ] && exec "$0" "$@" </dev/null || exec setpriv "$@" </dev/null`
	log := filepath.Join(e.Dir, "log")
	out, err := os.Create(log)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { out.Close() })
	cmd := exec.Command("/bin/sh", append([]string{"-c", script, program}, args...)...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = e.Dir, out, out
	cmd.Env = append([]string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + e.Dir, "MAKE=" + strings.Join(d.Run, " "),
		"AS=" + cmp.Or(d.User, "root"), "FORKS=" + map[bool]string{true: "yes"}[d.Forks], "ETC=" + e.accounts(d.Account),
	}, e.Vars...)
	// The first process of a process namespace takes all the others with it.
	// Pdeathsig follows the host's thread, which lives as long as the host.
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags: syscall.CLONE_NEWPID, Unshareflags: syscall.CLONE_NEWNS, Pdeathsig: syscall.SIGKILL,
	}
	return cmd, log
}

// Write writes a file of the daemon's directory and returns its path.
func (e *Env) Write(name, format string, args ...any) string {
	e.Helper()
	path := filepath.Join(e.Dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		e.Fatal(err)
	}
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

// Open lets every user reach the daemon's directory.
func (e *Env) Open() {
	e.Helper()
	if err := os.Chmod(filepath.Dir(e.Dir), 0o755); err != nil {
		e.Fatal(err)
	}
}

// Own gives a folder of the daemon's directory, and what is in it, to a user; "" is the
// directory itself.
func (e *Env) Own(name, user string) {
	e.Helper()
	e.Open()
	e.Tool("chown", "-R", user, filepath.Join(e.Dir, name))
}

// Secret makes a folder that only root can enter and returns its path.
func (e *Env) Secret(name string) string {
	e.Helper()
	path := e.Folder(name)
	if err := os.Chmod(path, 0o700); err != nil {
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
