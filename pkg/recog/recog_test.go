package recog

import (
	"encoding/base64"
	"encoding/xml"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// recogDatabase is the environment variable with the folder of a Recog database. It is
// the user's, so that the tests must pass without.
const recogDatabase = "PORTKIT_RECOG"

// example is a text of a database that must match its fingerprint, and the values that
// it must give.
type example struct {
	fingerprint *fingerprint
	kind, text  string
	values      map[string]string
	plain       bool // neither encoded nor in a file
}

// examples returns the examples of the files of a folder, and how many it left out
// because their file is missing.
func examples(tb testing.TB, dir string) (all []example, missing int) {
	tb.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*.xml"))
	if err != nil || len(names) == 0 {
		tb.Fatal(names, err)
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			tb.Fatal(err)
		}
		f, err := parse(filepath.Base(name), strings.NewReader(string(text)))
		if err != nil {
			tb.Fatal(name, err)
		}
		var doc struct {
			Fingerprints []struct {
				Examples []struct {
					Attrs []xml.Attr `xml:",any,attr"`
					Text  string     `xml:",chardata"`
				} `xml:"example"`
			} `xml:"fingerprint"`
		}
		if err := xml.Unmarshal(text, &doc); err != nil || len(doc.Fingerprints) != len(f.fingerprints) {
			tb.Fatalf("%s: %d fingerprints, want %d; %v", name, len(f.fingerprints), len(doc.Fingerprints), err)
		}
		for i, fp := range doc.Fingerprints {
			for _, e := range fp.Examples {
				x := example{f.fingerprints[i], f.kind, e.Text, map[string]string{}, true}
				for _, a := range e.Attrs {
					var raw []byte
					switch a.Name.Local {
					case "_encoding":
						raw, err = base64.StdEncoding.DecodeString(strings.Join(strings.Fields(e.Text), ""))
					case "_filename":
						raw, err = os.ReadFile(filepath.Join(strings.TrimSuffix(name, ".xml"), a.Value))
					default:
						x.values[a.Name.Local] = a.Value
						continue
					}
					x.text, x.plain = string(raw), false
				}
				if os.IsNotExist(err) {
					missing, err = missing+1, nil
					continue
				}
				if err != nil {
					tb.Fatal(name, err)
				}
				all = append(all, x)
			}
		}
	}
	return all, missing
}

// TestExamplesOfRecog checks the examples of the own database and, if the environment
// names one, of Recog's: each against its own fingerprint, as Recog does.
func TestExamplesOfRecog(t *testing.T) {
	dirs := []string{ownDatabase}
	if dir := os.Getenv(recogDatabase); dir != "" {
		dirs = append(dirs, dir)
	}
	for _, dir := range dirs {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			db, err := Load(dir)
			if err != nil {
				t.Fatal(err)
			}
			plain, wrong, values, shadowed := 0, 0, 0, 0
			all, missing := examples(t, dir)
			for _, x := range all {
				if x.plain {
					plain++
				}
				values += len(x.values)
				m, ok := x.fingerprint.match(x.text)
				for name, want := range x.values {
					ok = ok && m.Params[name] == want
				}
				if !ok || !x.fingerprint.mayMatch(fold(x.text)) {
					wrong++
					t.Errorf("%s: %s: %q gives %v, want %v", x.kind, x.fingerprint.description, x.text, m.Params, x.values)
				}
				if first, ok := db.Match(x.kind, x.text); !ok || first.Description != m.Description {
					shadowed++
				}
			}
			t.Logf("%d examples (%d plain), %d wrong, %d values; %d match an earlier fingerprint first; the files of %d are missing",
				len(all), plain, wrong, values, shadowed, missing)
		})
	}
}

// database loads the database for benchmarks: Recog's, or the own one.
func database(b *testing.B) (dir string, db *Database) {
	dir = os.Getenv(recogDatabase)
	if dir == "" {
		dir = ownDatabase
	}
	db, err := Load(dir)
	if err != nil {
		b.Fatal(err)
	}
	return dir, db
}

func BenchmarkLoad(b *testing.B) {
	dir, _ := database(b)
	heap := func() float64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return float64(m.HeapAlloc)
	}
	before := heap()
	db, err := Load(dir)
	if err != nil {
		b.Fatal(err)
	}
	kept := heap() - before
	runtime.KeepAlive(db)
	for b.Loop() {
		if _, err := Load(dir); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(kept, "B-kept")
}

func BenchmarkMatch(b *testing.B) {
	_, db := database(b)
	for _, c := range []struct{ name, kind, text string }{
		{"none", HTTPServer, "Frobnicator-httpd/17.3 (Plan 9)"},
		{"none-long", HTTPServer, strings.Repeat("Frobnicator ", 100)},
		{"http", HTTPServer, "Apache/2.4.57 (Debian)"},
		{"ssh", SSHBanner, "OpenSSH_9.2p1 Debian-2+deb12u3"},
	} {
		b.Run(c.name, func(b *testing.B) {
			began := time.Now()
			db.Match(c.kind, c.text) // compiles what is needed
			first := time.Since(began)
			b.ReportAllocs()
			for b.Loop() {
				db.Match(c.kind, c.text)
			}
			b.ReportMetric(float64(first.Microseconds()), "µs-first")
		})
	}
}
