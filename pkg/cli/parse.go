package cli

import (
	"errors"
	"fmt"

	"github.com/alecthomas/kong"
)

// asking is what every tool can be asked for instead of being run.
type asking struct {
	Help    bool `short:"h" help:"Print this help and exit." group:"asking"`
	Version bool `help:"Print the version and exit." group:"asking"`
	Schema  bool `help:"Print the JSON Schema of the output and exit." group:"asking"`
}

const askingGroup = "asking"

func isAsking(f *kong.Flag) bool { return f.Group != nil && f.Group.Key == askingGroup }

// newParser builds the parser of a tool's flags. An error is a mistake in the
// tool's tags.
func newParser(t Tool) (*kong.Kong, error) {
	groups := []kong.Group{{Key: askingGroup, Title: "Help"}}
	for _, g := range t.Groups {
		groups = append(groups, kong.Group{Key: g.Key, Title: g.Title})
	}
	options := append(mappers(),
		kong.Name(t.Name),
		kong.NoDefaultHelp(),
		kong.Embed(&asking{}),
		kong.ExplicitGroups(groups),
		kong.WithHyphenPrefixedParameters(true),
		kong.Exit(func(int) {}),
	)
	k, err := kong.New(t.Command, options...)
	if err != nil {
		return nil, fmt.Errorf("the flags of %s: %w", t.Name, err)
	}
	return k, nil
}

// parse reads args into the tool's command. The error is an askedFor, or says
// what is wrong with which flag.
func parse(k *kong.Kong, args []string) error {
	args, err := normalize(k.Model.Flags, args)
	if err != nil {
		return err
	}
	_, err = k.Parse(args)
	var bad *kong.ParseError
	if errors.As(err, &bad) {
		return bad.Unwrap()
	}
	return err
}
