package report

import (
	"bytes"
	"errors"
	"fmt"
	"iter"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"portkit/pkg/endpoint"
	"portkit/pkg/record"
	"portkit/pkg/service"
)

// change is one from before to after; "" is not asked.
func change(host, ip string, port int, before, after string) record.Change {
	c := record.Change{Host: []byte(host), Port: uint16(port)}
	if ip != "" {
		c.Addr = netip.MustParseAddr(ip)
	}
	c.Old, _ = endpoint.ParseState(before)
	c.New, _ = endpoint.ParseState(after)
	c.Change = endpoint.ChangeOf(c.Old, c.New)
	return c
}

func each(changes []record.Change) iter.Seq[*record.Change] {
	return func(yield func(*record.Change) bool) {
		for _, c := range slices.Clone(changes) {
			if !yield(&c) {
				return
			}
		}
	}
}

func ports(host, ip string, from, to, step int, before, after string) (all []record.Change) {
	for port := from; port <= to; port += step {
		all = append(all, change(host, ip, port, before, after))
	}
	return all
}

var diffs = map[string]struct {
	about   Diff
	changes []record.Change
	want    string
}{
	"a host that went dark": {
		changes: slices.Concat(
			ports("a", "10.0.0.1", 1, 21, 1, "closed", "filtered"),
			ports("a", "10.0.0.1", 22, 22, 1, "open", "filtered"),
			ports("a", "10.0.0.1", 23, 65535, 1, "closed", "filtered"),
		),
		want: "a (10.0.0.1)\n" +
			"  closed   22/tcp (ssh)       was open, now filtered\n" +
			"  changed  1-21,23-65535/tcp  was closed, now filtered\n\n",
	},
	"very many ranges": {
		changes: ports("a", "", 1, 99, 2, "closed", "error"),
		want: "a\n" +
			"  unknown  1,3,5,7,9,11,13,15,17,19,21,23,.../tcp (50 ports)  was closed, now error\n\n",
	},
	"the order in a host": {
		changes: []record.Change{
			change("a", "", 1, "closed", "filtered"), change("a", "", 2, "open", ""), change("a", "", 3, "", "closed"),
			change("a", "", 4, "open", "closed"), change("a", "", 5, "error", "open"), change("a", "", 6, "", "open"),
			change("a", "", 7, "filtered", "open"), change("a", "", 8, "closed", ""),
		},
		want: "a\n" +
			"  opened   7/tcp (echo)  was filtered\n" +
			"  added    6/tcp         open, no result before\n" +
			"  closed   4/tcp         was open, now closed\n" +
			"  removed  2/tcp         was open, no result now\n" +
			"  changed  1/tcp         was closed, now filtered\n" +
			"  unknown  5/tcp (rje)   was error, now open\n" +
			"  added    3/tcp         closed, no result before\n" +
			"  removed  8/tcp         was closed, no result now\n\n",
	},
	"a name at several addresses": {
		changes: []record.Change{
			change("www", "10.0.0.1", 80, "closed", "open"), change("www", "10.0.0.2", 81, "closed", "open"), change("www", "", 82, "open", "error"),
		},
		want: "www\n" +
			"  opened   80/tcp (http)  was closed, at 10.0.0.1\n" +
			"  opened   81/tcp         was closed, at 10.0.0.2\n" +
			"  unknown  82/tcp (xfer)  was open, now error\n\n",
	},
	"an address with many names": {
		about: Diff{ByIP: true},
		changes: []record.Change{
			change("a", "10.0.0.1", 1, "closed", "open"), change("b", "10.0.0.1", 2, "closed", "open"), change("10.0.0.1", "10.0.0.1", 4, "closed", "open"),
			change("c", "10.0.0.1", 5, "closed", "open"), change("d", "10.0.0.1", 6, "closed", "open"), change("e", "10.0.0.1", 8, "closed", "open"),
			change("10.0.0.1", "10.0.0.2", 9, "closed", "open"),
		},
		want: "10.0.0.1 (a, b, c, ...)\n" +
			"  opened   1/tcp (tcpmux)  was closed\n  opened   2/tcp           was closed\n  opened   4/tcp           was closed\n" +
			"  opened   5/tcp (rje)     was closed\n  opened   6/tcp           was closed\n  opened   8/tcp           was closed\n\n" +
			"10.0.0.2 (10.0.0.1)\n  opened   9/tcp (discard)  was closed\n\n",
	},
	"neighbors to which the same happened": {
		about: Diff{Expected: true},
		changes: []record.Change{
			change("10.0.0.254", "10.0.0.254", 22, "open", ""), change("10.0.0.255", "10.0.0.255", 22, "open", ""), change("10.0.1.0", "10.0.1.0", 22, "open", ""),
			change("10.0.1.1", "10.0.1.1", 22, "open", "closed"), change("10.0.1.2", "10.0.1.2", 22, "open", "closed"),
			change("10.0.1.4", "10.0.1.4", 22, "open", "closed"), change("x", "10.0.1.5", 22, "open", "closed"),
		},
		want: "10.0.0.254 - 10.0.1.0\n  removed  22/tcp (ssh)  expected, no result\n\n" +
			"10.0.1.1 - 10.0.1.2\n  closed   22/tcp (ssh)  expected, closed\n\n" +
			"10.0.1.4\n  closed   22/tcp (ssh)  expected, closed\n\n" +
			"x (10.0.1.5)\n  closed   22/tcp (ssh)  expected, closed\n\n",
	},
}

// TestDiffText compares the reports without their last lines.
func TestDiffText(t *testing.T) {
	for name, c := range diffs {
		var out bytes.Buffer
		if err := DiffText(&out, each(c.changes), c.about, service.Load(), escape); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		end := strings.LastIndex(out.String(), "\n\n") + 2
		got, last := out.String()[:end], out.String()[end:]
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (- want, + got):\n%s", name, diff)
		}
		if !strings.Contains(last, "host") {
			t.Errorf("%s: ends with %q", name, last)
		}
	}
}

// TestDiffCounts: the last line has the changes that were counted, and hosts
// that are told of together count each.
func TestDiffCounts(t *testing.T) {
	about := Diff{Old: "a\x1b", New: "b", Nowhere: [2]uint64{3, 0}}
	about.Changes[endpoint.ChangeOpened], about.Changes[endpoint.ChangeRemoved] = 7, 1
	c := diffs["neighbors to which the same happened"]
	var out bytes.Buffer
	if err := DiffText(&out, each(c.changes), about, service.Load(), escape); err != nil {
		t.Fatal(err)
	}
	want := "\n\n7 hosts: 7 opened, 1 removed\nRecords without an endpoint, not compared: 3 in aESC.\n"
	if !strings.HasSuffix(out.String(), want) {
		t.Errorf("%s\nends not with %q", out.String(), want)
	}
}

// TestDiffHTML reads the page as a browser does: it has the same hosts and rows
// as the text, no element but those that are meant, and asks for nothing.
func TestDiffHTML(t *testing.T) {
	for name, c := range diffs {
		hostile := `<script src="https://evil.example/">alert('x')</script>` + "\x1b"
		c.changes = slices.Clone(c.changes)
		c.changes[0].Host, c.about.Old = []byte(hostile), hostile
		c.changes[0].App, c.changes[0].New = []byte(hostile), endpoint.Open
		var text, page bytes.Buffer
		if err := DiffText(&text, each(c.changes), c.about, service.Load(), escape); err != nil {
			t.Fatal(err)
		}
		if err := DiffHTML(&page, each(c.changes), c.about, service.Load(), escape); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		doc, err := html.Parse(&page)
		if err != nil {
			t.Fatal(err)
		}
		var cells []string
		for n := range doc.Descendants() {
			if n.Type == html.ElementNode && !slices.Contains(strings.Fields("html head body meta title style h1 h2 p section table thead tbody tr th td span"), n.Data) {
				t.Errorf("%s: the page has an element %s", name, n.Data)
			}
			for _, a := range n.Attr {
				if !slices.Contains(strings.Fields("lang charset name content http-equiv class scope"), a.Key) {
					t.Errorf("%s: an element has %s=%q", name, a.Key, a.Val)
				}
			}
			if n.Type == html.TextNode && slices.Contains([]string{"td", "span", "h2"}, n.Parent.Data) {
				cells = append(cells, n.Data)
			}
		}
		for _, cell := range cells {
			if !strings.Contains(text.String(), cell) {
				t.Errorf("%s: %q is not in the text\n%s", name, cell, text.String())
			}
		}
		if n := strings.Count(text.String(), "\n  "); len(cells) < 3*n {
			t.Errorf("%s: %d cells for %d rows", name, len(cells), n)
		}
	}
}

func TestDiffReportsAFailedWrite(t *testing.T) {
	for i, draw := range []func() error{
		func() error {
			return DiffText(full{}, each(diffs["very many ranges"].changes), Diff{}, service.Load(), escape)
		},
		func() error {
			return DiffHTML(full{}, each(diffs["very many ranges"].changes), Diff{}, service.Load(), escape)
		},
	} {
		if err := draw(); !errors.Is(err, errFull) {
			t.Errorf("%d: error %v, want %v", i, err, errFull)
		}
	}
}

// TestDiffOfVeryManyNames: an address that was asked under very many names takes
// no time that grows with their square.
func TestDiffOfVeryManyNames(t *testing.T) {
	var changes []record.Change
	for i := range 65535 {
		changes = append(changes, change(fmt.Sprintf("h%d", i), "10.0.0.1", 1+i, "closed", "open"))
	}
	var out bytes.Buffer
	if err := DiffText(&out, each(changes), Diff{ByIP: true}, service.Load(), escape); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(out.String(), "\n"); n != 65535+3 {
		t.Errorf("%d lines", n)
	}
}
