package cli

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/alecthomas/kong"
)

// askedFor ends the reading of the command line at --help, --version or
// --schema, whatever else it holds.
type askedFor string

func (a askedFor) Error() string { return "--" + string(a) }

// argReader brings a command line into the one form in which kong reads every
// line right: each value tied to its flag by an equals sign, the flags first,
// then --, then the rest. kong itself takes no flag after the last of several
// arguments, and a flag without a value for one with an empty value.
type argReader struct {
	flags []*kong.Flag
	left  []string
	tied  []string
	rest  []string
}

// normalize reorders args as argReader says. It returns an askedFor for one
// of the flags that only ask for a text.
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
	case strings.HasPrefix(arg, "-") && sole(arg):
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
	case isAsking(f):
		return askedFor(f.Name)
	case tied && !takesValue(f) && (f.IsCounter() || value != "true" && value != "false"):
		return fmt.Errorf("%s: accepts no value, got %q", name, value)
	case tied:
		r.tied = append(r.tied, name+"="+value)
		return nil
	}
	return r.flag(f)
}

// short reads a group of one-letter flags, of which the last may take a value
// that follows at once or is the next argument.
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
		if err := r.flag(f); err != nil {
			return err
		}
	}
	return nil
}

// flag takes a flag whose value, if it has one, is the next argument.
func (r *argReader) flag(f *kong.Flag) error {
	switch {
	case isAsking(f):
		return askedFor(f.Name)
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

// asked returns which of the asking flags err stands for, "" if none.
func asked(err error) string {
	var a askedFor
	if errors.As(err, &a) {
		return string(a)
	}
	return ""
}
