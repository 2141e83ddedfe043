package portgen

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestCommasSeparateTargets(t *testing.T) {
	for _, c := range []struct{ args, want, said string }{
		{"10.0.0.1,10.0.0.2 -p 1", "10.0.0.1:1 10.0.0.2:1", ""},
		{"10.0.0.1,3,a.example,10.0.1.0/31 -p 1", "10.0.0.1:1 10.0.0.3:1 a.example:1 10.0.1.0:1 10.0.1.1:1", ""},
		{"2001:db8::a,2001:db8::b -p 1", "[2001:db8::a]:1 [2001:db8::b]:1", ""},
		{"10.0.0.1:22,80", "10.0.0.1:22 10.0.0.1:80", ""},
		{"10.0.0.1,10.0.0.2:22", "", "unexpected comma; 10.0.0.1 alone is a target"},
		{"192.0.2.1,80/tcp -p 1", "", "use 192.0.2.1:80/tcp"},
		{"2001:db8::1:443 -p 1", "[2001:db8::1:443]:1", "2001:db8::1:443 is an address; if its port is 443, use [2001:db8::1]:443"},
		{"2001:db8::53 -p 1", "[2001:db8::53]:1", ""},
	} {
		got := run("", c.args+" --plain")
		if words := strings.Join(strings.Fields(got.out), " "); words != c.want || !strings.Contains(got.err, c.said) || c.said == "" && got.err != "" {
			t.Errorf("portgen %s: %+v, want %s, %q", c.args, got, c.want, c.said)
		}
	}
}

// TestErrorForMissingPortsShowsAValidForm: an IPv6 address needs brackets.
func TestErrorForMissingPortsShowsAValidForm(t *testing.T) {
	for in, want := range map[string]string{
		"fd77::3:22":         "use -p, --top or [fd77::3:22]:PORTS, or [fd77::3]:22 if 22 is the port",
		"[fd77::3:22]":       "use -p, --top or [fd77::3:22]:PORTS, or [fd77::3]:22 if 22 is the port",
		"2001:db8::a":        "use -p, --top or [2001:db8::a]:PORTS",
		"2001:db8::1:22/120": "use -p, --top or [2001:db8::1:22/120]:PORTS",
		"fe80::1:22%eth0":    "use -p, --top or [fe80::1:22%eth0]:PORTS",
		"192.0.2.1":          "use -p, --top or TARGET:PORTS",
		"host.example":       "use -p, --top or TARGET:PORTS",
	} {
		want = "no ports given; " + want + "\n"
		if got := run("", in); got.status != 2 || got.out != "" || !strings.HasSuffix(got.err, want) {
			t.Errorf("portgen %s: %+v, want %q", in, got, want)
		}
		for _, line := range []string{in, `{"host":"` + in + `"}`, `{"ip":"` + in + `"}`} {
			if got := run(line+"\n", ""); got.status != 1 || !strings.HasSuffix(got.err, want) {
				t.Errorf("%s: %+v, want %q", line, got, want)
			}
		}
	}
}

func TestFileAsTargetIsReported(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	if err := os.WriteFile(filepath.Join(dir, "hosts.txt"), []byte("10.0.0.1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args, said string
		status     int
	}{
		{"hosts.txt -p 1", "hosts.txt is a host name here; to read targets from the file, use -i hosts.txt", 0},
		{"./hosts.txt -p 1", "to read targets from the file, use -i ./hosts.txt", 2},
		{"host.example -p 1", "", 0},
	} {
		if got := run("", c.args); got.status != c.status || !strings.Contains(got.err, c.said) || c.said == "" && got.err != "" {
			t.Errorf("portgen %s: %+v, want %q", c.args, got, c.said)
		}
	}
}
