// Package cli wires the command line, once for all tools: flags, streams, exit
// status, signals, closed pipes, messages, terminal, help and version. A tool is
// a struct with kong tags and a Run method.
package cli

import (
	"context"
	"io"
	"io/fs"
)

// Tool describes a program.
type Tool struct {
	Name    string // "portgen"
	Summary string // one line, lower case, no full stop: "expand target and port specs"
	// Usage is the command line without the name, where it is not just "[flags]"
	// and the arguments: "[flags] OLD NEW". One line each.
	Usage []string
	// Command is a pointer to a struct with kong tags. Beside kong's own
	// (https://pkg.go.dev/github.com/alecthomas/kong#Tag) these are read:
	//
	//	min:"1" max:"65535"  bounds of a Count, Positive or Duration
	//	complete:"file"      how shells complete the value: file, directory, host, interface;
	//	                     service, field and app for comma-separated lists of these
	//	values:"auto,none"   words that shells complete and the manual lists, if other
	//	                     values are valid too (otherwise use enum)
	//	list:""              a comma-separated value of a flag that is not a slice
	//
	// An error of its method Validate() error, called after parsing, ends the tool
	// with status 2.
	Command Command
	// Texts replaces ${NAME} in the tags, for texts that are too long there.
	Texts map[string]string
	// Schema returns the JSON Schema of the output (--schema).
	Schema func() []byte
	// Reads names the input, in the plural: "records". It is printed when the tool
	// reads from a terminal.
	Reads string
	// OtherFormats means that the input need not be lines of JSON objects.
	OtherFormats bool
	// Foreign reports whether an input that begins with head is the results of another
	// scanner, which portfrom converts. nil: such an input is not recognized.
	Foreign func(head []byte) bool
	// OnSignal is the effect of the first SIGINT or SIGTERM.
	OnSignal OnSignal
	// Trouble is the exit status of a failure to read or write; 0: StatusIO.
	Trouble int

	Groups   []Group   // groups of flags in the order of the help
	Examples []Example // at least one
}

// Command is the struct that the flags are read into.
type Command interface {
	Run(ctx *Context) error
}

// Group is a heading over flags. Key is the value of their tag group.
type Group struct{ Key, Title string }

// Example is a command with a sentence on what it does.
type Example struct{ Text, Command string }

// OnSignal is the effect of the first SIGINT or SIGTERM on a tool. The second
// ends every tool immediately. All tools end by the signal itself.
type OnSignal uint8

const (
	// Settle cancels the context and waits for Run to return.
	Settle OnSignal = iota
	// StopAtOnce cancels the context, and ends the process if Run has not returned
	// after a quarter of a second, enough to finish a line.
	StopAtOnce
	// ReadOn does not cancel the context: the end of input is near, because the
	// programs before this one in the pipe got the signal too. If standard input
	// is a terminal there are none, and the effect is StopAtOnce.
	ReadOn
)

func (t *Tool) onSignal(inTerminal bool) OnSignal {
	if t.OnSignal == ReadOn && inTerminal {
		return StopAtOnce
	}
	return t.OnSignal
}

// Context is the environment of a command.
type Context struct {
	context.Context // canceled by the first signal, unless the tool is ReadOn; see Signal

	// In is standard input, Out standard output. If Out is a terminal, characters
	// that could control it are escaped. Errors of both name the stream.
	In  io.Reader
	Out io.Writer
	// Stderr is standard error, for anything but messages, which go to Log.
	Stderr io.Writer
	Log    *Log

	OutTerminal, ErrTerminal bool
	// Getenv returns an environment variable, "" if it is not set.
	Getenv func(name string) string

	tool   Tool
	with   IO
	inputs inputs
	in     *namedReader // In
	out    *output      // Out without the escapes
}

// IO is the input and output of a tool. Only In, Out and Err are required.
type IO struct {
	Args     []string // without the program's name
	In       io.Reader
	Out, Err io.Writer
	Getenv   func(string) string
	Context  context.Context

	InTerminal, OutTerminal, ErrTerminal bool
	OutFile                              fs.FileInfo // of Out, if it is a file
	// Width returns the terminal's columns, 0 if unknown.
	Width func() int
	// Foreground reports whether this process may draw on the terminal of standard
	// error; nil: always.
	Foreground func() bool
}
