package sshkey

import (
	"errors"
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

// sshd needs its own /run for the directory of its privilege separation.
const sshdScript = `mount -t tmpfs tmpfs /run && mkdir -m 755 /run/sshd && exec "$@"`

// startSSHD starts OpenSSH's server with host keys of all types that it supports. It
// returns the address and the files.
func startSSHD(t *testing.T) (addr, dir string) {
	t.Helper()
	const program = "/usr/sbin/sshd"
	lab.Need(t)
	lab.Programs(t, program, "ssh-keygen", "mount")
	lab.Root(t, "sshd")
	dir = t.TempDir()
	addr = "127.0.0.1:2222" // of a namespace without other servers
	config := "ListenAddress " + addr + "\nPidFile none\nUsePAM no\nLogLevel DEBUG1\n"
	for _, args := range []string{"ed25519", "ecdsa -b 256", "ecdsa -b 384", "ecdsa -b 521", "rsa -b 2048"} {
		file := filepath.Join(dir, strings.ReplaceAll(args, " ", "")+".key")
		cmd := exec.Command("ssh-keygen", append([]string{"-q", "-N", "", "-f", file, "-t"}, strings.Fields(args)...)...)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %v, %s", cmd.Args, err, out)
		}
		config += "HostKey " + file + "\n"
	}
	if err := os.WriteFile(filepath.Join(dir, "config"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("/bin/sh", "-c", sshdScript, "sh", program, "-D", "-f", filepath.Join(dir, "config"), "-E", filepath.Join(dir, "log"))
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWPID, Unshareflags: syscall.CLONE_NEWNS, Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	for range 500 { // 10 s, for a loaded machine
		if log, _ := os.ReadFile(filepath.Join(dir, "log")); strings.Contains(string(log), "Server listening") {
			return addr, dir
		}
		time.Sleep(20 * time.Millisecond) // polls: sshd has no other sign
	}
	t.Fatal("sshd does not listen")
	return "", ""
}

// TestSSHD fetches all keys of OpenSSH's server, and compares them with what ssh-keygen
// prints. No authentication may be tried.
func TestSSHD(t *testing.T) {
	addr, dir := startSSHD(t)
	var got []string
	for left := Types(); ; left = left[1:] {
		conn, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
		banner, key, err := Fetch(conn, "1.2-rc", left)
		if !strings.HasPrefix(banner, "SSH-2.0-OpenSSH_") {
			t.Errorf("banner %q", banner)
		}
		if left[0] == "ssh-dss" {
			if !errors.Is(err, ErrNoKey) {
				t.Errorf("%v, want ErrNoKey", err)
			}
			break
		}
		if err != nil || key.Type != left[0] {
			t.Errorf("%v, %v, want %s", key, err, left[0])
		}
		got = append(got, key.SHA256)
	}
	for i, file := range []string{"ed25519", "ecdsa-b256", "ecdsa-b384", "ecdsa-b521", "rsa-b2048"} {
		out, err := exec.Command("ssh-keygen", "-l", "-f", filepath.Join(dir, file+".key.pub")).Output()
		if err != nil || !strings.Contains(string(out), " "+got[i]+" ") {
			t.Errorf("%s: %s, but ssh-keygen prints %s (%v)", file, got[i], out, err)
		}
	}
	log, err := os.ReadFile(filepath.Join(dir, "log"))
	if err != nil || !strings.Contains(string(log), "remote software version portid_1.2_rc") {
		t.Errorf("the version is not in the log (%v):\n%s", err, log)
	}
	for _, word := range []string{"SSH2_MSG_SERVICE_REQUEST", "userauth", "Failed ", "Invalid user", "Accepted "} {
		if strings.Contains(string(log), word) {
			t.Errorf("%q in the log:\n%s", word, log)
		}
	}
}
