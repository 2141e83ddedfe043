package reporttest

import (
	"fmt"
	"iter"
	"net/netip"
	"slices"

	"portkit/pkg/endpoint"
	"portkit/pkg/ndjson"
	"portkit/pkg/record"
	"portkit/pkg/report"
	"portkit/pkg/service"
)

// Change returns the change of a port; a state of "" means no result.
func Change(host, ip string, port int, before, after string) record.Change {
	c := record.Change{Host: []byte(host), Port: uint16(port)}
	if ip != "" {
		c.Addr = netip.MustParseAddr(ip)
	}
	c.Old, _ = endpoint.ParseState(before)
	c.New, _ = endpoint.ParseState(after)
	c.Change = endpoint.ChangeOf(c.Old, c.New)
	return c
}

// Changes yields copies of changes.
func Changes(changes []record.Change) iter.Seq[*record.Change] {
	return func(yield func(*record.Change) bool) {
		for _, c := range slices.Clone(changes) {
			if !yield(&c) {
				return
			}
		}
	}
}

// Ports returns the same change of many ports.
func Ports(host, ip string, from, to, step int, before, after string) (all []record.Change) {
	for port := from; port <= to; port += step {
		all = append(all, Change(host, ip, port, before, after))
	}
	return all
}

// ServiceChange returns the change of the service at a port that is open in both scans.
// was and now are the fields of its records.
func ServiceChange(host, ip string, port int, was, now string) record.Change {
	line := fmt.Appendf(nil, `{"host":%q,"ip":%q,"port":%d,"change":"changed","old":"open","new":"open","was":{%s},%s}`, host, ip, port, was, now)
	var c record.Change
	if err := new(record.Decoder).Change(ndjson.Line{Text: line}, &c); err != nil {
		panic(err)
	}
	return c
}

// DiffCase is a comparison and its text without the last lines.
type DiffCase struct {
	Diff    report.Diff
	Changes []record.Change
	Want    string
}

// Diffs returns comparisons by name.
func Diffs() map[string]DiffCase {
	return map[string]DiffCase{
		"a host that stopped replying": {
			Changes: slices.Concat(
				Ports("a", "10.0.0.1", 1, 21, 1, "closed", "filtered"),
				Ports("a", "10.0.0.1", 22, 22, 1, "open", "filtered"),
				Ports("a", "10.0.0.1", 23, 65535, 1, "closed", "filtered"),
			),
			Want: "a (10.0.0.1)\n" +
				"  closed   22/tcp (ssh)       was open, now filtered\n" +
				"  changed  1-21,23-65535/tcp  was closed, now filtered\n\n",
		},
		"very many ranges": {
			Changes: Ports("a", "", 1, 99, 2, "closed", "error"),
			Want: "a\n" +
				"  unknown  1,3,5,7,9,11,13,15,17,19,21,23,.../tcp (50 ports)  was closed, now error\n\n",
		},
		"the order in a host": {
			Changes: []record.Change{
				Change("a", "", 1, "closed", "filtered"), Change("a", "", 2, "open", ""), Change("a", "", 3, "", "closed"),
				Change("a", "", 4, "open", "closed"), Change("a", "", 5, "error", "open"), Change("a", "", 6, "", "open"),
				Change("a", "", 7, "filtered", "open"), Change("a", "", 8, "closed", ""),
			},
			Want: "a\n" +
				"  opened   7/tcp (echo)  was filtered\n" +
				"  added    6/tcp         open, no result before\n" +
				"  closed   4/tcp         was open, now closed\n" +
				"  removed  2/tcp         was open, no result now\n" +
				"  changed  1/tcp         was closed, now filtered\n" +
				"  unknown  5/tcp (rje)   was error, now open\n" +
				"  added    3/tcp         closed, no result before\n" +
				"  removed  8/tcp         was closed, no result now\n\n",
		},
		"other services": {
			Changes: []record.Change{
				ServiceChange("10.0.0.1", "10.0.0.1", 22, `"version":"9.2p0"`, `"app":"ssh","product":"OpenSSH","version":"9.2p1"`),
				ServiceChange("10.0.0.1", "10.0.0.1", 23, `"version":null`, `"app":"telnet","version":"1"`),
				ServiceChange("10.0.0.1", "10.0.0.1", 80, `"tls":{"subject":"CN=a","names":["a"],"sha256":"a"}`, `"app":"http","tls":{"subject":"CN=b","not_after":"2027-02-01T00:00:00Z","sha256":"b"}`),
				ServiceChange("10.0.0.1", "10.0.0.1", 81, `"tls":{"names":["a"],"sha256":"a"}`, `"tls":{"sha256":"b"}`),
				ServiceChange("10.0.0.2", "10.0.0.2", 22, `"version":"9.2p0"`, `"app":"ssh","product":"OpenSSH","version":"9.2p1"`),
				ServiceChange("10.0.0.3", "10.0.0.3", 22, `"version":"9.2p0"`, `"app":"ssh","product":"OpenSSH","version":"9.2p1"`),
			},
			Want: "10.0.0.1\n" +
				"  changed  22/tcp (ssh)     OpenSSH 9.2p1, was 9.2p0\n" +
				"  changed  23/tcp (telnet)  version 1, was of unknown version\n" +
				"  changed  80/tcp (https)   certificate changed: until 2027-02-01, subject CN=b, was CN=a\n" +
				"  changed  81/tcp           certificate changed: until an unknown date, other names\n\n" +
				"10.0.0.2 - 10.0.0.3\n  changed  22/tcp (ssh)  OpenSSH 9.2p1, was 9.2p0\n\n",
		},
		"a name at several addresses": {
			Changes: []record.Change{
				Change("www", "10.0.0.1", 80, "closed", "open"), Change("www", "10.0.0.2", 81, "closed", "open"), Change("www", "", 82, "open", "error"),
			},
			Want: "www\n" +
				"  opened   80/tcp (http)  was closed, at 10.0.0.1\n" +
				"  opened   81/tcp         was closed, at 10.0.0.2\n" +
				"  unknown  82/tcp (xfer)  was open, now error\n\n",
		},
		"an address with many names": {
			Diff: report.Diff{ByIP: true},
			Changes: []record.Change{
				Change("a", "10.0.0.1", 1, "closed", "open"), Change("b", "10.0.0.1", 2, "closed", "open"), Change("10.0.0.1", "10.0.0.1", 4, "closed", "open"),
				Change("c", "10.0.0.1", 5, "closed", "open"), Change("d", "10.0.0.1", 6, "closed", "open"), Change("e", "10.0.0.1", 8, "closed", "open"),
				Change("10.0.0.1", "10.0.0.2", 9, "closed", "open"),
			},
			Want: "10.0.0.1 (a, b, c, ...)\n" +
				"  opened   1/tcp (tcpmux)  was closed\n  opened   2/tcp           was closed\n  opened   4/tcp           was closed\n" +
				"  opened   5/tcp (rje)     was closed\n  opened   6/tcp           was closed\n  opened   8/tcp           was closed\n\n" +
				"10.0.0.2 (10.0.0.1)\n  opened   9/tcp (discard)  was closed\n\n",
		},
		"neighbors to which the same happened": {
			Diff: report.Diff{Expected: true},
			Changes: []record.Change{
				Change("10.0.0.254", "10.0.0.254", 22, "open", ""), Change("10.0.0.255", "10.0.0.255", 22, "open", ""), Change("10.0.1.0", "10.0.1.0", 22, "open", ""),
				Change("10.0.1.1", "10.0.1.1", 22, "open", "closed"), Change("10.0.1.2", "10.0.1.2", 22, "open", "closed"),
				Change("10.0.1.4", "10.0.1.4", 22, "open", "closed"), Change("x", "10.0.1.5", 22, "open", "closed"),
			},
			Want: "10.0.0.254 - 10.0.1.0\n  removed  22/tcp (ssh)  expected, no result\n\n" +
				"10.0.1.1 - 10.0.1.2\n  closed   22/tcp (ssh)  expected, closed\n\n" +
				"10.0.1.4\n  closed   22/tcp (ssh)  expected, closed\n\n" +
				"x (10.0.1.5)\n  closed   22/tcp (ssh)  expected, closed\n\n",
		},
	}
}

// NewDiff returns the comparison of a case.
func NewDiff(c DiffCase) *report.Diff {
	d := c.Diff
	d.Records, d.Services, d.Escape = Changes(c.Changes), service.Load(), Escape
	return &d
}
