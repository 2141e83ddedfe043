package cli

import "fmt"

// Plural returns a number and what it counts. The plural is with an s unless it is given.
func Plural(n int64, one string, many ...string) string {
	switch {
	case n == 1:
		return "1 " + one
	case len(many) > 0:
		return fmt.Sprintf("%d %s", n, many[0])
	}
	return fmt.Sprintf("%d %ss", n, one)
}
