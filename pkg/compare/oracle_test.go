package compare

import (
	"cmp"
	"fmt"
	"hash/crc32"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"

	"portkit/pkg/endpoint"
)

// answer is the result of one port in one line, with its part of the change
// record.
type answer struct {
	host, ip string
	port     int
	proto    endpoint.Proto
	state    endpoint.State
	reason   endpoint.Reason
	found    finding
	rest     string // the fields after those of the endpoint
	line     string
}

// The pools are small, so that endpoints recur with other results.
var (
	hosts = []struct{ host, ip string }{
		{"192.0.2.9", "192.0.2.9"},
		{"192.0.2.10", "192.0.2.10"},
		{"9.9.9.9", "9.9.9.9"},
		{"2001:db8::1", "2001:db8::1"},
		{"2001:DB8::1", "2001:db8::1"},
		{"fe80::1%eth0", "fe80::1%eth0"},
		{"fe80::1%eth1", "fe80::1%eth1"},
		{"::ffff:192.0.2.9", "192.0.2.9"},
		{"www.example", "192.0.2.9"},
		{"www.example", "192.0.2.10"},
		{"WWW.example", "2001:db8::1"},
		{"nowhere.example", ""},
		{"münchen.example", ""},
		{`"\`, ""},
		{"192.0.2.77", ""},
		{"1.example", "9.9.9.9"},
	}
	reasons = []endpoint.Reason{0, endpoint.SynAck, endpoint.ConnRefused, endpoint.NoResponse, endpoint.HostSilent, endpoint.HostLost}
	owners  = []string{"", `,"owner":"ops"`, `,"owner" : {"a":[1, 2]}`, `,"change":"CHG-1","old":7`}
)

// scan is lines and their results.
type scan struct {
	lines   []string
	answers []answer
}

// randomScan returns n random lines, results and summaries.
func randomScan(rnd *rand.Rand, n int) (s scan) {
	for range n {
		h := hosts[rnd.IntN(len(hosts))]
		switch rnd.IntN(12) {
		case 0:
			s.summary(rnd, h.host, h.ip)
		case 1:
			s.lines = append(s.lines, `{"state":"error","reason":"bad-record","line":3,"input":"x"}`)
		default:
			s.result(rnd, h.host, h.ip)
		}
	}
	return s
}

func where(host, ip string) string {
	text := fmt.Sprintf(`"host":%q`, host)
	if ip != "" {
		text += fmt.Sprintf(`,"ip":%q`, ip)
	}
	return text
}

func (s *scan) result(rnd *rand.Rand, host, ip string) {
	a := answer{
		host: host, ip: ip, port: 1 + rnd.IntN(9), proto: endpoint.Proto(rnd.IntN(2)),
		state: endpoint.State(1 + rnd.IntN(5)), reason: reasons[rnd.IntN(len(reasons))],
	}
	a.rest = fmt.Sprintf(`"state":"%s"`, a.state)
	if a.reason > 0 {
		a.rest += fmt.Sprintf(`,"reason":"%s"`, a.reason)
	}
	if a.state == endpoint.Open && rnd.IntN(2) == 0 {
		found, fields := randomFinding(rnd)
		a.found = found
		a.rest += fields
	}
	a.rest += owners[rnd.IntN(len(owners))]
	a.line = fmt.Sprintf(`{%s,"port":%d,"proto":"%s",%s}`, where(host, ip), a.port, a.proto, a.rest)
	if a.ip == "" {
		if addr, err := netip.ParseAddr(host); err == nil {
			a.ip = addr.Unmap().String()
		}
	}
	s.lines, s.answers = append(s.lines, a.line), append(s.answers, a)
}

// summary adds a summary of a few ports, one of them recognized.
func (s *scan) summary(rnd *rand.Rand, host, ip string) {
	proto := endpoint.Proto(rnd.IntN(2))
	owner := owners[rnd.IntN(len(owners))]
	first := 1 + rnd.IntN(3)
	open, last := first+3, first+6
	line := fmt.Sprintf(`{"kind":"summary"%s,%s,"proto":"%s","open":[%d],"closed":"%d-%d","filtered":"%d-%d","counts":{},"reasons":{"conn-refused":"%d-%d"},"apps":{"%d":"ssh"}}`,
		owner, where(host, ip), proto, open, first, open-1, open+1, last, first, open-1, open)
	if ip == "" {
		if addr, err := netip.ParseAddr(host); err == nil {
			ip = addr.Unmap().String()
		}
	}
	for port := first; port <= last; port++ {
		a := answer{host: host, ip: ip, port: port, proto: proto, line: line}
		switch {
		case port < open:
			a.state, a.reason = endpoint.Closed, endpoint.ConnRefused
			a.rest = `"state":"closed","reason":"conn-refused"` + owner
		case port == open:
			a.state = endpoint.Open
			a.rest = `"state":"open","app":"ssh"` + owner
			a.found = finding{evidence: "summary", app: "ssh", partial: true}
		default:
			a.state = endpoint.Filtered
			a.rest = `"state":"filtered"` + owner
		}
		s.answers = append(s.answers, a)
	}
	s.lines = append(s.lines, line)
}

// shuffled returns the same lines in another order.
func (s scan) shuffled(rnd *rand.Rand) scan {
	s.lines = slices.Clone(s.lines)
	rnd.Shuffle(len(s.lines), func(i, j int) { s.lines[i], s.lines[j] = s.lines[j], s.lines[i] })
	return s
}

// ordered returns the same lines sorted by host.
func (s scan) ordered(id func(answer) string) scan {
	places := map[string]string{}
	for _, a := range s.answers {
		places[a.line] = place(id(a))
	}
	s.lines = slices.Clone(s.lines)
	slices.SortStableFunc(s.lines, func(a, b string) int { return cmp.Compare(places[a], places[b]) })
	return s
}

func (s scan) text() string { return strings.Join(append(s.lines, ""), "\n") }

// idHost and idIP identify an endpoint.
func idHost(a answer) string { return a.host }

func idIP(a answer) string { return cmp.Or(a.ip, a.host) }

// place returns a text that sorts as hosts are listed.
func place(id string) string {
	addr, err := netip.ParseAddr(id)
	switch {
	case err != nil:
		return "7 " + id
	case addr.Unmap().Is4():
		return fmt.Sprintf("4 %x %s", addr.Unmap().AsSlice(), strings.TrimPrefix(id, addr.Unmap().String()))
	}
	return fmt.Sprintf("6 %x %s", addr.AsSlice(), strings.TrimPrefix(id, addr.WithZone("").String()))
}

// better reports whether a counts for an endpoint that b is for too.
func (a answer) better(b answer, ignore []string) bool {
	table := crc32.MakeTable(crc32.Castagnoli)
	sum := func(s string) uint32 { return crc32.Checksum([]byte(s), table) }
	return cmp.Or(cmp.Compare(a.state, b.state), cmp.Compare(weak(a), weak(b)), cmp.Compare(a.reason.String(), b.reason.String()),
		-cmp.Compare(len(a.found.evidence), 0)+cmp.Compare(len(b.found.evidence), 0),
		cmp.Compare(a.found.sum(ignore), b.found.sum(ignore)), cmp.Compare(sum(a.line), sum(b.line))) < 0
}

// weak returns a rank: of the results with one state, those of probes that show nothing
// about the port come last.
func weak(a answer) int {
	return slices.Index([]string{"host-silent", "host-lost"}, a.reason.String())
}

// known returns the state, error if there is no evidence for it.
func (a answer) known() endpoint.State {
	if a.reason.String() == "host-lost" {
		return endpoint.Error
	}
	return a.state
}

// standing returns the result that counts for each endpoint.
func (s scan) standing(id func(answer) string, ignore ...string) map[string]answer {
	best := map[string]answer{}
	for _, a := range s.answers {
		key := fmt.Sprintf("%s\x00%d %05d", place(id(a)), a.proto, a.port)
		if b, ok := best[key]; !ok || a.better(b, ignore) {
			best[key] = a
		}
	}
	return best
}

// oracle compares two scans with maps, as the contract says.
func oracle(old, new scan, id func(answer) string, all bool, ignore ...string) string {
	before, after := old.standing(id, ignore...), new.standing(id, ignore...)
	var keys []string
	for key := range before {
		keys = append(keys, key)
	}
	for key := range after {
		if _, ok := before[key]; !ok {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	var out strings.Builder
	for _, key := range keys {
		a, b := before[key], after[key]
		change, was := oracleChange(a.known(), b.known()), ""
		switch {
		case change == "" && b.known() == endpoint.Open:
			change, was = oracleFindings(a.found, b.found, ignore)
		case a.state == endpoint.Open && b.state != endpoint.Open:
			was = oracleGone(a.found)
		}
		if change == "" || (a.state == 0 || b.state == 0) && a.state != endpoint.Open && b.state != endpoint.Open && !all {
			continue
		}
		of := b
		if b.state == 0 {
			of, of.rest = a, ""
		}
		fmt.Fprintf(&out, `{%s,"port":%d,"proto":"%s","change":"%s","old":%s,"new":%s`, where(of.host, of.ip), of.port, of.proto, change, orNull(a.state), orNull(b.state))
		out.WriteString(was)
		if of.rest != "" {
			rest := strings.NewReplacer(`"change":`, `"list_change":`, `"old":`, `"list_old":`).Replace(of.rest)
			out.WriteString("," + rest)
		}
		out.WriteString("}\n")
	}
	return out.String()
}

func oracleChange(before, after endpoint.State) string {
	switch {
	case before == after:
		return ""
	case before == 0:
		return "added"
	case after == 0:
		return "removed"
	case before == endpoint.Error, after == endpoint.Error:
		return "unknown"
	case after == endpoint.Open:
		return "opened"
	case before == endpoint.Open && (after == endpoint.Closed || after == endpoint.Filtered):
		return "closed"
	}
	return "changed"
}

func orNull(s endpoint.State) string {
	if s == 0 {
		return "null"
	}
	return `"` + s.String() + `"`
}
