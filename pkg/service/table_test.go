package service

import (
	"path"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"portkit/pkg/endpoint"
)

const tcp, udp = endpoint.TCP, endpoint.UDP

func TestNames(t *testing.T) {
	table := Load()
	for _, c := range []struct {
		proto endpoint.Proto
		port  uint16
		want  []string
	}{
		{tcp, 22, []string{"ssh"}},
		{udp, 53, []string{"domain", "dns"}},
		{tcp, 6001, []string{"x11"}},
		{udp, 51820, []string{"wireguard"}},
		{tcp, 51820, nil},
	} {
		if got := table.Names(c.proto, c.port); !slices.Equal(got, c.want) {
			t.Errorf("%v %d has the names %q, want %q", c.proto, c.port, got, c.want)
		}
	}
}

func TestName(t *testing.T) {
	table := Load()
	for _, c := range []struct {
		proto endpoint.Proto
		port  uint16
		want  string
	}{
		{tcp, 22, "ssh"},
		{tcp, 80, "http"},
		{tcp, 443, "https"},
		{udp, 443, "https"},
		{udp, 53, "domain"},
		{tcp, 53, "domain"},
		{tcp, 25, "smtp"},
		{tcp, 21, "ftp"},
		{udp, 123, "ntp"},
		{udp, 161, "snmp"},
		{tcp, 514, "shell"},
		{udp, 514, "syslog"},
		{tcp, 631, "ipp"},
		{udp, 623, "asf-rmcp"},
		{udp, 67, "bootps"},
		{tcp, 143, "imap"},
		{tcp, 465, "submissions"},
		{tcp, 587, "submission"},
		{udp, 500, "isakmp"},
		{tcp, 3306, "mysql"},
		{tcp, 5432, "postgresql"},
		{tcp, 6379, "redis"},
		{tcp, 27017, "mongodb"},
		{tcp, 8080, "http-alt"},
		{tcp, 9090, "prometheus"},
		{tcp, 2379, "etcd-client"},
		{tcp, 5985, "wsman"},
		{tcp, 10250, "kubelet"},
		{udp, 51820, "wireguard"},
		{tcp, 51820, ""},
		{tcp, 9200, "elasticsearch"},
		{udp, 9200, "wap-wsp"},
		{tcp, 6443, "kube-apiserver"},
		{tcp, 6000, "x11"},
		{tcp, 6063, "x11"},
		{tcp, 6064, "ndl-ahp-svc"},
		{tcp, 66, "sql-net"},
		{tcp, 63, "whoispp"},
		{tcp, 211, "914c-g"},
		{tcp, 3389, "ms-wbt-server"},
		{udp, 3478, "stun"},
		{tcp, 4, ""},
		{tcp, 0, ""},
		{tcp, 65535, ""},
		{udp, 65535, ""},
	} {
		if got := table.Name(c.proto, c.port); got != c.want {
			t.Errorf("Name(%v, %d) = %q, want %q", c.proto, c.port, got, c.want)
		}
	}
}

// portsOf returns the result of Ports, each port as port<<1|proto.
func portsOf(table *Table, pattern string) ([]int, bool) {
	var items []int
	ok := table.Ports(pattern, func(port uint16, p endpoint.Proto) {
		items = append(items, int(port)<<1|int(p))
	})
	return items, ok
}

func TestPorts(t *testing.T) {
	table := Load()
	item := func(port int, p endpoint.Proto) int { return port<<1 | int(p) }
	for _, c := range []struct {
		pattern string
		want    []int
	}{
		{"ssh", []int{item(22, tcp), item(22, udp)}},
		{"SSH", []int{item(22, tcp), item(22, udp)}},
		{"www", []int{item(80, tcp), item(80, udp)}},
		{"www-http", []int{item(80, tcp), item(80, udp)}},
		{"postgres", []int{item(5432, tcp), item(5432, udp)}},
		{"postgresq?", []int{item(5432, tcp), item(5432, udp)}},
		{"wireguard", []int{item(51820, udp)}},
		{"kubelet*", []int{item(10250, tcp), item(10255, tcp)}},
		{"XmlIpcRegSvc", []int{item(9092, tcp), item(9092, udp)}},
		{"xmlipc*", []int{item(9092, tcp), item(9092, udp)}},
		{"redis", []int{item(6379, tcp)}},
		{"*postgres*", []int{item(5432, tcp), item(5432, udp)}},
		{"elasticsearch", []int{item(9200, tcp)}},
		{"wap-wsp", []int{item(9200, tcp), item(9200, udp)}},
		{"no-such-service", nil},
		{"", nil},
		{"?", nil},
		{"ss", nil},
		{"sshh", nil},
	} {
		got, ok := portsOf(table, c.pattern)
		if !slices.Equal(got, c.want) || ok != (len(c.want) > 0) {
			t.Errorf("Ports(%q) = %v, %v; want %v", c.pattern, got, ok, c.want)
		}
	}
}

func TestStarYieldsEveryNamedPortOnceInOrder(t *testing.T) {
	table := Load()
	var want []int
	for port := range 1 << 16 {
		for _, p := range []endpoint.Proto{tcp, udp} {
			if table.Name(p, uint16(port)) != "" {
				want = append(want, port<<1|int(p))
			}
		}
	}
	got, _ := portsOf(table, "*")
	if !slices.Equal(got, want) || len(got) < 11000 {
		t.Errorf("* gives %d items, the names are for %d", len(got), len(want))
	}
}

func TestEachNameFindsItsPort(t *testing.T) {
	table := Load()
	for _, e := range table.entries {
		items, _ := portsOf(table, e.name)
		if !slices.ContainsFunc(items, func(item int) bool { return item>>1 == int(e.lo) }) {
			t.Errorf("%s does not find port %d", e.name, e.lo)
		}
	}
}

// TestFiles checks the syntax of both files, which Load does not report.
func TestFiles(t *testing.T) {
	forms := map[string]*regexp.Regexp{
		iana:    regexp.MustCompile(`^[0-9]+(/tcp|/udp)? [A-Za-z0-9][A-Za-z0-9-]*$`),
		overlay: regexp.MustCompile(`^[0-9]+(-[0-9]+)?(/tcp|/udp)?( [a-z0-9][a-z0-9-]*)+ # [^ ].+$`),
	}
	entries := 0
	for text, form := range forms {
		seen := map[string]bool{}
		for line := range strings.Lines(text) {
			line = strings.TrimSuffix(line, "\n")
			if line == "" || line[0] == '#' {
				continue
			}
			if !form.MatchString(line) {
				t.Errorf("%q does not match %v", line, form)
			}
			ports, rest, _ := strings.Cut(line, " ")
			if seen[ports] {
				t.Errorf("%s occurs twice", ports)
			}
			seen[ports] = true
			names, _, _ := strings.Cut(rest, " #")
			entries += len(strings.Fields(names))
		}
	}
	if got := len(Load().entries); got != entries {
		t.Errorf("Load made %d entries of %d names", got, entries)
	}
}

func TestMatchAgreesWithPathMatch(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pattern := rapid.StringMatching(`[ab*?]{0,12}`).Draw(t, "pattern")
		name := rapid.StringMatching(`[ab]{0,12}`).Draw(t, "name")
		want, _ := path.Match(pattern, name)
		if got := match(pattern, name); got != want {
			t.Fatalf("match(%q, %q) = %v", pattern, name, got)
		}
	})
}

func TestNameAndLoadUseLittleMemory(t *testing.T) {
	table := Load()
	if n := testing.AllocsPerRun(100, func() { table.Name(tcp, 443) }); n != 0 {
		t.Errorf("Name allocates %v times", n)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	Load()
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n > 1<<20 {
		t.Errorf("Load takes %d bytes", n)
	}
}

func BenchmarkLoad(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		Load()
	}
}

func BenchmarkName(b *testing.B) {
	table := Load()
	port := uint16(0)
	n := 0
	for b.Loop() {
		port += 7919
		n += len(table.Name(endpoint.Proto(port&1), port))
	}
	if n == 0 {
		b.Error("no names")
	}
}

func BenchmarkPorts(b *testing.B) {
	table := Load()
	for b.Loop() {
		table.Ports("http*", func(uint16, endpoint.Proto) {})
	}
}
