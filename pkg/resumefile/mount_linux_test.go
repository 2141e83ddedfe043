package resumefile

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// mountedDir is the variable with the directory of the child process, which runs
// in its own mount namespace.
const mountedDir = "PORTKIT_MOUNTED_DIR"

// TestMountedFile checks that a file is cleaned in place if it cannot be replaced:
// a single file that is mounted into a directory, as in a container, also if that
// is read-only.
func TestMountedFile(t *testing.T) {
	t.Parallel()
	if dir := os.Getenv(mountedDir); dir != "" {
		inMounts(t, dir)
		return
	}
	text, want := lines()
	dir := t.TempDir()
	for _, name := range []string{"outside", "inside"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name, "scan.ndjson"), []byte(text+text[:9]), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("/proc/self/exe", "-test.run=^TestMountedFile$", "-test.v")
	cmd.Env = append(os.Environ(), mountedDir+"="+dir)
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}},
	}
	out, err := cmd.CombinedOutput()
	if errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.ENOSPC) {
		t.Skip("needs user namespaces") // so nothing can be mounted
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if got := read(t, filepath.Join(dir, "outside", "scan.ndjson")); got != want {
		t.Errorf("the file is now\n%s", got)
	}
}

// inMounts opens the file of outside where it is mounted over that of inside.
func inMounts(t *testing.T, dir string) {
	inside := filepath.Join(dir, "inside")
	file := filepath.Join(inside, "scan.ndjson")
	text, want := lines()
	mount := func(from, to string, flags uintptr) {
		t.Helper()
		if err := unix.Mount(from, to, "", flags, ""); err != nil {
			t.Fatal(err)
		}
	}
	mount("", "/", unix.MS_REC|unix.MS_PRIVATE)
	mount(inside, inside, unix.MS_BIND)
	mount(filepath.Join(dir, "outside", "scan.ndjson"), file, unix.MS_BIND)
	for _, readOnly := range []bool{false, true} {
		if readOnly {
			mount("", inside, unix.MS_BIND|unix.MS_REMOUNT|unix.MS_RDONLY)
			if err := os.WriteFile(file, []byte(text), 0); err != nil {
				t.Fatal(err)
			}
		}
		j, err := Open(file)
		if err != nil {
			t.Fatal(err)
		}
		j.Close()
		if got := read(t, file); got != want {
			t.Errorf("read-only dir %v: the file is now\n%s", readOnly, got)
		}
		if files, _ := os.ReadDir(inside); len(files) != 1 {
			t.Errorf("read-only dir %v: %v", readOnly, files)
		}
	}
	_, err := Open(filepath.Join(inside, "new.ndjson"))
	if err == nil || !strings.HasSuffix(err.Error(), "new.ndjson: cannot create a file in the directory "+inside+": read-only file system") {
		t.Errorf("in a read-only dir: %v", err)
	}
}
