package e2e

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"portkit/pkg/internal/lab"
)

// machines are what a user has who scans from several: sshd's at addresses of
// the lab's loopback, each with a portprobe of its own, and a near machine
// whose ssh knows them by name. Nothing of the real machine's accounts is seen
// or touched.
type machines struct {
	t    *testing.T
	dir  string
	sshd string
	all  map[string]*machine
}

// machine is a process and mount namespace with an sshd in it. When it is
// ended, all its processes are gone at once, as when a power supply fails.
type machine struct {
	dir  string
	sshd *exec.Cmd
}

// newMachines skips the test where machines cannot be had.
func newMachines(t *testing.T) *machines {
	t.Helper()
	lab.Need(t)
	lab.Programs(t, "parallel", "perl", "ssh", "ssh-keygen", "mount", "/usr/sbin/sshd")
	lab.Root(t, "sshd")
	m := &machines{t: t, dir: t.TempDir(), sshd: "/usr/sbin/sshd", all: map[string]*machine{}}
	for _, key := range []string{"host", "user"} {
		m.try(exec.Command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", m.path(key)))
	}
	m.write("passwd", 0o644, fmt.Sprintf("root:x:0:0::%s:/bin/sh\nsshd:x:100:65534::/run/sshd:/bin/false\n", m.path("home")))
	m.write("shadow", 0o600, "root:*:1::::::\nsshd:*:1::::::\n")
	m.write("home/.parallel/will-cite", 0o600, "")
	m.write("ssh_config", 0o600, fmt.Sprintf(sshConfig, m.path("user"), m.path("known_hosts")))
	t.Setenv("HOME", m.path("home"))
	t.Setenv("PARALLEL_SSH", "ssh -F "+m.path("ssh_config"))
	t.Setenv("LC_ALL", "C") // perl is not sure of every machine's own
	return m
}

const sshConfig = `Host *
User root
IdentityFile %s
UserKnownHostsFile %s
BatchMode yes
ConnectTimeout 10
ServerAliveInterval 5
ServerAliveCountMax 3
`

// add starts a machine whose portprobe is a script.
func (m *machines) add(name, portprobe string) {
	m.t.Helper()
	addr := fmt.Sprintf("127.0.0.%d", 11+len(m.all))
	m.write(name+"/portprobe", 0o755, fmt.Sprintf("#!/bin/sh\nexport GORACE=%s\necho begun >>%s\n%s\n", os.Getenv("GORACE"), m.path(name+"/begun"), portprobe))
	m.write(name+"/sshd_config", 0o600, fmt.Sprintf(sshdConfig, addr, m.path("host"), m.path("user.pub"), m.path(name)))
	m.append("ssh_config", fmt.Sprintf("Host %s\nHostName %s\nHostKeyAlias %[1]s\nPort 2222\n", name, addr))
	m.append("known_hosts", name+" "+m.read("host.pub"))
	m.all[name] = &machine{dir: m.path(name)}
	m.start(name)
	m.t.Cleanup(func() { m.kill(name) })
	for until := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		c, err := net.Dial("tcp", addr+":2222")
		if err == nil {
			c.Close()
			return
		}
		if time.Now().After(until) {
			m.t.Fatalf("%s: %v\n%s", name, err, m.read(name+"/errors"))
		}
	}
}

const sshdConfig = `ListenAddress %s:2222
HostKey %s
AuthorizedKeysFile %s
StrictModes no
UsePAM no
PasswordAuthentication no
PidFile none
MaxStartups 100
LogLevel ERROR
SetEnv PATH=%s:/usr/bin:/bin
`

// boot runs as the first process of a machine.
const boot = `set -e
mount --make-rprivate /
mount -t proc proc /proc
mount -t tmpfs tmpfs /run
mkdir -m 755 /run/sshd
mount --bind "$1/passwd" /etc/passwd
mount --bind "$1/shadow" /etc/shadow
exec "$2" -D -f "$3/sshd_config" -E "$3/errors"
`

func (m *machines) start(name string) {
	m.t.Helper()
	it := m.all[name]
	it.sshd = exec.Command("sh", "-c", boot, "sh", m.dir, m.sshd, it.dir)
	it.sshd.Stderr = os.Stderr
	it.sshd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWPID | syscall.CLONE_NEWNS, Pdeathsig: syscall.SIGKILL}
	if err := it.sshd.Start(); err != nil {
		m.t.Fatal(err)
	}
}

// kill ends all processes of a machine. It may be ended already.
func (m *machines) kill(name string) {
	_ = m.all[name].sshd.Process.Kill()
	_ = m.all[name].sshd.Wait()
}

// begun is how many portprobes a machine has started.
func (m *machines) begun(name string) int {
	text, _ := os.ReadFile(m.path(name + "/begun")) // there is none before the first
	return strings.Count(string(text), "\n")
}

func (m *machines) path(name string) string { return filepath.Join(m.dir, name) }

func (m *machines) write(name string, mode os.FileMode, text string) {
	m.t.Helper()
	if err := os.MkdirAll(filepath.Dir(m.path(name)), 0o755); err != nil {
		m.t.Fatal(err)
	}
	if err := os.WriteFile(m.path(name), []byte(text), mode); err != nil {
		m.t.Fatal(err)
	}
}

func (m *machines) append(name, text string) {
	m.t.Helper()
	old, _ := os.ReadFile(m.path(name)) // or none
	m.write(name, 0o600, string(old)+text)
}

func (m *machines) read(name string) string {
	m.t.Helper()
	text, err := os.ReadFile(m.path(name))
	if err != nil {
		m.t.Fatal(err)
	}
	return string(text)
}

// try runs a command that has to succeed.
func (m *machines) try(cmd *exec.Cmd) {
	m.t.Helper()
	if out, err := cmd.CombinedOutput(); err != nil {
		m.t.Fatalf("%v: %v\n%s", cmd, err, out)
	}
}
