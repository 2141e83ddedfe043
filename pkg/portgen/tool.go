package portgen

import (
	"portkit/pkg/cli"
	"portkit/pkg/record"
)

// Tool describes portgen to the command line and the manual.
func Tool() cli.Tool {
	return cli.Tool{
		Name:        "portgen",
		Summary:     "expand target and port specs into endpoints to probe",
		Description: description,
		Command:     &Command{},
		Schema:      func() []byte { return record.Schema(record.KindEndpoint) },
		Reads:       "a host list",
		OnSignal:    cli.StopAtOnce,
		Groups: []cli.Group{
			{Key: "targets", Title: "Target specification"},
			{Key: "ports", Title: "Port specification"},
			{Key: "names", Title: "Name resolution"},
			{Key: "which", Title: "Order and selection"},
			{Key: "output", Title: "Output"},
		},
		Examples: []cli.Example{
			{Text: "Scan three ports of a network.", Command: "portgen 192.0.2.0/24 -p 22,80,443 | portprobe | portsum -o text"},
			{Text: "Scan the hosts of a list. Extra fields such as owner are kept.", Command: "portgen -i hosts.ndjson -p 1-1024 | portprobe --open"},
			{Text: "Count the endpoints of a scan before running it.", Command: "portgen 10.0.0.0/8 -p- -x 10.1.0.0/16 --count"},
			{Text: "Scan in random order, divided among four machines (this is the first).", Command: "portgen 10.0.0.0/8 --top 100 --order random --seed 7 --shard 1/4 | portprobe"},
			{Text: "Write ip:port lines for another tool.", Command: "portgen 192.0.2.1-9 -p http,https --plain"},
		},
		Sections: []cli.Section{
			{Title: "Targets", Text: targets},
			{Title: "Host lists", Text: lists},
			{Title: "Order", Text: orders},
		},
		SeeAlso: []string{"portprobe(1)", "portsum(1)", "portdiff(1)", "portkit(5)", "portkit(7)", "portkit-recipes(7)", "portkit-troubleshooting(7)", "portkit-parallel(7)"},
	}
}

const description = `portgen expands targets and ports into endpoint records, one per line, for portprobe: every port of
every address. Targets are arguments or lines of host lists. Without either, a host list is read from standard input.

It sends nothing except DNS queries, if --resolve or an exclusion requires them.`

const targets = `A target is one of

    192.0.2.7                  an address, IPv4 or IPv6 (2001:db8::1, fe80::1%eth0)
    192.0.2.0/24               a prefix, including its first and last address (2001:db8::/120, fe80::%eth0/120)
    192.0.2.0/255.255.255.0    the same, with a netmask
    192.0.2.1-192.0.2.9        a range (2001:db8::1-2001:db8::9)
    192.0.2.1-9                octet patterns: each octet is a number, a range, * or a list of these
    10.0-3.*.1,3,250-
    host.example               a name

optionally followed by :PORTS, which replaces -p: host.example:80,443, 192.0.2.0/24:53/udp,
[2001:db8::/120]:22. Digits and dots that are not a valid address are an error, never a name. Non-ASCII
dashes, slashes and digits that resemble ASCII are an error too. A target does not begin with a dash. Commas may
separate targets without :PORTS. Address bits beyond the
prefix length are ignored. 0.0.0.0 and :: are not hosts: as targets they are an error, and prefixes and ranges omit them,
as well as the IPv4-mapped addresses of an IPv6 prefix.

An exclusion (-x, -X) applies to every target that yields the address: prefixes, ranges and names, which
portgen then looks up itself. An excluded name excludes all its addresses of both families. An exclusion with a
zone applies only to that zone, and one without a zone to all zones. If an exclusion is invalid or cannot be resolved, portgen
exits before it writes anything.

` + "Names are looked up as described in portprobe(1), NAME RESOLUTION: in their registered form, at the pace of the resolver, with retries."

const lists = `A line of a text list is

    TARGET [PORTS] [# comment]

A line of an NDJSON list is an object with the target as host (or ip) and optional ports (or port): a
string as for -p, an integer, or an array of both. proto applies to ports without a protocol. If host is a name
or an address and there is also an ip, that address is probed. All other fields are copied unchanged into every
record of the line. A field with the name of a result field, such as state, is passed on as list_state. A file may contain both
kinds of line.

An invalid line becomes an error record, and the rest continues. So does a name that cannot be resolved: one record
without a port, which portprobe passes through without another lookup. With --plain such records are
omitted. In all these cases the exit status is 1.

If there are no endpoints, a line on standard error reports why, and the exit status is 0.

In linear order lists are streamed: the records of a line are written as soon as it is read.`

const orders = `Linear order: target by target as given, address by address, and the ports of
each address ascending, TCP before UDP. Overlapping targets are not merged.

Random order: all records of all targets are shuffled together. Memory depends on the number of targets,
not of records. The same --seed always gives the same order, so a scan can be stopped after N records and
continued with --skip N, or divided with --shard.

--skip and --limit count the records of the shard. --count prints the number of records that would be written.`
