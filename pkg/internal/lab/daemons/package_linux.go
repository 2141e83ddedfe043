package daemons

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// unpackedDir is where .ci/daemons unpacks the packages that cannot be installed
// beside others, each into a folder of its name.
const unpackedDir = "../../../../bin/.daemons"

// Unpacked returns the folder of the daemon's package, if it is not installed.
func (d Daemon) Unpacked() string {
	dir, err := filepath.Abs(filepath.Join(unpackedDir, d.Package))
	if err != nil {
		return unpackedDir
	}
	return dir
}

// Upstream returns the upstream part of the version of the daemon's package, without
// what Debian added: "9.2p1" of "1:9.2p1-2+deb12u7".
func (d Daemon) Upstream() (string, error) {
	control, err := os.ReadFile(filepath.Join(d.Unpacked(), "DEBIAN/control"))
	if err != nil {
		const format = "Version: ${Version}\n"
		if control, err = exec.Command("dpkg-query", "-W", "-f", format, d.Package).Output(); err != nil {
			return "", fmt.Errorf("dpkg-query: %s: %w", d.Package, err)
		}
	}
	for line := range bytes.Lines(control) {
		if v, ok := strings.CutPrefix(string(line), "Version: "); ok {
			return upstream(strings.TrimSpace(v)), nil
		}
	}
	return "", fmt.Errorf("%s: no version", d.Package)
}

// upstream returns the upstream part of a version, see deb-version(7).
func upstream(v string) string {
	if _, after, ok := strings.Cut(v, ":"); ok {
		v = after
	}
	if i := strings.LastIndex(v, "-"); i >= 0 {
		v = v[:i]
	}
	if i := strings.IndexAny(v, "+~"); i >= 0 {
		v = v[:i]
	}
	return v
}

// dfsg is the Version of a daemon that reports what Debian made of the upstream version
// by leaving out files.
func dfsg(upstream string) string { return upstream + "+ds" }

// whole is the Version of a daemon that reports the upstream version.
func whole(upstream string) string { return upstream }

// of is the Version of a daemon that reports that of another package.
func of(pkg string) func(string) string {
	return func(string) string {
		v, _ := Daemon{Package: pkg}.Upstream()
		return v
	}
}

// revised is the Version of a daemon that reports the version with Debian's revision.
func revised(revision string) func(string) string {
	return func(upstream string) string { return upstream + revision }
}

// accounts writes a file of hosts with the scanner's name, and copies of the files of
// users and groups with one more unless name is empty. It returns their paths.
func (e *Env) accounts(name string) string {
	self, err := os.Hostname()
	if err != nil {
		e.Fatal(err)
	}
	// Daemons look up the names of their host and of the scanner.
	hosts := e.Write("etc/hosts", "127.0.0.1 localhost\n%s %s\n%s scanner.invalid scanner\n", e.Addr, self, e.Addr.Prev())
	if name == "" {
		return hosts
	}
	const id = 61184 // a number of no user of Debian, see adduser.conf(5)
	line := map[string]string{
		"passwd": fmt.Sprintf("%s:x:%d:%d::/nonexistent:/bin/false\n", name, id, id),
		"group":  fmt.Sprintf("%s:x:%d:\n", name, id),
	}
	paths := []string{hosts}
	for _, file := range []string{"passwd", "group"} {
		text, err := os.ReadFile("/etc/" + file)
		if err != nil {
			e.Fatal(err)
		}
		paths = append(paths, e.Write("etc/"+file, "%s%s", text, line[file]))
	}
	return strings.Join(paths, " ")
}
