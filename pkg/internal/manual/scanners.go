package manual

import (
	"strings"

	"portkit/pkg/scanfile"
)

// formats lists the formats of result files.
func (r *roff) formats(all []scanfile.Format) {
	for _, f := range all {
		text := "Written by " + f.Written + "."
		if f.Is == nil {
			text += " Only with --format " + f.Name + "."
		}
		r.term(bold(f.Name), text)
	}
}

// scannerWords lists the words of scanners and what they mean.
func (r *roff) scannerWords(all []scanfile.Word) {
	for _, w := range all {
		var when []string
		for _, s := range []string{w.Source, w.Only} {
			if s != "" {
				when = append(when, bold(s))
			}
		}
		term := bold(w.Word)
		if len(when) > 0 {
			term += " (" + strings.Join(when, ", ") + ")"
		}
		r.line(".TP")
		r.line(term)
		r.line(meaning(w))
	}
}

// meaning returns the roff of what a word means.
func meaning(w scanfile.Word) string {
	var parts []string
	if w.State != 0 {
		parts = append(parts, "State "+bold(w.State.String()))
	}
	if w.Reason != 0 {
		parts = append(parts, "Reason "+bold(w.Reason.String()))
	}
	if len(parts) == 0 {
		return "No state."
	}
	return strings.Join(parts, ", ") + "."
}
