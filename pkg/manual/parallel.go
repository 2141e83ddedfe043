package manual

import (
	"embed"
	"strings"
)

//go:embed engines
var engines embed.FS

// Recipe is the command that hands endpoints out to several machines, as the
// manual and the README show it. The tests run this one.
const Recipe = `parallel --pipe --block 1M --jobs 2 -S scan1,scan2,scan3 --retries 3 \
  --joblog scan.log 'echo; portprobe || test $? = 1'`

// Engine returns the file for an engine that hands out numbers: scan.sbatch
// or scan-job.yaml.
func Engine(name string) string {
	text, err := engines.ReadFile("engines/" + name)
	if err != nil {
		panic(err) // it is part of the program
	}
	return string(text)
}

// Parallel returns portkit-parallel(7): one scan by many machines.
func Parallel() []byte {
	r := newPage("portkit-parallel", "7")
	r.section("Name")
	r.line(`portkit\-parallel \- one scan by many machines`)
	r.section("Synopsis")
	r.text("portgen ... | parallel --pipe -S MACHINES ... portprobe | portsum")
	for _, s := range aboutMany() {
		r.section(s.Title)
		r.paragraphs(s.Text)
	}
	r.seeAlso([]string{"parallel(1)", "portgen(1)", "portprobe(1)", "portsum(1)", "ssh(1)", "portkit(5)", "ssh_config(5)"})
	return r.bytes()
}

// shown is lines as roff.paragraphs shows them as they stand.
func shown(lines string) string {
	return "    " + strings.ReplaceAll(strings.TrimSuffix(lines, "\n"), "\n", "\n    ")
}
