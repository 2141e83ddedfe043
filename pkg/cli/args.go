package cli

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/alecthomas/kong"
)

// argReader reorders a command line for kong: flags with their values tied by
// an equals sign, then --, then the arguments. By itself kong accepts no argument
// after a flag that follows an argument, and no value -- of a flag.
type argReader struct {
	flags []*kong.Flag
	left  []string
	tied  []string
	rest  []string
}

// normalize reorders args. A flag that prints a text replaces the whole line, so
// that --help works beside errors.
func normalize(flags []*kong.Flag, args []string) ([]string, error) {
	r := &argReader{flags: flags, left: args}
	for len(r.left) > 0 {
		if err := r.next(); err != nil {
			return nil, err
		}
	}
	return append(append(r.tied, "--"), r.rest...), nil
}

func (r *argReader) next() error {
	arg := r.pop()
	switch {
	case arg == "--":
		r.rest = append(r.rest, r.left...)
		r.left = nil
	case strings.HasPrefix(arg, "--"):
		return r.long(arg)
	case strings.HasPrefix(arg, "-") && isForeignFlag(arg):
		return r.unknown(arg)
	case strings.HasPrefix(arg, "-") && arg != "-":
		return r.short(arg[1:])
	case beginsWithDash(arg):
		return r.dash(arg)
	default:
		r.rest = append(r.rest, arg)
	}
	return nil
}

func (r *argReader) pop() string {
	arg := r.left[0]
	r.left = r.left[1:]
	return arg
}

func (r *argReader) long(arg string) error {
	name, value, tied := strings.Cut(arg, "=")
	f := r.find(func(f *kong.Flag) bool { return "--"+f.Name == name })
	switch {
	case f == nil:
		return r.unknown(name)
	case !tied || printsText(f):
		return r.flag(f)
	case !takesValue(f) && (f.IsCounter() || value != "true" && value != "false"):
		return fmt.Errorf("%s: accepts no value, got %q", name, value)
	}
	r.tied = append(r.tied, name+"="+value)
	return nil
}

// short reads a group of one-letter flags. The last one may have a value, which
// is the rest of the group or the next argument.
func (r *argReader) short(letters string) error {
	for letters != "" {
		letter, n := utf8.DecodeRuneInString(letters)
		f := r.find(func(f *kong.Flag) bool { return f.Short == letter })
		if f == nil {
			return r.unknown("-" + letters[:n])
		}
		letters = letters[n:]
		if takesValue(f) && letters != "" {
			r.tied = append(r.tied, "--"+f.Name+"="+letters)
			return nil
		}
		if err := r.flag(f); err != nil || printsText(f) {
			return err
		}
	}
	return nil
}

// flag reads a flag whose value, if it has one, is the next argument.
func (r *argReader) flag(f *kong.Flag) error {
	switch {
	case printsText(f):
		r.tied, r.rest, r.left = []string{"--" + f.Name}, nil, nil
	case !takesValue(f):
		r.tied = append(r.tied, "--"+f.Name)
	case len(r.left) == 0:
		return fmt.Errorf("--%s: requires a value: %s", f.Name, placeholder(f))
	default:
		r.tied = append(r.tied, "--"+f.Name+"="+r.pop())
	}
	return nil
}

func (r *argReader) find(is func(*kong.Flag) bool) *kong.Flag {
	for _, f := range r.flags {
		if is(f) {
			return f
		}
	}
	return nil
}

func takesValue(f *kong.Flag) bool { return !f.IsBool() && !f.IsCounter() }
