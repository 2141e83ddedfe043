package summary_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"

	"portkit/pkg/endpoint"
)

// oracleKey identifies a summary record, oracleResult is the result of a port.
type (
	oracleKey struct {
		by, host, ip string
		proto        endpoint.Proto
	}
	oracleResult struct {
		state                      endpoint.State
		reason, app, product, cert string
		acceptsAll                 bool
		unidentified               endpoint.Unidentified
	}
	oraclePorts map[int]oracleResult
)

func (a oracleResult) better(b oracleResult) bool {
	if c := cmp.Or(cmp.Compare(a.state, b.state), cmp.Compare(a.weak(), b.weak()), cmp.Compare(a.reason, b.reason)); c != 0 {
		return c < 0
	}
	switch {
	case a.app != b.app:
		return b.app == "" || a.app != "" && a.app < b.app
	case a.product != b.product:
		return b.product == "" || a.product != "" && a.product < b.product
	}
	return cmp.Or(cmp.Compare(a.expires(), b.expires()), cmp.Compare(a.certificate(), b.certificate()), cmp.Compare(a.cert, b.cert), cmp.Compare(a.evidence(), b.evidence())) > 0
}

// evidence returns a rank of the evidence, highest for what shows most of the service.
func (a oracleResult) evidence() int {
	if a.unidentified == 0 {
		return 0
	}
	return endpoint.UnidentifiedCount - int(a.unidentified)
}

// expires returns when the certificate expires, "" if that is unknown.
func (a oracleResult) expires() string {
	var cert struct {
		NotAfter string `json:"not_after"`
	}
	_ = json.Unmarshal([]byte(a.cert), &cert)
	return cert.NotAfter
}

// certificate returns the certificate, "" if there is only TLS.
func (a oracleResult) certificate() string {
	if a.cert == "{}" {
		return ""
	}
	return a.cert
}

// weak returns a rank: results of probes that show nothing about the port come last.
func (a oracleResult) weak() int { return slices.Index([]string{"host-silent", "host-lost"}, a.reason) }

// oracleSum adds up results with maps only.
func oracleSum(results []result) []byte {
	all := map[oracleKey]oraclePorts{}
	bad := map[string]int{}
	for _, r := range results {
		if r.NoEndpoint {
			bad[r.by]++
			continue
		}
		k := oracleKey{r.by, string(r.Host), "", r.Proto}
		if r.Addr.IsValid() {
			k.ip = r.Addr.String()
		}
		if all[k] == nil {
			all[k] = oraclePorts{}
		}
		a := oracleResult{r.State, r.Reason.String(), string(r.App), string(r.Product), string(r.Cert), r.AcceptsAll, r.Unidentified}
		old, ok := all[k][int(r.Port)]
		either := a.acceptsAll || old.acceptsAll
		same := ok && a.state == old.state && a.reason == old.reason
		if ok && !a.better(old) {
			a = old
		}
		if same {
			a.acceptsAll = either
		}
		all[k][int(r.Port)] = a
	}
	var out strings.Builder
	for _, k := range slices.SortedFunc(maps.Keys(all), oracleKey.compare) {
		out.WriteString(k.line(all[k]))
	}
	for _, by := range groupOrder() {
		if n := bad[by]; n > 0 {
			fmt.Fprintf(&out, `{"kind":"summary"%s,"bad_records":%d}`+"\n", strings.TrimSuffix(","+by, ","), n)
		}
	}
	return []byte(out.String())
}

func (k oracleKey) compare(l oracleKey) int {
	return cmp.Or(cmp.Compare(k.group(), l.group()), cmp.Compare(k.number(), l.number()),
		cmp.Compare(k.name(), l.name()), cmp.Compare(k.proto, l.proto))
}

// group returns the rank of the group.
func (k oracleKey) group() int {
	return slices.Index(groupOrder(), k.by)
}

func groupOrder() []string {
	return []string{
		"", `"owner":-10`, `"owner":-9`, `"owner":9`, `"owner":10`, `"owner":"net"`, `"owner":"ops"`, `"owner":null`,
	}
}

// number returns text that sorts like the addresses.
func (k oracleKey) number() string {
	addr, err := netip.ParseAddr(k.ip)
	switch {
	case err != nil:
		return "none"
	case addr.Is4():
		return fmt.Sprintf("4 %x", addr.AsSlice())
	}
	return fmt.Sprintf("6 %x %s", addr.AsSlice(), addr.Zone())
}

func (k oracleKey) name() string {
	if k.host == k.ip {
		return ""
	}
	return k.host
}

func (p oraclePorts) pick(want func(oracleResult) bool) (ports []int) {
	for port, a := range p {
		if want(a) {
			ports = append(ports, port)
		}
	}
	slices.Sort(ports)
	return ports
}

func (k oracleKey) line(ports oraclePorts) string {
	parts := []string{`"kind":"summary"`}
	if k.by != "" {
		parts = append(parts, k.by)
	}
	parts = append(parts, `"host":`+quote(k.host))
	if k.ip != "" {
		parts = append(parts, `"ip":`+quote(k.ip))
	}
	parts = append(parts, fmt.Sprintf(`"proto":"%s"`, k.proto))
	var counts, reasons, named []string
	for state := endpoint.Open; state <= endpoint.Error; state++ {
		list := ports.pick(func(a oracleResult) bool { return a.state == state })
		if state == endpoint.Open {
			parts = append(parts, fmt.Sprintf(`"open":[%s]`, strings.ReplaceAll(strings.Trim(fmt.Sprint(list), "[]"), " ", ",")))
		} else if len(list) > 0 {
			parts = append(parts, fmt.Sprintf(`"%s":"%s"`, strings.ReplaceAll(state.String(), "|", "_"), ranges(list)))
		}
		if len(list) > 0 {
			counts = append(counts, fmt.Sprintf(`"%s":%d`, state, len(list)))
		}
	}
	for r := endpoint.Reason(1); int(r) < endpoint.Reasons; r++ {
		if list := ports.pick(func(a oracleResult) bool { return a.reason == r.String() }); len(list) > 0 {
			reasons = append(reasons, fmt.Sprintf(`"%s":"%s"`, r, ranges(list)))
		}
	}
	for _, port := range ports.pick(func(a oracleResult) bool { return a.app != "" }) {
		named = append(named, fmt.Sprintf(`"%d":%s`, port, quote(ports[port].app)))
	}
	var products, certs []string
	for _, port := range ports.pick(func(a oracleResult) bool { return a.product != "" }) {
		products = append(products, fmt.Sprintf(`"%d":%s`, port, ports[port].product))
	}
	for _, port := range ports.pick(func(a oracleResult) bool { return a.cert != "" }) {
		certs = append(certs, fmt.Sprintf(`"%d":%s`, port, ports[port].cert))
	}
	parts = append(parts, `"counts":{`+strings.Join(counts, ",")+"}", `"reasons":{`+strings.Join(reasons, ",")+"}")
	if len(named) > 0 {
		parts = append(parts, `"apps":{`+strings.Join(named, ",")+"}")
	}
	if len(products) > 0 {
		parts = append(parts, `"products":{`+strings.Join(products, ",")+"}")
	}
	if len(certs) > 0 {
		parts = append(parts, `"certs":{`+strings.Join(certs, ",")+"}")
	}
	if list := ports.pick(func(a oracleResult) bool { return a.acceptsAll }); len(list) > 0 {
		parts = append(parts, `"accepts_all":`+quote(ranges(list)))
	}
	var unidentified []string
	for _, word := range endpoint.UnidentifiedEvidence() {
		if list := ports.pick(func(a oracleResult) bool { return a.unidentified.String() == word && !a.acceptsAll }); len(list) > 0 {
			unidentified = append(unidentified, fmt.Sprintf(`"%s":%s`, word, quote(ranges(list))))
		}
	}
	if len(unidentified) > 0 {
		parts = append(parts, `"unidentified":{`+strings.Join(unidentified, ",")+"}")
	}
	return "{" + strings.Join(parts, ",") + "}\n"
}

func quote(s string) string { return string(must(json.Marshal(s))) }

func ranges(ports []int) string {
	var parts []string
	for i := 0; i < len(ports); i++ {
		first := ports[i]
		for i+1 < len(ports) && ports[i+1] == ports[i]+1 {
			i++
		}
		if part := fmt.Sprint(first); ports[i] == first {
			parts = append(parts, part)
		} else {
			parts = append(parts, fmt.Sprintf("%s-%d", part, ports[i]))
		}
	}
	return strings.Join(parts, ",")
}
