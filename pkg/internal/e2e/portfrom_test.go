package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"portkit/pkg/cli"
	"portkit/pkg/endpoint"
	"portkit/pkg/portfrom"
	"portkit/pkg/portsum"
	"portkit/pkg/record"
)

// inProcess runs a tool in this process.
func inProcess(t *testing.T, tool cli.Tool, in string, args ...string) string {
	t.Helper()
	var out, errs bytes.Buffer
	if status := cli.Run(tool, cli.IO{Args: args, In: strings.NewReader(in), Out: &out, Err: &errs}); status != 0 {
		t.Fatalf("%s %q: status %d\n%s", tool.Name, args, status, &errs)
	}
	return out.String()
}

// randomResults returns results of few hosts, each by one to three names. What is known of a
// service is the same by all names.
func randomResults(rnd *rand.Rand) string {
	apps := slices.DeleteFunc(record.Apps(), func(app string) bool { return app == "ldap" }) // means cldap over UDP
	words := slices.DeleteFunc(endpoint.UnidentifiedEvidence(), func(word string) bool { return word == endpoint.EvidenceAcceptsAll })
	hosts := []string{"192.0.2.1", "2001:db8::1", "192.0.2.200", "fe80::1%eth0"}
	var b strings.Builder
	for range 1 + rnd.IntN(600) {
		i := rnd.IntN(len(hosts))
		host := []string{hosts[i], fmt.Sprintf("www%d.example", i), "a&b.example"}[rnd.IntN(3)]
		proto := endpoint.Proto(rnd.IntN(2))
		port := 1 + rnd.IntN(200)
		reason := endpoint.Reason(1 + rnd.IntN(endpoint.Reasons-1))
		if proto == endpoint.UDP && (reason.State(proto) == endpoint.Open || reason == endpoint.ConnRefused || reason == endpoint.Reset) {
			reason = endpoint.UDPResponse
		}
		if proto == endpoint.TCP && reason == endpoint.UDPResponse {
			reason = endpoint.SynAck
		}
		fmt.Fprintf(&b, `{"host":%q,"ip":%q,"port":%d,"proto":%q,"state":%q,"reason":%q`, host, hosts[i], port, proto, reason.State(proto), reason)
		service := rand.New(rand.NewPCG(uint64(i), uint64(port)*2+uint64(proto)))
		if reason.State(proto) == endpoint.Open && service.IntN(2) == 0 {
			app := service.IntN(8) > 0 // else only the product is known
			if app {
				fmt.Fprintf(&b, `,"evidence":"greeting","app":%q`, apps[service.IntN(len(apps))])
			} else {
				fmt.Fprintf(&b, `,"evidence":%q`, words[service.IntN(len(words))])
			}
			if !app || service.IntN(2) == 0 {
				fmt.Fprintf(&b, `,"product":"P <%d>","version":"1.%d","os":"O\"s"`, service.IntN(9), service.IntN(9))
			}
			switch service.IntN(3) {
			case 0:
				b.WriteString(`,"tls":{"version":"1.3"}`)
			case 1:
				b.WriteString(`,"tls":{"starttls":true}`)
			}
			if service.IntN(2) == 0 {
				b.WriteString(`,"device":"router","cpe":["cpe:2.3:a:v\\:w:p:1.0:*:*:*:*:*:*:*"]`)
			}
		}
		b.WriteString("}\n")
	}
	return b.String()
}

// facts returns what results contain of each endpoint, by address, as portsum sees it, and
// the names of each address.
func facts(t *testing.T, results string) (lines []string, names map[string][]string) {
	t.Helper()
	names = map[string][]string{}
	var plain strings.Builder
	more := map[string]string{} // what summaries do not contain
	for line := range strings.Lines(results) {
		var r map[string]any
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatal(err)
		}
		ip := r["ip"].(string)
		if r["state"] == "error" {
			continue
		}
		names[ip] = append(names[ip], r["host"].(string))
		if own, ok := r["nmap"].(map[string]any); ok {
			for _, n := range append([]any{}, asList(own["hostnames"])...) {
				names[ip] = append(names[ip], n.(string))
			}
		}
		if r["cpe"] != nil {
			more[fmt.Sprint(ip, " ", r["proto"], " ", r["port"])] = fmt.Sprint(r["device"], r["cpe"])
		}
		r["host"] = ip
		delete(r, "source") // the original has none
		text, _ := json.Marshal(r)
		plain.Write(append(text, '\n'))
	}
	for ip, list := range names {
		list = slices.DeleteFunc(list, func(n string) bool { return n == ip })
		slices.Sort(list)
		names[ip] = slices.Compact(list)
	}
	for _, key := range slices.Sorted(maps.Keys(more)) {
		lines = append(lines, key+" "+more[key])
	}
	return append(lines, inProcess(t, portsum.Tool(), plain.String(), "-o", "json")), names
}

func asList(v any) []any {
	list, _ := v.([]any)
	return list
}

// TestNmapXMLReadsBack writes results as nmap's XML and reads them back: states, reasons and
// services of all endpoints are the same, and the names of each address.
func TestNmapXMLReadsBack(t *testing.T) {
	t.Parallel()
	for seed := range uint64(10) {
		results := randomResults(rand.New(rand.NewPCG(seed, 7)))
		want, wantNames := facts(t, results)
		xml := inProcess(t, portsum.Tool(), results, "-o", "nmap-xml")
		got, gotNames := facts(t, inProcess(t, portfrom.Tool(), xml))
		if !slices.Equal(got, want) {
			t.Fatalf("seed %d:\ngot  %s\nwant %s", seed, got, want)
		}
		if !maps.EqualFunc(gotNames, wantNames, slices.Equal) {
			t.Fatalf("seed %d: names %v, want %v", seed, gotNames, wantNames)
		}
	}
}
