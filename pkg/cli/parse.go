package cli

import (
	"errors"
	"fmt"
	"io"

	"github.com/alecthomas/kong"
)

// textFlags are the flags of every tool that print a text instead of running
// it, beside kong's --help.
type textFlags struct {
	Version versionFlag `help:"Print the version and exit." group:"text"`
	Schema  schemaFlag  `help:"Print the JSON Schema of the output and exit." group:"text"`
}

const textGroup = "text"

func printsText(f *kong.Flag) bool { return groupKey(f) == textGroup }

// errAnswered ends parsing after a text was printed. Whether that failed is
// known to the output.
var errAnswered = errors.New("answered")

type versionFlag bool

// BeforeReset is called by kong for --version.
func (versionFlag) BeforeReset(c *Context) error {
	_, _ = io.WriteString(c.Out, c.tool.Name+" "+Version()+"\n")
	return errAnswered
}

type schemaFlag bool

// BeforeReset is called by kong for --schema.
func (schemaFlag) BeforeReset(c *Context) error {
	_, _ = c.Out.Write(c.tool.Schema())
	return errAnswered
}

// printHelp is called by kong for --help. Its own help has no columns for short
// and long flags, no examples and no groups in the tool's order.
func (c *Context) printHelp(_ kong.HelpOptions, k *kong.Context) error {
	d, err := describe(c.tool, k.Model)
	if err != nil {
		return err
	}
	_, _ = io.WriteString(c.Out, d.help(helpWidth(c.with)))
	return errAnswered
}

// newParser builds the parser of a tool's flags. c is passed to the flags that
// print a text. An error is a mistake in the tool's tags.
func newParser(t Tool, c *Context) (*kong.Kong, error) {
	options := append(mappers(),
		kong.Name(t.Name),
		kong.Vars(t.Texts),
		kong.Help(c.printHelp),
		kong.Embed(&textFlags{}),
		kong.PostBuild(func(k *kong.Kong) error {
			k.Model.HelpFlag.Help = "Print this help and exit."
			k.Model.HelpFlag.Group = &kong.Group{Key: textGroup}
			return nil
		}),
		kong.WithHyphenPrefixedParameters(true),
		kong.Bind(c),
	)
	k, err := kong.New(t.Command, options...)
	if err != nil {
		return nil, fmt.Errorf("the flags of %s: %w", t.Name, err)
	}
	return k, nil
}

// parse reads args into the tool's command. The error is errAnswered, or names
// a flag and what is wrong with it.
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
