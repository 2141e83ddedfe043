package compare

import (
	"fmt"
	"hash/crc32"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"portkit/pkg/endpoint"
)

// finding contains the facts about a service in a result; evidence is empty if there are none.
type finding struct {
	evidence, source       string
	limited, tls, starttls bool
	partial                bool // of a summary

	app, product, version, cert, key string
}

// randomFinding returns a finding from small pools and its fields.
func randomFinding(rnd *rand.Rand) (f finding, fields string) {
	pick := func(texts ...string) string { return texts[rnd.IntN(len(texts))] }
	f.evidence = pick("greeting", "http", "silent", "accepts-all", "not-asked", "unreachable", "interrupted", "deadline")
	fields = fmt.Sprintf(`,"evidence":%q`, f.evidence)
	if f.evidence == "greeting" || f.evidence == "http" {
		f.app = pick("ssh", "http")
		f.product, f.version = pick("", "A", "B\u00e9"), pick("", "1", "2")
		f.limited = rnd.IntN(4) == 0
		f.source = pick("", "", "nmap")
		f.tls, f.starttls = rnd.IntN(2) == 0, rnd.IntN(3) == 0
		if f.tls {
			f.cert = pick("", "aa", "bb")
		}
		f.key = pick("", "rsa 1", "rsa 2", "ecdsa 1")
	}
	for _, m := range [][2]string{{"app", f.app}, {"product", f.product}, {"version", f.version}, {"source", f.source}} {
		if m[1] != "" {
			fields += fmt.Sprintf(`,%q:%q`, m[0], m[1])
		}
	}
	if f.limited {
		fields += `,"limited":true`
	}
	if f.tls {
		members := []string{`"version":"1.3"`}
		if f.starttls {
			members = append(members, `"starttls":true`)
		}
		if f.cert != "" {
			members = append(members, fmt.Sprintf(`"sha256":%q`, f.cert))
		}
		fields += `,"tls":{` + strings.Join(members, ",") + `}`
	}
	if kind, sum, ok := strings.Cut(f.key, " "); ok {
		fields += fmt.Sprintf(`,"ssh":{"keys":[{"sha256":%q,"type":%q}]}`, sum, kind)
	}
	return f, fields
}

// sum returns a number by which a finding is chosen from several.
func (f finding) sum(ignore []string) uint32 {
	var text string
	for _, m := range [][2]string{{"app", f.app}, {"product", f.product}, {"version", f.version}, {"source", f.source}, {"tls", f.cert}} {
		if !slices.Contains(ignore, m[0]) {
			text += m[1]
		}
		text += "\xff"
	}
	if kind, sum, ok := strings.Cut(f.key, " "); ok {
		text += kind + "\xff" + sum + "\xff"
	}
	return crc32.ChecksumIEEE([]byte(text))
}

// oracleFindings returns the change of findings, as the contract says, and the value
// of was.
func oracleFindings(old, new finding, ignore []string) (change, was string) {
	if old.evidence == "" || new.evidence == "" {
		return "", ""
	}
	vague := func(f finding, fact string) bool {
		return slices.Contains([]string{"accepts-all", "not-asked", "unreachable", "interrupted", "deadline"}, f.evidence) || f.limited && fact != "app"
	}
	var parts []string
	differ := func(fact, was string, oldLacks, newLacks bool) {
		switch {
		case slices.Contains(ignore, fact), oldLacks && old.partial, newLacks && new.partial:
			return
		case oldLacks && vague(old, fact), newLacks && vague(new, fact):
			if change == "" {
				change = "unknown"
			}
		default:
			change = "changed"
		}
		if oldLacks {
			was = "null"
		}
		parts = append(parts, fmt.Sprintf(`%q:%s`, fact, was))
	}
	text := func(fact, before, after string) {
		if before != after {
			differ(fact, fmt.Sprintf("%q", before), before == "", after == "")
		}
	}
	text("app", old.app, new.app)
	if old.source == new.source {
		text("product", old.product, new.product)
		text("version", old.version, new.version)
	}
	if slices.ContainsFunc(parts, func(s string) bool { return s == `"app":null` }) && old.evidence != "" {
		parts = append(parts, fmt.Sprintf(`"evidence":%q`, old.evidence))
	}
	if old.limited {
		parts = append(parts, `"limited":true`)
	}
	if old.cert != new.cert && !(old.cert == "" && (old.tls || new.starttls)) && !(new.cert == "" && (new.tls || old.starttls)) {
		differ("tls", fmt.Sprintf(`{"sha256":%q}`, old.cert), old.cert == "", new.cert == "")
	}
	before, a, _ := strings.Cut(old.key, " ")
	after, b, _ := strings.Cut(new.key, " ")
	if old.key != "" && before == after && a != b {
		differ("ssh", fmt.Sprintf(`{"keys":[{"type":%q,"sha256":%q}]}`, before, a), false, false)
	}
	if change == "" {
		return "", ""
	}
	return change, `,"was":{` + strings.Join(parts, ",") + `}`
}

// oracleGone returns the value of was for a port that is no longer open.
func oracleGone(f finding) string {
	if f.evidence == "" {
		return ""
	}
	parts := []string{`"app":null`}
	if f.app != "" {
		parts[0] = fmt.Sprintf(`"app":%q`, f.app)
	}
	for _, m := range [][2]string{{"product", f.product}, {"version", f.version}} {
		if m[1] != "" {
			parts = append(parts, fmt.Sprintf(`%q:%q`, m[0], m[1]))
		}
	}
	if f.app == "" {
		parts = append(parts, fmt.Sprintf(`"evidence":%q`, f.evidence))
	}
	if f.limited {
		parts = append(parts, `"limited":true`)
	}
	if f.tls {
		var members []string
		if f.cert != "" {
			members = append(members, fmt.Sprintf(`"sha256":%q`, f.cert))
		}
		if f.starttls {
			members = append(members, `"starttls":true`)
		}
		parts = append(parts, `"tls":{`+strings.Join(members, ",")+`}`)
	}
	if kind, sum, ok := strings.Cut(f.key, " "); ok {
		parts = append(parts, fmt.Sprintf(`"ssh":{"keys":[{"type":%q,"sha256":%q}]}`, kind, sum))
	}
	return `,"was":{` + strings.Join(parts, ",") + `}`
}

// TestServicesAgainstOracle compares scans in which every port is open.
func TestServicesAgainstOracle(t *testing.T) {
	rnd := rand.New(rand.NewPCG(7, 8))
	var old, new scan
	for port := range 5000 {
		for _, s := range []*scan{&old, &new} {
			a := answer{host: "192.0.2.1", ip: "192.0.2.1", port: port + 1, state: endpoint.Open, rest: `"state":"open"`}
			found, fields := randomFinding(rnd)
			a.found, a.rest = found, a.rest+fields
			a.line = fmt.Sprintf(`{%s,"port":%d,%s}`, where(a.host, a.ip), a.port, a.rest)
			s.lines, s.answers = append(s.lines, a.line), append(s.answers, a)
		}
	}
	if diff := cmp.Diff(oracle(old, new, idHost, false), compared(t, old.text(), new.text(), Options{})); diff != "" {
		t.Errorf("- want, + got:\n%s", diff)
	}
}

// TestEqualRecords compares scans of one name with two addresses that have different
// services. Only times and their order differ.
func TestEqualRecords(t *testing.T) {
	const line = `{"host":"www.example","ip":"192.0.2.%d","port":22,"state":"open","rtt_ms":%d,"app":"ssh","version":"%[1]d","evidence":"greeting","ssh":{"keys":[{"type":"ssh-rsa","sha256":"%[1]d"}]}}` + "\n"
	for i := range 20 {
		old := fmt.Sprintf(line, 1, 5) + fmt.Sprintf(line, 2, 6)
		new := fmt.Sprintf(line, 2, i+7) + fmt.Sprintf(line, 1, i+8)
		if got := compared(t, old, new, Options{}); got != "" {
			t.Fatalf("equal services differ: %s", got)
		}
	}
}
