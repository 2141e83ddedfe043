package portgen

import (
	"fmt"
	"os"
	"slices"

	"portkit/pkg/endpoint"
	"portkit/pkg/portspec"
	"portkit/pkg/target"
)

// words returns the targets of an argument: several if commas separate them and none
// has ports, which commas separate too.
func words(arg string) []string {
	list := target.SplitList(arg)
	for _, word := range list {
		name, ports, err := target.Split(word)
		if err == nil && ports == "" {
			_, err = target.Parse(name)
		}
		if err != nil || ports != "" {
			return []string{arg}
		}
	}
	return list
}

// argError adds a hint to an error if the argument is the name of a file.
func argError(arg string, err error) error {
	if isFile(arg) {
		return fmt.Errorf("%w; to read targets from the file, use -i %s", err, arg)
	}
	return err
}

func isFile(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.Mode().IsRegular()
}

// hint returns a message if a target of the command line was accepted but probably
// means something else, or "".
func hint(word string, e *entry) string {
	if _, isName := e.target.Name(); isName {
		if isFile(word) {
			return fmt.Sprintf("%s is a host name here; to read targets from the file, use -i %s", word, word)
		}
		return ""
	}
	form, port, ok := target.MeantPort(word)
	if ok && slices.Contains(portspec.Common(endpoint.TCP), port) {
		return fmt.Sprintf("%s is an address; if its port is %d, use %s", word, port, form)
	}
	return ""
}
