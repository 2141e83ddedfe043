package protocol

import (
	"slices"
	"testing"
	"unicode/utf8"
)

// FuzzRecognize gives arbitrary data to all protocols, as a greeting and as a reply to
// each request. Seeds are the replies of the other tests of this package.
func FuzzRecognize(f *testing.F) {
	table := Table()
	target := sampleTarget()
	for _, seed := range []string{"", "\x00", "SSH-2.0-x\r\n", "SSH-2.0-\xbe0\n", "HTTP/1.1 400 Bad Request\r\n\r\n", "220 x\r\n", "\x15\x03\x03\x00\x02\x02\x28"} {
		f.Add([]byte(seed), uint16(0), true)
	}
	f.Fuzz(func(t *testing.T, data []byte, request uint16, ended bool) {
		r := Reply{Data: data, Ended: ended}
		if q := allRequests(table); request > 0 && len(q) > 0 {
			q := q[int(request)%len(q)]
			r.Request, r.Sent = q.Name, q.Build(target)
		}
		m, more := Recognize(table, &r, 0)
		checkFacts(t, m)
		if more && ended {
			t.Errorf("%q: waits for more after the end", data)
		}
	})
}

// checkFacts checks the limits of the fields of a record, and that the name is one of
// those that Apps and Datagrams list.
func checkFacts(t *testing.T, m Match) {
	t.Helper()
	apps := Apps()
	datagram := func(d Datagram) bool { return d.App == m.App }
	if m.App != "" && !slices.Contains(apps, m.App) && !slices.ContainsFunc(Datagrams(), datagram) {
		t.Errorf("app %q is not listed", m.App)
	}
	for _, s := range []string{m.Product, m.Version, m.Vendor, m.OS, m.Device} {
		if len(s) > maxText || !utf8.ValidString(s) || !isText([]byte(s)) {
			t.Errorf("%s: field %q", m.App, s)
		}
	}
}

func allRequests(table []Protocol) (all []Request) {
	for i := range table {
		all = append(all, table[i].Requests...)
	}
	return all
}
