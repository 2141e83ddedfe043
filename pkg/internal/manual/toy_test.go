package manual

import (
	"testing"

	"portkit/pkg/cli"
)

// toy has a flag of every kind that pages and completions distinguish.
type toy struct {
	Files   []string     `arg:"" optional:"" placeholder:"FILE" complete:"file" help:"What to read."`
	Ports   []string     `short:"p" sep:"none" placeholder:"SPEC" help:"Ports: 22, 80-90 or -1024; it's [a set]. And more."`
	Order   string       `enum:"linear,random" default:"linear" help:"In which order."`
	State   []string     `placeholder:"LIST" values:"open,open|filtered,closed" help:"Only these, as --order says."`
	Payload string       `placeholder:"auto|none|@FILE" default:"auto" values:"auto,none" help:"What to send."`
	Timeout cli.Duration `short:"t" default:"3s" placeholder:"DURATION" help:"The longest wait."`
	List    string       `short:"i" placeholder:"FILE" complete:"file" help:"A list of hosts." group:"more"`
	TCP     bool         `name:"tcp" help:"Over tcp." group:"more"`
	Verbose int          `short:"v" type:"counter" help:"Say more." group:"more"`
	Secret  bool         `hidden:"" help:"Not shown."`
}

func (*toy) Run(*cli.Context) error { return nil }

func toyDoc(t *testing.T) *cli.Doc {
	t.Helper()
	d, err := cli.Describe(cli.Tool{
		Name: "toy", Summary: "copy lines",
		Command:  &toy{},
		Groups:   []cli.Group{{Key: "more", Title: "More"}},
		Examples: []cli.Example{{Text: "Copy.", Command: "toy -p- 'a b'\ntoy | toy"}, {Text: "Again.", Command: "toy"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

const toySource = `# toy

## Synopsis

{{synopsis}}

## Description

First paragraph with --order, don't
touch \n and portkit(5).

.Second ~ ^ \` + "`" + ` " é.

` + "```\nshown -v 'as it'\n  stands\n```" + `

## Options

{{options}}

## Own section

Own text.

- ` + "`item`" + ` (1, 2): Its --order.
- ` + "`other`" + `: That.

More text.

## Limits

{{limits}}

## Examples

{{examples}}

## See also

portgen(1), portkit(5)
`

func toyPage(t *testing.T) []byte {
	t.Helper()
	page, err := Markdown([]byte(toySource), "1", toyDoc(t))
	if err != nil {
		t.Fatal(err)
	}
	return page
}
