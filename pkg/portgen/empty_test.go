package portgen

import "testing"

func TestReasonForNoEndpointsIsReported(t *testing.T) {
	for _, c := range []struct{ in, args, want string }{
		{"", "-p 22", "no target is given, and the list on standard input is empty"},
		{"# nothing\n", "-p 22 -i -", "the list is empty"},
		{"", "-p 22 -4 2001:db8::/64", "every target has no IPv4 address"},
		{"", "-p 22 -6 10.0.0.1", "every target has no IPv6 address"},
		{"", "-p 22 10.0.0.1 -x 10.0.0.0/24", "every target is excluded"},
		{"", "-p 22 10.0.0.1 --exclude-ports 22", "every target has no port left (--exclude-ports)"},
		{"", "-p 22 -4 ::1 10.0.0.1 -x 10.0.0.1", "every target has no IPv4 address or is excluded"},
		{"", "-p 22 -4 ::1 10.0.0.1", ""},
		{"", "-p 22 10.0.0.1 --limit 0", "--limit is 0"},
		{"", "-p 22 10.0.0.1 --limit 1", ""},
		{"", "-p 22 10.0.0.0/24 --skip 255", ""},
		{"", "-p 22 10.0.0.0/24 --skip 256", "--skip 256 skips all 256 records"},
		{"10.0.0.0/25\n10.0.1.0/25\n", "-p 22 --skip 500 --limit 3", "--skip 500 skips all 256 records"},
		{"", "-p 22 10.0.0.0/24 --skip 86 --shard 1/3", "--skip 86 skips all 86 records of shard 1/3"},
		{"", "-p 22 10.0.0.0/24 --skip 85 --shard 2/3", "--skip 85 skips all 85 records of shard 2/3"},
		{"", "-p 22 10.0.0.0/24 --skip 85 --shard 1/3", ""},
		{"", "-p 22 10.0.0.1-2 --shard 2/3", ""},
		{"", "-p 22 10.0.0.1-2 --shard 3/3", "shard 3/3 of 2 records is empty"},
		{"", "-p 22 10.0.0.1-2 --shard 3/3 --skip 1", "shard 3/3 of 2 records is empty"},
		{"", "-p 22 10.0.0.1 --shard 2/2 --skip 170141183460469231731687303715884105728", "--skip 170141183460469231731687303715884105728 exceeds the maximum number of records"},
		{"", "-p 22 -4 ::1 --skip 500", "every target has no IPv4 address"},
	} {
		want := c.want
		if want != "" {
			want = "portgen: no endpoints: " + want + "\n"
		}
		for _, more := range []string{"", " --count", " --order interleaved", " --order random --seed 1"} {
			got := run(c.in, c.args+more)
			if c.want != "" && got.out != "" && got.out != "0\n" {
				t.Errorf("portgen %s%s: endpoints beside %q", c.args, more, want)
			}
			if got.err != want || got.status != 0 {
				t.Errorf("portgen %s%s: %+v, want %q", c.args, more, got, want)
			}
		}
	}
}
