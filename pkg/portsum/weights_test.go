package portsum

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"portkit/pkg/endpoint"
	"portkit/pkg/portspec"
)

// countedWeights returns the lines of --weights, counted with maps.
func countedWeights(t *testing.T, lines string) string {
	type port struct {
		number int
		proto  string
	}
	hosts := map[port]map[string]bool{}
	for line := range strings.Lines(lines) {
		var r struct {
			Host, IP, Proto, State string
			Port                   int
		}
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatal(err)
		}
		if p := (port{r.Port, r.Proto}); r.State == "open" {
			if hosts[p] == nil {
				hosts[p] = map[string]bool{}
			}
			hosts[p][cmp.Or(r.Host, r.IP)+" "+r.IP] = true
		}
	}
	var ports []port
	for p := range hosts {
		ports = append(ports, p)
	}
	slices.SortFunc(ports, func(x, y port) int {
		return cmp.Or(cmp.Compare(len(hosts[y]), len(hosts[x])), cmp.Compare(x.number, y.number), cmp.Compare(x.proto, y.proto))
	})
	var b strings.Builder
	for _, p := range ports {
		fmt.Fprintf(&b, "%d/%s %d\n", p.number, p.proto, len(hosts[p]))
	}
	return b.String()
}

// Weights are the same from results, from summaries of their parts, grouped or not,
// and from both.
func TestWeightsAddUp(t *testing.T) {
	for seed := range uint64(25) {
		rnd := rand.New(rand.NewPCG(seed, 3))
		left, right := resultLines(rnd, rnd.IntN(300)), resultLines(rnd, rnd.IntN(300))
		want := countedWeights(t, left+right)
		_, leftSum, _ := run(left, "--by", "owner,ip/30")
		_, rightSum, _ := run(right)
		for _, in := range []string{left + right, leftSum + rightSum, rightSum + left, leftSum + rightSum + left} {
			if status, got, errs := run(in, "--weights"); got != want || status != 0 || errs != "" {
				t.Fatalf("seed %d: status %d, messages %q\n%s\nwant\n%s", seed, status, errs, got, want)
			}
		}
	}
}

func TestWeightsAreAPortsFile(t *testing.T) {
	_, lines, _ := run(resultLines(rand.New(rand.NewPCG(7, 3)), 300), "--weights")
	list, err := portspec.ReadPortsFile(strings.NewReader(lines), []endpoint.Proto{endpoint.UDP}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, proto := range []endpoint.Proto{endpoint.TCP, endpoint.UDP} {
		var want []uint16
		for line := range strings.Lines(lines) {
			var port uint16
			var name string
			if _, err := fmt.Sscanf(strings.Replace(line, "/", " ", 1), "%d %s", &port, &name); err != nil {
				t.Fatal(err)
			}
			if name == proto.String() {
				want = append(want, port)
			}
		}
		if got := list.Ports(proto); len(want) < 10 || !slices.Equal(got, want) {
			t.Errorf("%v: %v, want %v", proto, got, want)
		}
	}
}
