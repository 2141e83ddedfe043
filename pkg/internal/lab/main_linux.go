package lab

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"go.uber.org/goleak"
	"golang.org/x/sys/unix"
)

const (
	// envOutside names the network namespace that the tests were started in;
	// a process that finds itself in another one is inside the lab.
	envOutside = "PORTKIT_LAB_OUTSIDE"
	// envEntered is set in the process that has the namespace to itself, for
	// the processes that it starts.
	envEntered = "PORTKIT_LAB_ENTERED"
	// envWhy is why the lab could not be entered.
	envWhy = "PORTKIT_LAB_WHY"
)

// Main runs the tests in a network namespace of their own and exits with
// their status. It is the whole TestMain of a package that uses the lab.
func Main(m interface{ Run() int }) { os.Exit(Inside(m).Run()) }

// Inside returns a runner that runs m in a network namespace of its own and
// fails when m leaves goroutines or links behind. Use it to combine the lab
// with another TestMain: testscript.Main(lab.Inside(m), …).
func Inside(m interface{ Run() int }) *Runner { return &Runner{m} }

// Runner runs tests inside the lab.
type Runner struct{ tests interface{ Run() int } }

// Run starts the test binary again in a fresh network namespace, or runs the
// tests if it is that second process. Without a namespace the tests run where they
// are, and Need skips.
func (r *Runner) Run() int {
	if inside() {
		return r.runInside()
	}
	code, err := enter()
	if err != nil {
		os.Setenv(envWhy, err.Error())
		return r.tests.Run()
	}
	return code
}

// Missing returns the reason why the lab cannot run, or "".
func Missing() string {
	switch why := os.Getenv(envWhy); {
	case why != "":
		return why
	case !inside():
		return "this package's TestMain does not call lab.Main"
	}
	return ""
}

// Root skips the test if this process is not root, or is so only in a user
// namespace without other users.
func Root(tb testing.TB, program string) {
	tb.Helper()
	users, err := os.ReadFile("/proc/self/uid_map")
	f := strings.Fields(string(users))
	if os.Geteuid() != 0 || err == nil && len(f) == 3 && f[2] == "1" {
		Skip(tb, "needs root: "+program)
	}
}

func (r *Runner) runInside() int {
	if os.Getenv(envEntered) != "" {
		return r.tests.Run() // a fuzz worker, or a tool that is this binary
	}
	os.Setenv(envEntered, "yes")
	if err := prepare(); err != nil {
		os.Setenv(envWhy, err.Error())
	}
	code := r.tests.Run()
	if err := leftovers(); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, "lab: the tests left something behind:", err)
		return 1
	}
	return code
}

func inside() bool {
	outside := os.Getenv(envOutside)
	here, err := os.Readlink("/proc/self/ns/net")
	return err == nil && outside != "" && outside != here
}

// enter runs this binary again with the same arguments, first with a network
// namespace alone, then, where that is not permitted, with a user namespace
// that permits it.
func enter() (int, error) {
	const plain = syscall.CLONE_NEWNET | syscall.CLONE_NEWNS
	const user = plain | syscall.CLONE_NEWUSER
	code, err := again(&syscall.SysProcAttr{Cloneflags: plain})
	if err == nil {
		return code, nil
	}
	root := func(id int) []syscall.SysProcIDMap {
		return []syscall.SysProcIDMap{{ContainerID: 0, HostID: id, Size: 1}}
	}
	code, err2 := again(&syscall.SysProcAttr{
		Cloneflags:  user,
		UidMappings: root(os.Getuid()),
		GidMappings: root(os.Getgid()),
	})
	if err2 != nil {
		return 0, fmt.Errorf("no network namespace (%w), nor one in a user namespace (%w)", err, err2)
	}
	return code, nil
}

// again returns the exit status of the second process, or why it did not start.
// Signals are forwarded, so that they stop the tests or print their stacks.
func again(attr *syscall.SysProcAttr) (int, error) {
	outside, err := os.Readlink("/proc/self/ns/net")
	if err != nil {
		return 0, err
	}
	// Pdeathsig follows the thread that started the process.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	attr.Pdeathsig = syscall.SIGKILL
	cmd := exec.Command("/proc/self/exe", os.Args[1:]...)
	cmd.Args[0] = os.Args[0]
	cmd.Env = append(os.Environ(), envOutside+"="+outside, envEntered+"=")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.SysProcAttr = attr
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM, syscall.SIGQUIT, syscall.SIGHUP)
	defer signal.Stop(signals)
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	ended := make(chan struct{})
	go forward(signals, ended, cmd.Process)
	err = cmd.Wait()
	close(ended)
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		return 1, nil
	}
	return max(cmd.ProcessState.ExitCode(), -1) & 0xff, nil
}

// forward forwards signals until the process has ended.
func forward(signals <-chan os.Signal, ended <-chan struct{}, p *os.Process) {
	for {
		select {
		case s := <-signals:
			_ = p.Signal(s)
		case <-ended:
			return
		}
	}
}

// prepare brings loopback up and tries once all that hosts need, so that Need can
// report what is missing.
func prepare() error {
	if err := setUp(); err != nil {
		return fmt.Errorf("preparing the namespace: %w", err)
	}
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("keeping mounts to the lab: %w", err)
	}
	s, err := newSpace()
	if err != nil {
		return fmt.Errorf("making a namespace for a host: %w", err)
	}
	defer s.close()
	h := &Host{space: s, cfg: config{lossIn: 0.5, rules: []rule{{to4: true, verdict: rejectICMP}}}}
	if err := h.filter(); err != nil {
		return fmt.Errorf("nftables: %w", err)
	}
	return nil
}

// leftovers returns an error for goroutines and links that outlived the tests.
func leftovers() error {
	links, err := allLinks()
	if err != nil {
		return err
	}
	for _, l := range links {
		if l.Attrs().Name != "lo" {
			return fmt.Errorf("link %s", l.Attrs().Name)
		}
	}
	return goleak.Find()
}
