package translate

import (
	"slices"
	"strings"
	"unicode/utf8"

	"portkit/pkg/endpoint"
	"portkit/pkg/portspec"
	"portkit/pkg/target"
)

// reader reads the arguments of a tool.
type reader struct {
	tool   string
	left   []string
	exists func(name string) bool // whether there is a file of the name
	nc     bool                   // the flags are nc's

	pipe
	positional     []string
	absent, others []string // why, of flags without and with an equivalent
	misplaced      bool     // an argument belongs to another tool
	incomplete     bool     // a flag lacks its value
}

// read reads all arguments; it reports whether it understands them.
func (r *reader) read() bool {
	for len(r.left) > 0 {
		arg := r.pop()
		switch {
		case arg == "--":
			r.positional = append(r.positional, r.left...)
			r.left = nil
		case !strings.HasPrefix(arg, "-") || arg == "-":
			r.positional = append(r.positional, arg)
		case r.nc && arg[1] != '-':
			if !r.group(arg[1:]) {
				return false
			}
		case !r.foreign(arg) && !r.own(arg):
			return false
		}
	}
	return r.place()
}

func (r *reader) pop() string {
	arg := r.left[0]
	r.left = r.left[1:]
	return arg
}

// isNC reports whether arg is a group of nc's flags that has -z.
func isNC(arg string) bool {
	group, ok := strings.CutPrefix(arg, "-")
	rest := strings.TrimLeft(group, "46nuvz")
	return ok && (rest == "" || rest[0] == 'w') && strings.Contains(group, "z")
}

// group reads one-letter flags of nc.
func (r *reader) group(arg string) bool {
	for i, letter := range arg {
		row, ok := letters()[letter]
		if !ok {
			return false
		}
		if row.form == valued {
			value, ok := arg[i+1:], true
			if value == "" {
				value, ok = r.value()
			}
			r.apply(row, value, ok)
			return true
		}
		r.apply(row, "", true)
	}
	return true
}

// value returns the next argument, if there is one.
func (r *reader) value() (value string, ok bool) {
	if len(r.left) == 0 {
		return "", false
	}
	return r.pop(), true
}

// foreign reads arg as a flag of another scanner.
func (r *reader) foreign(arg string) bool {
	for _, row := range rows() {
		value, next, ok := row.match(arg)
		if !ok {
			continue
		}
		given := true
		if next {
			if given = len(r.left) > 0; given {
				value = r.left[0]
			}
		}
		if row.when != nil && !row.when(value) {
			continue
		}
		if next && given {
			r.pop()
		}
		r.apply(row, value, given)
		return true
	}
	return r.scans(arg)
}

// match reports whether arg is the row's flag, with its value or with next if
// that is the next argument.
func (row *row) match(arg string) (value string, next, ok bool) {
	name, value, tied := strings.Cut(arg, "=")
	switch {
	case arg == row.flag:
		return "", row.form == valued || row.form == attached, true
	case name == row.flag && tied && row.form != bare:
		return value, false, true
	case row.form == attached || row.form == level:
		value, ok = strings.CutPrefix(arg, row.flag)
		return value, false, ok
	}
	return "", false, false
}

// scans reads a group of nmap's scan types, such as -sSU.
func (r *reader) scans(arg string) bool {
	types, ok := strings.CutPrefix(arg, "-s")
	if !ok || len(types) < 2 {
		return false
	}
	var group []row
	for _, letter := range types {
		i := slices.IndexFunc(rows(), func(row row) bool { return row.flag == "-s"+string(letter) })
		if i < 0 {
			return false
		}
		group = append(group, rows()[i])
	}
	for _, row := range group {
		r.apply(row, "", true)
	}
	return true
}

// apply adds the words of a row to the pipe.
func (r *reader) apply(row row, value string, given bool) {
	switch {
	case row.absent:
		r.absent = append(r.absent, row.flag+": "+row.why)
	case row.why != "":
		r.others = append(r.others, row.flag+": "+row.why)
	}
	r.tcp = r.tcp || row.tcp
	if !given && strings.Contains(row.use, "$") && !strings.Contains(row.use, ">") {
		r.incomplete = true
		return
	}
	if row.conv != nil {
		value = row.conv(value)
	}
	if row.use == "target $" {
		for _, word := range target.SplitList(value) {
			r.incomplete = r.incomplete || !isTarget(word)
			r.targets = append(r.targets, word)
		}
		return
	}
	r.use(row.use, value)
}

// own reads arg as one of portkit's flags, or as a group of short ones.
func (r *reader) own(arg string) bool {
	if strings.HasPrefix(arg, "--") {
		name, value, tied := strings.Cut(arg, "=")
		f := Lookup(name)
		if tied && !f.Value {
			return false
		}
		return r.ownFlag(f, name, value, tied)
	}
	for rest := arg[1:]; rest != ""; {
		_, n := utf8.DecodeRuneInString(rest)
		name := "-" + rest[:n]
		rest = rest[n:]
		f := Lookup(name)
		if !r.ownFlag(f, name, rest, f.Value && rest != "") {
			return false
		}
		if f.Value {
			break
		}
	}
	return true
}

// ownFlag adds a flag to the tool that has it, with its value or with the next
// argument.
func (r *reader) ownFlag(f Flag, name, value string, tied bool) bool {
	if f.Tools == nil {
		return false
	}
	tool := f.Tools[0]
	if slices.Contains(f.Tools, r.tool) {
		tool = r.tool
	} else {
		r.misplaced = true
	}
	if f.Value && !tied {
		ok := false
		if value, ok = r.value(); !ok {
			return false
		}
	}
	words := []string{name}
	if f.Value {
		words = append(words, value)
	}
	r.add(tool, words...)
	return true
}

// place sorts the arguments that are not flags into targets, ports and files.
func (r *reader) place() bool {
	for _, word := range r.positional {
		switch {
		case r.tool != "portgen" && (word == "-" || r.exists(word)):
			r.files = append(r.files, word)
		case r.hasTarget() && isPorts(word):
			r.others = append(r.others, word+": ports are given with -p")
			r.add("portgen", "-p", word)
		case r.tool == "portgen" && !isAddress(word) && r.exists(word):
			r.add("portgen", "-i", word)
		case r.tool == "portgen" && isTarget(word):
			r.targets = append(r.targets, word)
		case r.tool == "portgen":
			return false
		case isAddress(word) || isTarget(word) && r.wantsTargets() && !isFileName(word):
			r.misplaced = true
			r.targets = append(r.targets, word)
		default:
			r.files = append(r.files, word)
		}
	}
	return true
}

// wantsTargets reports whether a name is rather a host than a file.
func (r *reader) wantsTargets() bool {
	return r.nc || len(r.targets)+len(r.words["portgen"]) > 0 || slices.Contains([]string{"portprobe", "portid"}, r.tool) && len(r.absent)+len(r.others) > 0
}

// isTarget reports whether word is a target of portgen.
func isTarget(word string) bool {
	_, _, err := parse(word)
	return err == nil
}

// isAddress reports whether word is a target that is unlikely to be the name of
// a file.
func isAddress(word string) bool {
	t, ports, err := parse(word)
	return err == nil && (ports != "" || t.Is4() || t.Is6())
}

func parse(word string) (t target.Target, ports string, err error) {
	name, ports, err := target.Split(word)
	if err == nil {
		t, err = target.Parse(name)
	}
	return t, ports, err
}

// isFileName reports whether word ends as the names of scans and lists do.
func isFileName(word string) bool {
	return slices.ContainsFunc([]string{".ndjson", ".json", ".txt", ".xml"}, func(end string) bool { return strings.HasSuffix(word, end) })
}

// isPorts reports whether word consists of port numbers and ranges.
func isPorts(word string) bool {
	if strings.Trim(word, "0123456789-,") != "" || strings.HasPrefix(word, "-") {
		return false
	}
	_, err := portspec.Parse(word, []endpoint.Proto{endpoint.TCP}, nil)
	return err == nil
}
