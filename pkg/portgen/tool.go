package portgen

import (
	"portkit/pkg/cli"
	"portkit/pkg/record"
)

// Tool describes portgen to the command line and the manual.
func Tool() cli.Tool {
	return cli.Tool{
		Name:        "portgen",
		Summary:     "expand target and port specs into endpoints to scan",
		Description: description,
		Command:     &Command{},
		Schema:      func() []byte { return record.Schema(record.KindEndpoint) },
		Reads:       "a host list",
		OnSignal:    cli.StopAtOnce,
		Groups: []cli.Group{
			{Key: "targets", Title: "Targets"},
			{Key: "ports", Title: "Ports"},
			{Key: "names", Title: "Names and addresses"},
			{Key: "which", Title: "Which records, in which order"},
			{Key: "output", Title: "Output"},
		},
		Examples: []cli.Example{
			{Text: "Scan three ports of a network.", Command: "portgen 192.0.2.0/24 -p 22,80,443 | portprobe | portsum -o text"},
			{Text: "Scan the hosts of a list whose lines bring fields of your own, such as owner.", Command: "portgen -i hosts.ndjson -p 1-1024 | portprobe --open"},
			{Text: "See how much there is to do.", Command: "portgen 10.0.0.0/8 -p- -x 10.1.0.0/16 --count"},
			{Text: "Spread a scan over a network, and over four machines (this is the first).", Command: "portgen 10.0.0.0/8 --top 100 --order random --seed 7 --shard 1/4 | portprobe"},
			{Text: "Feed a tool that takes ip:port.", Command: "portgen 192.0.2.1-9 -p http,https --plain"},
		},
		Sections: []cli.Section{
			{Title: "Targets", Text: targets},
			{Title: "Host lists", Text: lists},
			{Title: "Order", Text: orders},
		},
		SeeAlso: []string{"portprobe(1)", "portsum(1)", "portdiff(1)", "portkit(5)", "portkit-parallel(7)"},
	}
}

const description = `portgen expands targets and ports into endpoint records, one a line, for portprobe to ask: every port of
every address. Targets are arguments, or lines of host lists; without either the list is read from standard input.

It sends nothing but the lookups of names that --resolve or an exclusion asks for.`

const targets = `A target is one of

    192.0.2.7                  an address, IPv4 or IPv6 (2001:db8::1, fe80::1%eth0)
    192.0.2.0/24               a prefix, its first and last address included (2001:db8::/120, fe80::%eth0/120)
    192.0.2.0/255.255.255.0    the same, with a netmask
    192.0.2.1-192.0.2.9        a range (2001:db8::1-2001:db8::9)
    192.0.2.1-9                octet patterns: in each octet a number, a range, * or a list of these
    10.0-3.*.1,3,250-
    host.example               a name

followed by :PORTS of its own if it likes, which then stand in place of -p: host.example:80,443, 192.0.2.0/24:53/udp,
[2001:db8::/120]:22. Digits and dots that make no address are an error, not a name, and so are the
dashes, slashes and full-width digits that look like them. A target does not begin with a dash. Commas may
separate arguments that have no ports of their own. Bits of an address behind its
prefix length do not matter. 0.0.0.0 and :: name no host: alone they are an error, and wider targets leave them out,
as they do the IPv4-mapped addresses in an IPv6 prefix.

An exclusion (-x, -X) holds for every way in which an address can come out: prefixes, ranges and, because names are then
looked up at once, names. An excluded name excludes all its addresses of both families. An excluded address with a
zone is excluded in that zone, one without in all. An exclusion that cannot be read or resolved ends portgen
before it writes anything.

` + "Names are looked up as portprobe(1) does, section NAMES: in their registered form, at the pace of the resolver, and repeatedly."

const lists = `A line of a text list is

    TARGET [PORTS] [# comment]

and a line of an NDJSON list is an object with the target as host (or ip), and if it likes with ports (or port): a
string as for -p, an integer, or an array of both, and proto for ports that name none. If host is a name
or an address and there is an ip too, that is the address to ask. All other fields pass on, as they are, into every
record that the line makes; one that bears the name of a result's field, such as state, passes on as list_state. Both kinds
of line may stand in one file.

A line that is wrong becomes an error record, and the rest goes on. So does a name that cannot be resolved: one record
without a port, which portprobe passes through and does not look up again. With --plain such records are
left out. In all these cases the exit status is 1.

Where there are no endpoints, a line on standard error gives the reason, and the exit status is 0.

In linear order lists are read as they come: what a line makes is written at once.`

const orders = `In linear order the records come target by target as given, address by address, and the ports of
each address ascending, tcp before udp. Targets that overlap are not merged.

In random order all records of all targets are shuffled together, in memory that follows the number of targets and
not of records, and the same --seed always gives the same order. So a scan can be stopped after N records and
gone on with by --skip N, or divided by --shard.

--skip and --limit count the records of the shard. --count counts what would be written.`
