package portgen

import (
	"fmt"
	"strings"
	"testing"
)

// TestInterleavedOrder: of the ports as given, and of targets with ports of their own.
func TestInterleavedOrder(t *testing.T) {
	weights := file(t, "weights", "7 1\n53/udp 9\n22 3\n")
	for _, c := range []struct{ args, in, want string }{
		{"10.0.0.1-2 -p 443,80", "", "10.0.0.1:443 10.0.0.2:443 10.0.0.1:80 10.0.0.2:80"},
		{"a b -p 9,7-8,1-9 --exclude-ports 2-6", "", "a:9 b:9 a:7 b:7 a:8 b:8 a:1 b:1"},
		{"a -p 9 -p 8,9", "", "a:9 a:8"},
		{"a -p 53,22 --tcp --udp", "", "a:53 a:53/udp a:22 a:22/udp"},
		{"a -p U:9,T:10,9", "", "a:9/udp a:10 a:9"},
		{"a -p 1,80,3 --top 3", "", "a:80 a:443 a:22 a:1 a:3"},
		{"a --top 2 --tcp --udp", "", "a:80 a:443 a:53/udp a:161/udp"},
		{"a -p 22,8,1-9 --exclude-ports 1-6 --ports-file " + weights, "", "a:22 a:7 a:53/udp a:8 a:9"},
		{"a -p 7-8 --top 1 --ports-file " + weights, "", "a:22 a:53/udp a:7 a:8"},
		{"a:9,5 b c:7,5 -p 5,1", "", "a:9 a:5 b:5 c:5 b:1 c:7"},
		{"a:1 [2001:db8::/127]:2 10.0.0.0/31 -p 2,1", "", "a:1 10.0.0.0:1 10.0.0.1:1 [2001:db8::]:2 [2001:db8::1]:2 10.0.0.0:2 10.0.0.1:2"},
		{"10.0.0.0/30 10.0.0.0/31 -p 2,1 -x 10.0.0.1", "", "10.0.0.0:2 10.0.0.2:2 10.0.0.3:2 10.0.0.0:2 10.0.0.0:1 10.0.0.2:1 10.0.0.3:1 10.0.0.0:1"},
		{"10.0.0.9:3 10.0.0.7 -p 2,1 -x 10.0.0.9", "", "10.0.0.7:2 10.0.0.7:1"},
		{"both.test four.test -p 2,1 --resolve all -4", "", "192.0.2.10:2 192.0.2.11:2 192.0.2.4:2 192.0.2.10:1 192.0.2.11:1 192.0.2.4:1"},
		{"-p 5", "a 7,6\nb\nc 6\n" + `{"host":"d","ports":[8,"6"]}` + "\na 7,6", "a:7 a:7 a:6 c:6 d:6 a:6 b:5 d:8"},
	} {
		got := run(c.in, c.args+" --plain --order interleaved")
		if s := strings.Join(strings.Fields(got.out), " "); s != c.want || got.status != 0 {
			t.Errorf("portgen %s: status %d, %s\ngot  %s\nwant %s", c.args, got.status, got.err, s, c.want)
		}
	}
}

// TestErrorRecordsAreInTheFirstPass: where the list has them, and without any port too.
func TestErrorRecordsAreInTheFirstPass(t *testing.T) {
	got := run("a 2,1\n10.1 1\nb 1\nc 2\n", "--order interleaved")
	var order []string
	for _, line := range lines(got.out) {
		order = append(order, line[:min(20, len(line))])
	}
	want := `[{"host":"a","port":2 {"state":"error","re {"host":"c","port":2 {"host":"a","port":1 {"host":"b","port":1]`
	if s := fmt.Sprint(order); s != want || got.status != 1 {
		t.Errorf("status %d\ngot  %s\nwant %s", got.status, s, want)
	}
	if got := run("10.1 1\n10.2 1\n", "--order interleaved"); strings.Count(got.out, "bad-record") != 2 || got.status != 1 {
		t.Errorf("status %d, %s", got.status, got.out)
	}
	if got := run("10.1 1\na 1\n", "--order interleaved --plain"); got.out != "a:1\n" || got.status != 1 {
		t.Errorf("plain: status %d, %s", got.status, got.out)
	}
}
