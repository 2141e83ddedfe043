package portspec_test

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"portkit/pkg/endpoint"
	"portkit/pkg/portspec"
	"portkit/pkg/service"
)

var update = flag.Bool("update", false, "generate system.txt from pkg/service")

const systemHeader = `# System ports registered by IANA (1-1023), ascending: the end of the common ports, after common.txt.
# Generated from pkg/service by "go test ./pkg/portspec -run SystemPorts -update": do not edit.
`

func TestSystemPortsAreThoseOfTheRegistry(t *testing.T) {
	names := service.Load()
	want := systemHeader
	for _, p := range both {
		for port := uint16(1); port < 1024; port++ {
			if name := names.Name(p, port); name != "" {
				want += fmt.Sprintf("%d/%v %s\n", port, p, name)
			}
		}
	}
	if *update {
		if err := os.WriteFile("system.txt", []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got := read(t, "system.txt"); got != want {
		t.Error(`system.txt differs from pkg/service; run go test ./pkg/portspec -run SystemPorts -update`)
	}
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestCommonFile: every line has a name and a source, no port occurs twice, and the
// lists are as long as documented.
func TestCommonFile(t *testing.T) {
	form := regexp.MustCompile(`^([1-9][0-9]*/(tcp|udp)) [a-z0-9A-Z][a-zA-Z0-9-]* # .*[A-Za-z]{3}.*$`)
	seen, curated := map[string]bool{}, map[string]int{}
	for line := range strings.Lines(read(t, "common.txt")) {
		line = strings.TrimSuffix(line, "\n")
		if line == "" || line[0] == '#' {
			continue
		}
		m := form.FindStringSubmatch(line)
		if m == nil {
			t.Errorf("%q is not PORT/PROTO NAME # SOURCE", line)
			continue
		}
		if seen[m[1]] {
			t.Errorf("%s stands twice", m[1])
		}
		seen[m[1]] = true
		if _, err := portspec.Parse(m[1], nil, nil); err != nil {
			t.Error(err)
		}
		curated[m[2]]++
	}
	if curated["tcp"] != 602 || curated["udp"] != 154 {
		t.Errorf("common.txt has %v ports, CommonList's doc says 602 tcp, 154 udp", curated)
	}
}

func TestCommon(t *testing.T) {
	for _, c := range []struct {
		p     endpoint.Proto
		first []uint16
		least int
	}{
		{tcp, []uint16{80, 443, 22}, 1000},
		{udp, []uint16{53, 161, 123}, 700},
	} {
		got := portspec.Common(c.p)
		if len(got) < c.least || !slices.Equal(got[:3], c.first) {
			t.Errorf("Common(%v) has %d ports and begins %v", c.p, len(got), got[:3])
		}
		sorted := slices.Clone(got)
		slices.Sort(sorted)
		if len(slices.Compact(sorted)) != len(got) || sorted[0] == 0 {
			t.Errorf("Common(%v) has a port twice, or port 0", c.p)
		}
	}
}

func TestTop(t *testing.T) {
	list := portspec.CommonList()
	for _, c := range []struct {
		n      int
		protos []endpoint.Proto
		want   int
	}{
		{0, both, 0},
		{-1, both, 0},
		{1, onlyTCP, 1},
		{1000, onlyTCP, 1000},
		{1000, nil, 0},
		{10, both, 20},
		{1 << 20, onlyUDP, len(list.Ports(udp))},
	} {
		if got := list.Top(c.n, c.protos).Len(); got != c.want {
			t.Errorf("Top(%d, %v) has %d items, want %d", c.n, c.protos, got, c.want)
		}
	}
	if got := list.Top(2, both).String(); got != "tcp:80,443,udp:53,161" {
		t.Errorf("Top(2) is %s", got)
	}
	var order []uint16
	for port := range list.Top(4, onlyTCP).Given() {
		order = append(order, port)
	}
	if want := list.Ports(tcp)[:4]; !slices.Equal(order, want) {
		t.Errorf("Top(4) gives %v, want %v", order, want)
	}
	if got, want := list.Set().Len(), len(list.Ports(tcp))+len(list.Ports(udp)); got != want {
		t.Errorf("the set has %d items, the lists have %d", got, want)
	}
}

func TestReadPortsFile(t *testing.T) {
	names := service.Load()
	for _, c := range []struct {
		text string
		def  []endpoint.Proto
		tcp  []uint16
		udp  []uint16
	}{
		{"22\n80\n443\n", onlyTCP, []uint16{22, 80, 443}, nil},
		{"22 1\n80 5\n443 3", onlyTCP, []uint16{80, 443, 22}, nil},
		{"# mine\n\n22 0.5 # ssh\r\n80/tcp\t0.5\r\n53/udp 1\r\n", onlyTCP, []uint16{22, 80}, []uint16{53}},
		{"\ufeff22\n80 1e-3\n", onlyTCP, []uint16{80, 22}, nil},
		{"80,443 2\n22,53/udp", onlyTCP, []uint16{80, 443, 22}, []uint16{53}},
		{"22\n22 7\n80 3\n", onlyTCP, []uint16{22, 80}, nil},
		{"22\n53", both, []uint16{22, 53}, []uint16{22, 53}},
		{"8000-8002 2\nssh 3\nhttps/udp", onlyTCP, []uint16{22, 8000, 8001, 8002}, []uint16{443}},
	} {
		list, err := portspec.ReadPortsFile(strings.NewReader(c.text), c.def, names)
		if err != nil || !slices.Equal(list.Ports(tcp), c.tcp) || !slices.Equal(list.Ports(udp), c.udp) {
			t.Errorf("ReadPortsFile(%q) = %v, %v", c.text, list, err)
		}
	}
}

func TestReadPortsFileRejects(t *testing.T) {
	for text, want := range map[string]string{
		"":                                  "no ports; want lines",
		"# nothing\n":                       "no ports; want lines",
		"22\n\n70000\n":                     "line 3: port 70000 is outside 1-65535",
		"22,,80\n":                          "line 1: empty port next to a comma",
		"22,80,\n":                          "line 1: empty port next to a comma",
		"22,70000 3\n":                      "line 1: port 70000 is outside 1-65535",
		"22 many\n":                         `line 1: weight "many" is not a number`,
		"22 -1\n":                           `line 1: weight "-1" is not a number of at least 0`,
		"22 NaN\n":                          `line 1: weight "NaN" is not a number`,
		"22 Inf\n":                          `line 1: weight "Inf" is not a number`,
		"http 80/tcp 0.4\n":                 `line 1: unknown service name "http"`,
		"22 1 ssh\n":                        `line 1: unexpected "ssh" after the weight`,
		"22\n" + strings.Repeat("x", 2<<20): "line 2: longer than 1 MiB",
	} {
		list, err := portspec.ReadPortsFile(strings.NewReader(text), onlyTCP, nil)
		if err == nil || !strings.Contains(err.Error(), want) || list.Set().Len() > 0 {
			t.Errorf("ReadPortsFile(%.20q) = %v, %v; want an error that says %s", text, list, err, want)
		}
	}
	if _, err := portspec.ReadPortsFile(iotest.ErrReader(os.ErrDeadlineExceeded), nil, nil); err != os.ErrDeadlineExceeded {
		t.Errorf("a read error comes out as %v", err)
	}
}

func BenchmarkCommonList(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		portspec.CommonList()
	}
}
