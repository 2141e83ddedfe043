package syn

import (
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

// inStatic is the environment variable that is set in a test binary without cgo, as the
// tools are shipped.
const inStatic = "PORTKIT_TEST_STATIC"

// TestDropPrivilegesIsFinal: afterwards no raw socket can be opened and, if the kernel
// has Landlock, no file written and no connection made.
func TestDropPrivilegesIsFinal(t *testing.T) {
	if os.Getenv(inStatic) == "" {
		runStatic(t)
		return
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if err := DropPrivileges(); err != nil {
		t.Fatal(err)
	}
	for _, family := range []int{unix.AF_PACKET, unix.AF_INET} {
		if _, err := unix.Socket(family, unix.SOCK_RAW, unix.IPPROTO_RAW); !errors.Is(err, unix.EPERM) {
			t.Errorf("a raw socket of family %d: %v", family, err)
		}
	}
	version, _, e := unix.RawSyscall(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, unix.LANDLOCK_CREATE_RULESET_VERSION)
	if e != 0 {
		t.Logf("the kernel has no Landlock: %v", e)
		return
	}
	for range 20 { // on several threads
		name := filepath.Join(os.Getenv("TMPDIR"), "file")
		if err := os.WriteFile(name, nil, 0o600); !errors.Is(err, unix.EACCES) {
			t.Errorf("writing a file: %v", err)
		}
		if _, err := net.Dial("tcp", l.Addr().String()); version >= 4 && !errors.Is(err, unix.EACCES) {
			t.Errorf("connecting: %v", err)
		}
		if err := exec.Command("/bin/sh").Run(); !errors.Is(err, unix.EACCES) {
			t.Errorf("running a program: %v", err)
		}
	}
	if _, err := os.ReadFile("/proc/self/status"); err != nil {
		t.Errorf("reading a file: %v", err)
	}
}

// runStatic runs the test in a binary without cgo.
func runStatic(t *testing.T) {
	t.Helper()
	dir := t.TempDir()
	bin := filepath.Join(dir, "static.test")
	build := exec.Command("go", "test", "-c", "-o", bin, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	cmd := exec.Command(bin, "-test.run", "^"+t.Name()+"$")
	cmd.Env = append(os.Environ(), inStatic+"=yes", "TMPDIR="+dir)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
}
