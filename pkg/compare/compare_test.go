package compare

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"portkit/pkg/endpoint"
	"portkit/pkg/internal/lab"
	"portkit/pkg/record"
)

func source(name, text string) Source { return Source{name, strings.NewReader(text)} }

// pieces is a text that is read in blocks of a few lines: long reads are short.
type pieces struct {
	text string
	size int
}

func (p pieces) ReadAt(b []byte, off int64) (int, error) {
	if len(b) > 64<<10 {
		b = b[:p.size]
	}
	return strings.NewReader(p.text).ReadAt(b, off)
}

// compared returns what Compare writes.
func compared(t testing.TB, old, new string, o Options) string {
	t.Helper()
	var out bytes.Buffer
	if _, err := Compare(source("OLD", old), source("NEW", new), o, &out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// forced returns what is written in order or sorted; ok is false if the scans
// should be in order and are not.
func forced(t testing.TB, old, new string, o Options, sorted bool) (text string, ok bool) {
	t.Helper()
	v := byHost
	if o.ByIP {
		v = byIP
	}
	c := comparison{options: o, sides: [2]*side{{source: Source{"OLD", pieces{old, 300}}, view: v}, {source: Source{"NEW", pieces{new, 500}}, view: v}}}
	var out bytes.Buffer
	way := c.inOrder
	if sorted {
		way = c.sorted
	}
	if _, err := way(&out); err != nil && !errors.Is(err, errOrder) {
		t.Fatal(err)
	} else if err != nil {
		return "", false
	}
	return out.String(), true
}

func TestCompareAgainstOracle(t *testing.T) {
	for seed := range uint64(lab.Rounds(60)) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		old, new := randomScan(rnd, rnd.IntN(300)), randomScan(rnd, rnd.IntN(300))
		for _, all := range []bool{false, true} {
			got := compared(t, old.text(), new.text(), Options{All: all})
			if diff := cmp.Diff(oracle(old, new, idHost, all), got); diff != "" {
				t.Fatalf("seed %d, all %v (- want, + got):\n%s", seed, all, diff)
			}
			got = compared(t, old.text(), new.text(), Options{All: all, Ignore: record.FactVersion | record.FactTLS})
			if diff := cmp.Diff(oracle(old, new, idHost, all, "version", "tls"), got); diff != "" {
				t.Fatalf("seed %d, ignoring, all %v (- want, + got):\n%s", seed, all, diff)
			}
			got = compared(t, old.text(), new.text(), Options{All: all, ByIP: true})
			if diff := cmp.Diff(oracle(old, new, idIP, all), got); diff != "" {
				t.Fatalf("seed %d, by ip, all %v (- want, + got):\n%s", seed, all, diff)
			}
		}
	}
}

// TestPathsAgree checks that the output is the same in order, sorted in memory and
// sorted on disk, and for any order of the lines.
func TestPathsAgree(t *testing.T) {
	lab.NotRaced(t) // takes long; other tests race the same code
	streamed, spilled := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		rnd := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 2))
		old, new := randomScan(rnd, rapid.IntRange(0, 250).Draw(rt, "old")), randomScan(rnd, rapid.IntRange(0, 250).Draw(rt, "new"))
		for _, o := range []Options{{Memory: 1 << 20}, {Memory: 1 << 20, ByIP: true, All: true}} {
			id := idHost
			if o.ByIP {
				id = idIP
			}
			want, ok := forced(t, old.ordered(id).text(), new.ordered(id).text(), o, false)
			if !ok {
				rt.Fatal("the ordered lines are not taken to be in order")
			}
			streamed++
			for _, memory := range []int{1 << 20, 3000, 1} {
				o.Memory = memory
				got, _ := forced(t, old.shuffled(rnd).text(), new.shuffled(rnd).text(), o, true)
				if got != want {
					rt.Fatalf("%d bytes of memory:\n%s", memory, cmp.Diff(want, got))
				}
				spilled++
			}
		}
	})
	if streamed < lab.Rounds(100) || spilled < lab.Rounds(300) {
		t.Errorf("%d in order, %d sorted", streamed, spilled)
	}
}

// TestLateDisorder compares scans that are in order except for their last line.
func TestLateDisorder(t *testing.T) {
	var lines strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&lines, `{"ip":"10.0.%d.%d","port":80,"state":"closed"}`+"\n", i/250, i%250)
	}
	late := `{"ip":"10.0.0.7","port":80,"state":"open"}` + "\n"
	want := `{"host":"10.0.0.7","ip":"10.0.0.7","port":80,"proto":"tcp","change":"opened","old":"closed","new":"open","state":"open"}` + "\n"
	if got := compared(t, lines.String(), lines.String()+late, Options{}); got != want {
		t.Errorf("got  %swant %s", got, want)
	}
	if got := compared(t, lines.String()+late, lines.String()+late, Options{}); got != "" {
		t.Errorf("got %s", got)
	}
	// A pipe is stored for the second reading.
	for _, o := range []Options{{}, {Memory: 1000}} {
		var out bytes.Buffer
		kept := Keep(strings.NewReader(lines.String() + late))
		if _, err := Compare(source("OLD", lines.String()), Source{"NEW", kept}, o, &out); err != nil || out.String() != want {
			t.Errorf("%v, got  %swant %s", err, out.String(), want)
		}
		kept.Close()
	}
}

func TestBadLinesAreReportedOnce(t *testing.T) {
	var in strings.Builder
	for i := range 3000 {
		fmt.Fprintf(&in, `{"ip":"10.0.0.%d","port":%d,"state":"closed"}`+"\n", 250-i%250, 1+i)
		if i%1000 == 500 {
			in.WriteString("nonsense\n")
		}
	}
	var said []string
	tally, err := Compare(source("OLD", in.String()), source("NEW", in.String()), Options{Bad: func(source string, err error) {
		said = append(said, source+" "+strings.SplitAfter(err.Error(), ":")[0])
	}}, new(bytes.Buffer))
	if err != nil || !tally.Unread || tally.Different() {
		t.Errorf("%v, %+v", err, tally)
	}
	var of [2][]string
	for _, s := range said {
		i := strings.Count(s, "NEW")
		of[i] = append(of[i], s[4:])
	}
	if want := "[[line 502: line 1503: line 2504:] [line 502: line 1503: line 2504:]]"; fmt.Sprint(of) != want {
		t.Errorf("said %v, want %s", of, want)
	}
}

func TestTally(t *testing.T) {
	old := `{"ip":"10.0.0.1","port":1,"state":"closed"}
{"ip":"10.0.0.1","port":2,"state":"open"}
{"ip":"10.0.0.1","port":3,"state":"open"}
{"state":"error","reason":"bad-record"}
{"kind":"summary","bad_records":4}
`
	newer := `{"ip":"10.0.0.1","port":1,"state":"open","new":1}
{"ip":"10.0.0.1","port":2,"state":"error"}
{"ip":"10.0.0.1","port":4,"state":"open"}
{"host":"nowhere.example","state":"error","reason":"resolve-failed"}
`
	tally, err := Compare(source("OLD", old), source("NEW", newer), Options{}, new(bytes.Buffer))
	want := Tally{Nowhere: [2]uint64{5, 1}, Renamed: true}
	for _, c := range []endpoint.Change{endpoint.ChangeOpened, endpoint.ChangeUnknown, endpoint.ChangeAdded, endpoint.ChangeRemoved} {
		want.Changes[c] = 1
	}
	if err != nil || tally != want || !tally.Different() {
		t.Errorf("%v, %+v, want %+v", err, tally, want)
	}
	if tally = (Tally{}); tally.Different() {
		t.Error("nothing is different")
	}
	if tally.Changes[endpoint.ChangeUnknown] = 7; tally.Different() {
		t.Error("what could not be asked is taken for a difference")
	}
}

// shifting is a text that changes after it was read once.
type shifting struct {
	texts [2]string
	reads int
}

func (s *shifting) ReadAt(p []byte, off int64) (int, error) {
	i := 0
	if s.reads++; len(p) < 1000 { // one line
		i = 1
	}
	return strings.NewReader(s.texts[i]).ReadAt(p, off)
}

func TestChangedTextIsAnError(t *testing.T) {
	line := `{"ip":"10.0.0.1","port":1,"state":"open"}` + "\n"
	for _, then := range []string{strings.Replace(line, "open", "OPEN", 1), strings.Replace(line, "10.", "20.", 1), strings.Repeat("\n", 80), "", "{"} {
		s := &shifting{texts: [2]string{line, then}}
		_, err := Compare(source("OLD", ""), Source{"NEW", s}, Options{}, new(bytes.Buffer))
		if err == nil || err.Error() != "NEW changed while it was read" {
			t.Errorf("%q: error %v", then, err)
		}
	}
}

var errDisk = errors.New("disk on fire")

// broken is a text that fails after some bytes.
type broken struct{ text string }

func (b broken) ReadAt(p []byte, off int64) (int, error) {
	n, err := strings.NewReader(b.text).ReadAt(p, off)
	if err != nil {
		err = errDisk
	}
	return n, err
}

func (b broken) Write([]byte) (int, error) { return 0, errDisk }

// TestReadErrors checks that nothing is compared if a text cannot be read to its
// end.
func TestReadErrors(t *testing.T) {
	text := `{"ip":"10.0.0.2","port":1,"state":"open"}` + "\n" + `{"ip":"10.0.0.3","port":1,"state":"open"}` + "\n"
	good, bad := source("OLD", ""), Source{"NEW", broken{text}}
	var out bytes.Buffer
	if _, err := Compare(good, bad, Options{}, &out); !errors.Is(err, errDisk) || out.Len() > 0 {
		t.Errorf("NEW breaks: %v, wrote %q", err, out.String())
	}
	if _, err := Compare(bad, good, Options{}, &out); !errors.Is(err, errDisk) || out.Len() > 0 {
		t.Errorf("OLD breaks: %v, wrote %q", err, out.String())
	}
	if _, err := Compare(good, source("NEW", text), Options{}, broken{}); !errors.Is(err, errDisk) {
		t.Errorf("the output breaks: %v", err)
	}
}
