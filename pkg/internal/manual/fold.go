package manual

import (
	"strings"
	"unicode/utf8"
)

// A page fits a terminal of 80 columns. Unfilled lines are indented by up to 10
// columns, the text of a flag by 15.
const (
	verbatimWidth = 68
	wordWidth     = 60
)

// foldCommand breaks a shell command into lines of at most width, if possible,
// after a pipe sign or else before a blank. It can still be pasted into a shell.
func foldCommand(command string, width int) string {
	var lines []string
	for line := range strings.SplitSeq(command, "\n") {
		for len(line) > width {
			head, rest := foldOnce(line, width)
			if rest == "" {
				break
			}
			lines = append(lines, head)
			line = "    " + rest
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

// foldOnce breaks a command into a head of at most width and the rest, "" if it
// cannot be broken.
func foldOnce(command string, width int) (head, rest string) {
	if at := lastUnquoted(command[:width+1], " | "); at > 0 {
		return command[:at+len(" |")], command[at+len(" | "):]
	}
	if at := lastUnquoted(command[:width-len(`\`)], " "); at > 0 && strings.TrimSpace(command[:at]) != "" {
		return command[:at] + ` \`, command[at+1:]
	}
	return command, ""
}

// lastUnquoted returns the index of the last unquoted sign in a command, -1 if
// there is none.
func lastUnquoted(command, sign string) int {
	last, quote := -1, rune(0)
	for i, c := range command {
		switch {
		case quote != 0 && c == quote:
			quote = 0
		case quote == 0 && (c == '\'' || c == '"'):
			quote = c
		case quote == 0 && strings.HasPrefix(command[i:], sign):
			last = i
		}
	}
	return last
}

// foldRow breaks the last cell of a table row, which follows at least three blanks,
// so that no line is wider than width.
func foldRow(row string, width int) string {
	at := strings.LastIndex(row, "   ") + 3
	if utf8.RuneCountInString(row) <= width || at < 3 || strings.TrimSpace(row[:at]) == "" {
		return row
	}
	indent := utf8.RuneCountInString(row[:at])
	var lines []string
	line := row[:at]
	for i, word := range strings.Fields(row[at:]) {
		switch {
		case i > 0 && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width:
			lines = append(lines, line)
			line = strings.Repeat(" ", indent) + word
		case i > 0:
			line += " " + word
		default:
			line += word
		}
	}
	return strings.Join(append(lines, line), "\n")
}

// breakWord breaks a word after commas into pieces of at most width.
func breakWord(word string, width int) (pieces []string) {
	for len(word) > width {
		at := strings.LastIndex(word[:width], ",") + 1
		if at == 0 {
			break
		}
		pieces, word = append(pieces, word[:at]), word[at:]
	}
	return append(pieces, word)
}
