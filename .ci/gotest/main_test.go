package main

import (
	"strings"
	"testing"
	"time"
)

const events = `{"Action":"start","Package":"a"}
{"Action":"run","Package":"a","Test":"TestGood"}
{"Action":"output","Package":"a","Test":"TestGood","Output":"--- PASS: TestGood (0.00s)\n"}
{"Action":"pass","Package":"a","Test":"TestGood"}
{"Action":"output","Package":"a","Test":"TestRoot","Output":"=== RUN   TestRoot\n"}
{"Action":"output","Package":"a","Test":"TestRoot","Output":"    a_test.go:7: needs root: sshd\n"}
{"Action":"output","Package":"a","Test":"TestRoot","Output":"--- SKIP: TestRoot (0.00s)\n"}
{"Action":"skip","Package":"a","Test":"TestRoot"}
{"Action":"output","Package":"a","Output":"PASS\n"}
{"Action":"output","Package":"a","Output":"ok  \ta\t0.1s\n"}
{"Action":"pass","Package":"a"}
{"Action":"output","Package":"b","Test":"TestBad","Output":"=== RUN   TestBad\n"}
{"Action":"output","Package":"b","Test":"TestBad","Output":"    b_test.go:9: 1 is not 2\n"}
{"Action":"output","Package":"b","Test":"TestBad","Output":"--- FAIL: TestBad (0.00s)\n"}
{"Action":"fail","Package":"b","Test":"TestBad"}
{"Action":"output","Package":"b","Test":"TestCrash","Output":"panic: crash\n"}
{"Action":"output","Package":"b","Output":"FAIL\tb\t0.1s\n"}
{"Action":"output","Package":"c","Test":"TestOther","Output":"        > [!root] skip 'needs root: nmap'\n"}
{"Action":"skip","Package":"c","Test":"TestOther"}
{"Action":"output","Package":"c","Test":"TestShort","Output":"    c_test.go:8: has no reason\n"}
{"Action":"skip","Package":"c","Test":"TestShort"}
{"Action":"skip","Package":"c"}
{"ImportPath":"d","Action":"build-output","Output":"d.go:1: syntax error\n"}
no event at all
`

func TestReport(t *testing.T) {
	const byName = "\nSkipped:\n  a TestRoot: needs root: sshd\n  c TestOther: needs root: nmap\n  c TestShort: has no reason\n"
	for _, c := range []struct {
		require, names bool
		last           string
	}{
		{last: "\nSkipped:\n  1 test has no reason\n  2 tests need root: nmap, sshd\nSKIPS=names lists the tests.\n"},
		{names: true, last: byName},
		{require: true, last: byName + "FAIL: REQUIRE=all, and the above were skipped\n"},
	} {
		var out strings.Builder
		r := report{out: &out, tests: map[key][]string{}, status: &status{}}
		r.read(strings.NewReader(events))
		r.closing(c.require, c.names)
		want := "ok  \ta\t0.1s\n    b_test.go:9: 1 is not 2\n--- FAIL: TestBad (0.00s)\n--- UNFINISHED: TestCrash\npanic: crash\nFAIL\tb\t0.1s\n" +
			"d.go:1: syntax error\nno event at all\n" + c.last
		if out.String() != want || r.refused != c.require {
			t.Errorf("%+v: refused %v and printed\n%s", c, r.refused, out.String())
		}
	}
}

func TestStatus(t *testing.T) {
	var out, terminal strings.Builder
	began := time.Now()
	s := &status{out: &out, terminal: &terminal, began: began}
	s.draw(began.Add(2 * time.Second))
	s.add(event{Action: "run", Package: "portkit/pkg/a", Test: "TestB"})
	s.add(event{Action: "pass", Package: "portkit/pkg/a", Test: "TestB"})
	s.add(event{Action: "pass", Package: "portkit/pkg/a"})
	s.add(event{Action: "run", Package: "portkit/pkg/c", Test: "TestD"})
	s.Write([]byte("ok\n"))
	s.draw(began.Add(63 * time.Second))
	const erase = "\r\x1b[K"
	want := erase + "2s: 0 packages done; compiling" + erase + erase + "1m3s: 1 packages done; pkg/c TestD"
	if out.String() != "ok\n" || terminal.String() != want {
		t.Errorf("printed %q, and on the terminal %q, want %q", &out, &terminal, want)
	}
	none := &status{out: &out}
	none.draw(began)
	none.clear()
}
