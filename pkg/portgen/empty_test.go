package portgen

import "testing"

func TestNoEndpointsAreExplained(t *testing.T) {
	for _, c := range []struct{ in, args, want string }{
		{"", "-p 22", "no target is given, and the list on standard input is empty"},
		{"# nothing\n", "-p 22 -i -", "the list is empty"},
		{"", "-p 22 -4 2001:db8::/64", "every target has no IPv4 address"},
		{"", "-p 22 -6 10.0.0.1", "every target has no IPv6 address"},
		{"", "-p 22 10.0.0.1 -x 10.0.0.0/24", "every target is excluded"},
		{"", "-p 22 10.0.0.1 --exclude-ports 22", "every target has no port left (--exclude-ports)"},
		{"", "-p 22 -4 ::1 10.0.0.1 -x 10.0.0.1", "every target has no IPv4 address or is excluded"},
		{"", "-p 22 -4 ::1 10.0.0.1 -x 10.0.0.1 --order random", "every target has no IPv4 address or is excluded"},
		{"", "-p 22 -4 ::1 10.0.0.1 -x 10.0.0.1 --count", "every target has no IPv4 address or is excluded"},
		{"", "-p 22 -4 ::1 10.0.0.1", ""},
		{"", "-p 22 10.0.0.1 --limit 0", ""},
	} {
		want := c.want
		if want != "" {
			want = "portgen: no endpoints: " + want + "\n"
		}
		if got := run(c.in, c.args); got.err != want || got.status != 0 {
			t.Errorf("portgen %s: %+v, want %q", c.args, got, want)
		}
	}
}
