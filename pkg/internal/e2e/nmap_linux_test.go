package e2e

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"maps"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"portkit/pkg/endpoint"
	"portkit/pkg/internal/lab"
	"portkit/pkg/portspec"
	"portkit/pkg/service"
)

// scan asks ports of a host and leaves what came back as nmap's XML in a file,
// and the results themselves beside it.
func scan(t *testing.T, host, ports, file string) {
	t.Helper()
	script := fmt.Sprintf("portgen %s -p %s | portprobe | tee %s.ndjson | portsum -o nmap-xml >%[3]s", host, ports, file)
	if out, err := exec.Command("sh", "-c", script).CombinedOutput(); err != nil || len(out) > 0 {
		t.Fatalf("%s: %v\n%s", script, err, out)
	}
}

// nmapFile is what the tests want of nmap's XML.
type nmapFile struct {
	Hosts []struct {
		Status struct {
			State string `xml:"state,attr"`
		} `xml:"status"`
		Addresses []struct { // the hardware's, too
			Addr string `xml:"addr,attr"`
		} `xml:"address"`
		Ports struct {
			Extra []struct {
				State   string `xml:"state,attr"`
				Reasons []struct {
					Proto string `xml:"proto,attr"`
					Ports string `xml:"ports,attr"`
				} `xml:"extrareasons"`
			} `xml:"extraports"`
			Port []struct {
				Proto string `xml:"protocol,attr"`
				ID    int    `xml:"portid,attr"`
				State struct {
					State string `xml:"state,attr"`
				} `xml:"state"`
			} `xml:"port"`
		} `xml:"ports"`
	} `xml:"host"`
}

// states reads a file as "ADDRESS up" and "ADDRESS PORT/PROTO STATE".
func states(t *testing.T, file string) []string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var f nmapFile
	if err := xml.Unmarshal(text, &f); err != nil {
		t.Fatal(err)
	}
	all := map[string]bool{}
	for _, h := range f.Hosts {
		all[h.Addresses[0].Addr+" "+h.Status.State] = true
		for _, p := range h.Ports.Port {
			all[fmt.Sprintf("%s %d/%s %s", h.Addresses[0].Addr, p.ID, p.Proto, p.State.State)] = true
		}
		for _, e := range h.Ports.Extra {
			for _, r := range e.Reasons {
				set, err := portspec.Parse(r.Ports, []endpoint.Proto{endpoint.TCP}, service.Load())
				if err != nil {
					t.Fatal(err)
				}
				for port := range set.All() {
					all[fmt.Sprintf("%s %d/%s %s", h.Addresses[0].Addr, port, r.Proto, e.State)] = true
				}
			}
		}
	}
	return slices.Sorted(maps.Keys(all))
}

// TestNmapReportsTheSameStates has nmap itself ask the same host: the same ports in
// the same states.
func TestNmapReportsTheSameStates(t *testing.T) {
	lab.Need(t)
	lab.Programs(t, "nmap")
	lab.Root(t, "nmap")
	h := lab.New(t).Host("", lab.Listen("22,80,8000-8009"), lab.Silent("100-130"), lab.Reset("140-149"), lab.Reject4("200-210", 13))
	dir := t.TempDir()
	ours, theirs := filepath.Join(dir, "ours.xml"), filepath.Join(dir, "theirs.xml")
	const ports = "1-400,8000-8020"
	scan(t, h.Addr().String(), ports+",U:500-504", ours)
	out, err := exec.Command("nmap", "-sS", "-sU", "-Pn", "-n", "-T4", "-p", "T:"+ports+",U:500-504", "-oX", theirs, h.Addr().String()).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	want, got := states(t, theirs), states(t, ours)
	if len(want) < 420 {
		t.Fatalf("nmap tells of %d ports only:\n%s", len(want), out)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("nmap's (-) and ours (+):\n%s", diff)
	}
}

// TestNdiff compares two scans with ndiff: its differences are those between
// the hosts, and those that portdiff tells.
func TestNdiff(t *testing.T) {
	lab.Need(t)
	lab.Programs(t, "ndiff")
	l := lab.New(t)
	h := l.Host("", lab.Listen("22,80"), lab.Silent("100-200"))
	dir := t.TempDir()
	before, after := filepath.Join(dir, "before.xml"), filepath.Join(dir, "after.xml")
	shut := opening(t, h, 7000, 7002)
	scan(t, h.Addr().String(), "1-1000,7000-7010", before)
	shut()
	shut = opening(t, h, 7001, 7002, 300)
	scan(t, h.Addr().String(), "1-1000,7000-7010", after)
	shut()
	addr := h.Addr().String()
	want := []string{addr + " 300/tcp  -> open", addr + " 7000/tcp open -> ", addr + " 7001/tcp  -> open"}
	if got := ndiff(t, before, after); !slices.Equal(got, want) {
		t.Errorf("ndiff tells of %q, want %q", got, want)
	}
	if got := ndiff(t, before, before); len(got) > 0 {
		t.Errorf("ndiff tells of %q between a scan and itself", got)
	}
	want = []string{addr + " 300/tcp opened", addr + " 7000/tcp closed", addr + " 7001/tcp opened"}
	if got := changes(t, before+".ndjson", after+".ndjson"); !slices.Equal(got, want) {
		t.Errorf("portdiff tells of %q, want %q", got, want)
	}
}

// changes returns what differs between two files according to portdiff, as
// "ADDRESS PORT/PROTO CHANGE".
func changes(t *testing.T, a, b string) (all []string) {
	t.Helper()
	out, err := exec.Command("portdiff", a, b).Output()
	var exit *exec.ExitError
	if err != nil && (!errors.As(err, &exit) || exit.ExitCode() != 1) {
		t.Fatalf("portdiff: %v", err)
	}
	for d := json.NewDecoder(bytes.NewReader(out)); d.More(); {
		var r struct {
			IP, Proto, Change string
			Port              int
		}
		if err := d.Decode(&r); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		all = append(all, fmt.Sprintf("%s %d/%s %s", r.IP, r.Port, r.Proto, r.Change))
	}
	slices.Sort(all)
	return all
}

// ndiff returns what differs between two files according to ndiff, as
// "ADDRESS PORT/PROTO STATE -> STATE", with no state where a port is not
// listed. Its exit status is 1 where something differs.
func ndiff(t *testing.T, a, b string) (all []string) {
	t.Helper()
	out, err := exec.Command("ndiff", "--xml", a, b).Output()
	var exit *exec.ExitError
	if err != nil && (!errors.As(err, &exit) || exit.ExitCode() != 1) {
		t.Fatalf("ndiff: %v", err)
	}
	type side struct {
		Port struct {
			ID    int    `xml:"portid,attr"`
			Proto string `xml:"protocol,attr"`
			State struct {
				State string `xml:"state,attr"`
			} `xml:"state"`
		} `xml:"port"`
	}
	var diff struct {
		Hosts []struct {
			Address struct {
				Addr string `xml:"addr,attr"`
			} `xml:"host>address"`
			Ports []struct {
				A side `xml:"a"`
				B side `xml:"b"`
			} `xml:"host>ports>portdiff"`
		} `xml:"scandiff>hostdiff"`
	}
	if err := xml.Unmarshal(out, &diff); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, h := range diff.Hosts {
		for _, p := range h.Ports {
			all = append(all, fmt.Sprintf("%s %d/%s %s -> %s", h.Address.Addr, p.A.Port.ID, p.A.Port.Proto, p.A.Port.State.State, p.B.Port.State.State))
		}
	}
	if status := exit != nil; status != (len(all) > 0) {
		t.Errorf("ndiff's exit status does not say what it tells: %v\n%s", err, out)
	}
	return all
}

// opening listens at ports of a host until close is called.
func opening(t *testing.T, h *lab.Host, ports ...uint16) (close func()) {
	var all []net.Listener
	for _, port := range ports {
		err := h.Do(func() error {
			l, err := net.Listen("tcp", fmt.Sprintf(":%d", port))
			all = append(all, l)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return func() {
		for _, l := range all {
			l.Close()
		}
	}
}
