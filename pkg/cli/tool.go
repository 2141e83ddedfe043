// Package cli is where the command line is wired, once for every tool:
// flags, streams, exit status, signals, closed pipes, messages, terminal,
// help and version. A tool is a struct with kong tags, a Run method and the
// texts of its manual.
package cli

import (
	"context"
	"io"
	"io/fs"
)

// Tool is one program: what it is called, what it does, and what its help
// and manual say.
type Tool struct {
	Name    string // portgen
	Summary string // one line, lower case, no full stop: "expand target and port specs"
	// Usage is how the tool is called, behind its name, where that takes more
	// than the flags and arguments tell: "[flags] OLD NEW". One line each.
	Usage []string
	// Command is a pointer to a struct with kong tags. Beside kong's own
	// (https://pkg.go.dev/github.com/alecthomas/kong#Tag) these tags count:
	//
	//	min:"1" max:"65535"  bounds of an integer, float or Duration
	//	complete:"file"      what shells complete the value with (file, directory, host, interface;
	//	                     service, field: a list with commas)
	//	values:"auto,none"   words among the values, for shells to complete and the manual to list,
	//	                     of a flag that has no enum because it takes others too
	//	list:""              a value with commas, of a flag whose type is no slice
	//
	// A Validate() error method is called once the flags are read; what it
	// returns ends the tool with status 2.
	Command Command
	// Schema returns the JSON Schema of what the tool writes (--schema).
	Schema func() []byte
	// Reads names what the tool reads, in the plural: "records". It is said
	// when the tool waits for somebody to type.
	Reads string
	// OnSignal says what the first SIGINT or SIGTERM does.
	OnSignal OnSignal

	// Trouble is the exit status of a failure to read or write; 0: StatusIO.
	Trouble int

	Groups   []Group   // flag groups in the order of the help; a flag names its group's Key
	Examples []Example // at least one
}

// Command is the struct that the flags are read into.
type Command interface {
	Run(ctx *Context) error
}

// Group is a heading that flags stand under.
type Group struct{ Key, Title string }

// Example is a command that a reader can type, and what it is for.
type Example struct{ Text, Command string }

// OnSignal is what a tool does on the first SIGINT or SIGTERM. After the
// second every tool ends at once, and all end by the signal itself.
type OnSignal uint8

const (
	// Settle cancels the context and waits for Run to bring things to an end.
	Settle OnSignal = iota
	// StopAtOnce cancels the context and ends the process if Run has not
	// returned a quarter of a second later: enough to finish a line.
	StopAtOnce
	// ReadOn leaves the context alone: the end of input is near, because
	// the tools before this one got the signal too. Where standard input is a
	// terminal there are none, and it is StopAtOnce.
	ReadOn
)

func (t *Tool) onSignal(inTerminal bool) OnSignal {
	if t.OnSignal == ReadOn && inTerminal {
		return StopAtOnce
	}
	return t.OnSignal
}

// Context is what a command runs with.
type Context struct {
	context.Context // done at the first signal, unless the tool reads on; Signal tells which

	// In is standard input. Out is standard output; where that is a
	// terminal, characters that could steer it are escaped on the way. Errors
	// of both know their exit status.
	In  io.Reader
	Out io.Writer
	// Stderr is standard error, raw: for anything but messages (those are
	// the Log's). Err is the method of context.Context.
	Stderr io.Writer
	Log    *Log

	OutTerminal, ErrTerminal bool
	// Getenv returns a variable of the environment, "" if it is not set.
	Getenv func(name string) string

	tool    Tool
	inputs  *inputs
	in      *namedReader // In
	outFile fs.FileInfo  // see IO
}

// IO is what a tool is given from outside. The zero value of every field but
// In, Out and Err will do.
type IO struct {
	Args     []string // without the program's name
	In       io.Reader
	Out, Err io.Writer
	Getenv   func(string) string
	Context  context.Context

	InTerminal, OutTerminal, ErrTerminal bool
	OutFile                              fs.FileInfo // what Out is, where it is a file
	// Width returns the terminal's columns, 0 if that is not known.
	Width func() int
	// Foreground reports whether the terminal of standard error is this
	// process's to draw on; nil: always.
	Foreground func() bool
}
