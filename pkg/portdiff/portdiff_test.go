package portdiff

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"portkit/pkg/cli"
	"portkit/pkg/endpoint"
	"portkit/pkg/internal/schematest"
	"portkit/pkg/record"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"portdiff": func() { os.Exit(Main()) }})
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{Dir: "testdata", RequireExplicitExec: true, RequireUniqueNames: true})
}

// run runs the tool in this process.
func run(stdin string, args ...string) (status int, stdout, stderr string) {
	var out, errs bytes.Buffer
	status = cli.Run(Tool(), cli.IO{Args: args, In: strings.NewReader(stdin), Out: &out, Err: &errs})
	return status, out.String(), errs.String()
}

// scanLines returns n results of a few hosts, and a summary.
func scanLines(rnd *rand.Rand, n int) string {
	states := []string{"open", "closed", "filtered", "open|filtered", "error"}
	var b strings.Builder
	fmt.Fprintf(&b, `{"kind":"summary","owner":7,"ip":"192.0.2.3","open":[%d],"closed":"40-49"}`+"\n", 50+rnd.IntN(3))
	for range n {
		host := fmt.Sprintf(`"ip":"192.0.2.%d"`, rnd.IntN(5))
		if rnd.IntN(3) == 0 {
			host = `"host":"nowhere.example"`
		}
		fmt.Fprintf(&b, `{%s,"port":%d,"proto":"%s","state":"%s","owner":%d}`+"\n", host, 1+rnd.IntN(30),
			[]string{"tcp", "udp"}[rnd.IntN(2)], states[rnd.IntN(len(states))], rnd.IntN(3))
	}
	return b.String()
}

func TestOutputMatchesSchema(t *testing.T) {
	schema := schematest.Compile(t, record.Schema(record.KindChange))
	rnd := rand.New(rand.NewPCG(1, 2))
	old := filepath.Join(t.TempDir(), "old")
	if err := os.WriteFile(old, []byte(scanLines(rnd, 200)), 0o600); err != nil {
		t.Fatal(err)
	}
	status, out, said := run(scanLines(rnd, 200), "--all", old, "-")
	if status != 1 || said != "" {
		t.Errorf("status %d, said %q", status, said)
	}
	met := map[string]bool{}
	for line := range strings.Lines(out) {
		if err := schema.Validate([]byte(line)); err != nil {
			t.Errorf("%s%v", line, err)
		}
		var v struct{ Change string }
		if err := json.Unmarshal([]byte(line), &v); err != nil {
			t.Fatal(err)
		}
		met[v.Change] = true
	}
	if len(met) != endpoint.Changes-1 {
		t.Errorf("met only %v", met)
	}
	for _, wrong := range []string{
		`{"host":"a","port":1,"proto":"tcp","change":"opened","old":"closed"}`,
		`{"host":"a","port":1,"proto":"tcp","change":"new","old":"closed","new":"open"}`,
		`{"host":"a","port":1,"proto":"tcp","change":"opened","old":"shut","new":"open"}`,
	} {
		if schema.Validate([]byte(wrong)) == nil {
			t.Errorf("the schema takes %s", wrong)
		}
	}
}

// TestReportIsTheSame checks that the report does not depend on the memory limit,
// and that it is the default on a terminal.
func TestReportIsTheSame(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	text := scanLines(rnd, 300)
	old := filepath.Join(t.TempDir(), "old")
	if err := os.WriteFile(old, []byte(scanLines(rnd, 300)), 0o600); err != nil {
		t.Fatal(err)
	}
	_, want, _ := run(text, "-o", "text", old, "-")
	for _, memory := range []int{1, 1 << 30} {
		tool := Tool()
		tool.Command.(*Command).memory = memory
		var out bytes.Buffer
		status := cli.Run(tool, cli.IO{Args: []string{old, "-"}, In: strings.NewReader(text), Out: &out, Err: &out, OutTerminal: true})
		if status != 1 || out.String() != want || !strings.Contains(want, "hosts: ") {
			t.Errorf("%d bytes: status %d\n%s\nwant\n%s", memory, status, out.String(), want)
		}
		out.Reset()
		status = cli.Run(Tool(), cli.IO{Args: []string{old, old}, Out: &out, Err: &out, OutTerminal: true})
		if status != 0 || out.String() != "No differences.\n" {
			t.Errorf("status %d, %q on a terminal", status, out.String())
		}
	}
}
