package portgen

import (
	"fmt"
	"os"
	"slices"

	"portkit/pkg/endpoint"
	"portkit/pkg/portspec"
	"portkit/pkg/target"
)

// words returns the targets of an argument: several where commas separate
// targets and none of them has ports of its own, which commas separate too.
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

// argError adds to the error of an argument how to name a file that there is.
func argError(arg string, err error) error {
	if info, wrong := os.Stat(arg); wrong == nil && info.Mode().IsRegular() {
		return fmt.Errorf("%w; to read targets from the file, use -i %s", err, arg)
	}
	return err
}

// hint returns what may have been meant by a target of the command line that
// was accepted as something else; "" if nothing comes to mind.
func hint(word string, e *entry) string {
	if _, isName := e.target.Name(); isName {
		if info, err := os.Stat(word); err == nil && info.Mode().IsRegular() {
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
