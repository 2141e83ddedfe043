package portsum

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"portkit/pkg/cli"
	"portkit/pkg/internal/lab"
	"portkit/pkg/internal/schematest"
	"portkit/pkg/record"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"portsum": func() { os.Exit(Main()) }})
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata", RequireExplicitExec: true, RequireUniqueNames: true,
		Setup: func(env *testscript.Env) error { env.Setenv("GORACE", os.Getenv("GORACE")); return nil },
	})
}

// run runs the tool in this process.
func run(stdin string, args ...string) (status int, stdout, stderr string) {
	var out, errs bytes.Buffer
	status = cli.Run(Tool(), cli.IO{Args: args, In: strings.NewReader(stdin), Out: &out, Err: &errs})
	return status, out.String(), errs.String()
}

// resultLines returns n results of few hosts, with a field of the user.
func resultLines(rnd *rand.Rand, n int) string {
	states := []string{
		`"state":"open","reason":"syn-ack","app":"ssh","rtt_ms":1.5,"time":"2026-01-02T03:04:05.678Z"`, `"state":"open","reason":"syn-ack"`,
		`"state":"closed","reason":"conn-refused"`, `"state":"filtered","reason":"no-response"`,
		`"state":"error","reason":"deadline","error":"time was up"`, `"state":"open|filtered"`,
		`"state":"filtered","reason":"host-lost"`, `"state":"filtered","reason":"host-silent"`,
	}
	var b strings.Builder
	for range n {
		if rnd.IntN(40) == 0 {
			b.WriteString(`{"state":"error","reason":"bad-record","line":3,"input":"x"}` + "\n")
			continue
		}
		host := fmt.Sprintf(`"ip":"192.0.2.%d"`, rnd.IntN(5))
		switch rnd.IntN(3) {
		case 0:
			host = `"host":"nowhere.example"`
		case 1:
			host = `"host":"www.example",` + host
		}
		fmt.Fprintf(&b, `{%s,"port":%d,"proto":"%s",%s,"owner":%d}`+"\n", host, 1+rnd.IntN(30),
			[]string{"tcp", "udp"}[rnd.IntN(2)], states[rnd.IntN(len(states))], rnd.IntN(3))
	}
	return b.String()
}

func TestSummaryOfSummariesIsTheSummary(t *testing.T) {
	lab.Slow(t, "large inputs")
	for seed := range uint64(25) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		var parts, sums []string
		for range 1 + rnd.IntN(5) {
			parts = append(parts, resultLines(rnd, rnd.IntN(200)))
		}
		for _, by := range [][]string{nil, {"--by", "owner"}, {"--by=owner,ip/30"}, {"--by", "port", "--by", "state"}, {"--stats"}, {"--stats", "--by", "owner"}} {
			_, whole, _ := run(strings.Join(parts, ""), by...)
			sums = sums[:0]
			for _, p := range parts {
				_, sum, _ := run(p, by...)
				sums = append(sums, sum)
			}
			rnd.Shuffle(len(sums), func(i, j int) { sums[i], sums[j] = sums[j], sums[i] })
			if status, got, errs := run(strings.Join(sums, ""), by...); got != whole || status != 0 || errs != "" {
				t.Fatalf("seed %d, by %q: status %d, messages %q\n%s\nwant\n%s", seed, by, status, errs, got, whole)
			}
		}
	}
}

func TestOutputMatchesItsSchema(t *testing.T) {
	schema := schematest.Compile(t, record.Schema(record.KindSummary))
	_, out, _ := run(resultLines(rand.New(rand.NewPCG(1, 2)), 2000), "--by", "owner", "--stats")
	n := 0
	for line := range strings.Lines(out) {
		n++
		if err := schema.Validate([]byte(line)); err != nil {
			t.Errorf("%s%v", line, err)
		}
	}
	if n < 20 || !strings.Contains(out, `"rtt_us"`) {
		t.Errorf("only %d records, or no round trips", n)
	}
	var names struct{ Properties map[string]any }
	if err := json.Unmarshal(record.Schema(record.KindSummary), &names); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"kind", "open", "closed", "filtered", "open_filtered", "error", "counts", "reasons", "apps", "stats", "bad_records"} {
		if names.Properties[name] == nil {
			t.Errorf("the schema has no %s", name)
		}
		if status, _, _ := run("", "--by", name); status != cli.StatusUsage {
			t.Errorf("--by %s ends with status %d", name, status)
		}
	}
}

func TestErrorsAreInTheOrderOfLines(t *testing.T) {
	var in strings.Builder
	for i := range 100000 {
		fmt.Fprintf(&in, `{"ip":"192.0.2.1","port":%d,"state":"open"}`+"\n", 1+i%65535)
		if i%100 == 50 {
			in.WriteString("nonsense\n")
		}
	}
	status, out, messages := run(in.String())
	if status != cli.StatusRecords || !strings.Contains(out, `"counts":{"open":65535}`) {
		t.Errorf("status %d, output %.200s", status, out)
	}
	lines := strings.Split(strings.TrimSpace(messages), "\n")
	for i, want := range []string{"line 52: ", "line 153: ", "line 254: "} {
		if !strings.HasPrefix(lines[i], "portsum: "+want) {
			t.Errorf("message %q, want %q first", lines[i], want)
		}
	}
	if last := lines[len(lines)-1]; !strings.Contains(last, "1000 in all") {
		t.Errorf("the last message is %q", last)
	}
}

func BenchmarkRun(b *testing.B) {
	in := resultLines(rand.New(rand.NewPCG(1, 2)), 200000)
	b.SetBytes(int64(len(in)))
	for b.Loop() {
		run(in)
	}
	b.ReportMetric(200000*float64(b.N)/b.Elapsed().Seconds(), "records/s")
}
