package translate

import (
	"slices"
	"strings"

	"portkit/pkg/target"
)

// pipe is the tools of a command line with their arguments.
type pipe struct {
	targets []string
	files   []string            // of the tool that was typed
	words   map[string][]string // flags of each tool
	tee     string              // file of the results beside the pipe
	output  string              // file that the last tool writes
	tcp     bool                // TCP is scanned, even beside --udp
}

// add adds words to a tool, once.
func (p *pipe) add(tool string, words ...string) {
	if p.words == nil {
		p.words = map[string][]string{}
	}
	have, n := p.words[tool], len(words)
	for i := range len(have) - n + 1 {
		if n > 0 && slices.Equal(have[i:i+n], words) {
			return
		}
	}
	p.words[tool] = append(have, words...)
}

// use adds the words of a row.
func (p *pipe) use(words, value string) {
	list := strings.Fields(words)
	for i := range list {
		list[i] = strings.ReplaceAll(list[i], "$", value)
	}
	if n := len(list); n > 1 && list[n-2] == ">" {
		if list[n-1] != "-" {
			p.output = list[n-1]
		}
		list = list[:n-2]
	}
	switch {
	case len(list) == 0:
	case list[0] == "tee":
		p.tee = list[1]
		p.add("portsum", "-o", "text")
	default:
		p.add(list[0], list[1:]...)
	}
}

// hasPorts reports whether every target has ports.
func (p *pipe) hasPorts() bool {
	for _, flag := range []string{"-p", "--ports", "--top", "--ports-file"} {
		if slices.Contains(p.words["portgen"], flag) {
			return true
		}
	}
	return len(p.targets) > 0 && !slices.ContainsFunc(p.targets, func(word string) bool {
		_, ports, err := target.Split(word)
		return err != nil || ports == ""
	})
}

// hasTarget reports whether portgen has something to expand.
func (p *pipe) hasTarget() bool {
	return len(p.targets) > 0 || slices.Contains(p.words["portgen"], "-i") || slices.Contains(p.words["portgen"], "--input")
}

// portgen returns the arguments of portgen.
func (p *pipe) portgen() []string {
	args, flags := slices.Clone(p.targets), p.words["portgen"]
	if !p.hasTarget() {
		args = []string{"TARGET"}
	}
	args = append(args, flags...)
	if p.tcp && slices.Contains(flags, "--udp") {
		args = append(args, "--tcp")
	}
	if !p.hasPorts() {
		args = append(args, "--top", "1000")
	}
	return args
}

// stage is a tool and its arguments.
type stage struct {
	tool string
	args []string
}

// stages returns the pipe that has the tool that was typed; nil if its files
// are of no use in it.
func (p *pipe) stages(tool string) (list []stage) {
	_, gen := p.words["portgen"]
	_, probe := p.words["portprobe"]
	_, id := p.words["portid"]
	_, sum := p.words["portsum"]
	gen = gen || len(p.targets) > 0 || tool == "portgen"
	id = id || tool == "portid"
	sum = sum || tool == "portsum"
	if len(p.files) > 0 && (gen || probe && tool != "portprobe") {
		return nil
	}
	probe = probe || tool == "portprobe" || gen && (id || sum)
	if gen {
		list = append(list, stage{"portgen", p.portgen()})
	}
	if probe {
		list = append(list, stage{"portprobe", p.words["portprobe"]})
	}
	if id {
		list = append(list, stage{"portid", p.words["portid"]})
	}
	if p.tee != "" && (probe || id) {
		list = append(list, stage{"tee", []string{p.tee}})
	}
	if sum {
		list = append(list, stage{"portsum", p.words["portsum"]})
	}
	list[0].args = append(slices.Clip(list[0].args), p.files...)
	return list
}

// line returns stages as a shell reads them; "" if there is but a tool.
func (p *pipe) line(list []stage) string {
	var commands []string
	for _, s := range list {
		command := s.tool
		for _, arg := range s.args {
			command += " " + Quote(arg)
		}
		commands = append(commands, command)
	}
	line := strings.Join(commands, " | ")
	if len(list) == 1 && len(list[0].args) == 0 {
		return ""
	}
	if p.output != "" {
		line += " > " + Quote(p.output)
	}
	return line
}

// Quote returns word as a POSIX shell reads it as one word.
func Quote(word string) string {
	const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-"
	if word != "" && strings.Trim(word, plain) == "" {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
