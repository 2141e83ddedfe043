package cli

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/alecthomas/kong"

	"portkit/pkg/translate"
)

// foreign returns the error for a command line as other scanners accept it, or
// with arguments of another tool: err, which the line has led to, with the line
// to use instead. Every other error is returned as it is.
func foreign(t Tool, k *kong.Kong, args []string, err error) error {
	var known *statusError
	if !errors.As(err, &known) || known.said || known.status != StatusUsage {
		return err
	}
	s, ok := translate.Line(t.Name, args, exists)
	if !ok {
		return err
	}
	if s.Line == "" {
		return Usagef("%s", s.Why)
	}
	if again := parse(k, s.Args); again != nil {
		return UsageError(again) // the line to use must not have an error of its own
	}
	if s.Why == "" {
		s.Why = err.Error()
	}
	return Usagef("%s; use: %s", s.Why, s.Line)
}

func exists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}

// sole reports whether arg is a flag of another scanner, although it could be a
// short one of ours with the name of a file that does not exist.
func sole(arg string) bool {
	return translate.Sole(arg) && !exists(strings.TrimLeft(arg, "-")[1:])
}

// belongs returns the error for a flag that other tools have; nil if none has.
func belongs(name string) error {
	f := translate.Lookup(name)
	if f.Tools == nil {
		return nil
	}
	if f.Long != name {
		name += " (" + f.Long + ")"
	}
	return fmt.Errorf("%s belongs to %s", name, strings.Join(f.Tools, " and "))
}
