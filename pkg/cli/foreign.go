package cli

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/alecthomas/kong"

	"portkit/pkg/translate"
)

// foreign adds the command line to use instead to err, the error of a command
// line that is another scanner's or has arguments of another tool. It returns
// every other error unchanged.
func foreign(t Tool, k *kong.Kong, args []string, err error) error {
	var known *statusError
	if !errors.As(err, &known) || known.reported || known.status != StatusUsage {
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

// isForeignFlag reports whether arg is a flag of another scanner that could be
// read as a one-letter flag with the name of a file. The file must not exist.
func isForeignFlag(arg string) bool {
	return translate.Sole(arg) && !exists(strings.TrimLeft(arg, "-")[1:])
}

// flagOfOthers returns the error for a flag that only other tools have; nil if
// none has it.
func flagOfOthers(name string) error {
	f := translate.Lookup(name)
	if f.Tools == nil {
		return nil
	}
	if f.Long != name {
		name += " (" + f.Long + ")"
	}
	return fmt.Errorf("%s belongs to %s", name, strings.Join(f.Tools, " and "))
}
