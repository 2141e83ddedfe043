package protocol

import (
	"strings"
	"time"
)

// daytimeMatch recognizes one line with a date and a time (RFC 867), in the forms that
// servers use.
func daytimeMatch(r *Reply) (m Match) {
	text := strings.TrimLeft(string(r.Data[:min(128, len(r.Data))]), "\n")
	line, after, whole := strings.Cut(text, "\n")
	if r.Request != "" || !isText([]byte(text)) || len(line) > 80 {
		return m
	}
	if !whole {
		m.More = !r.Ended
		return m
	}
	if strings.TrimSpace(after) == "" && isDate(strings.TrimSpace(line)) {
		m.Strength = Likely
	}
	return m
}

// isDate reports whether a line is a date and a time, with or without a zone.
func isDate(line string) bool {
	for _, layout := range []string{
		time.ANSIC, time.UnixDate, "02 Jan 2006 15:04:05 MST", "02 Jan 06 15:04:05 MST",
		"Monday, January 2, 2006 15:04:05-MST", time.RFC1123, time.RFC1123Z, time.RFC3339,
		"Mon Jan _2 15:04:05 2006 MST", "3:04:05 PM 1/2/2006", "2006-01-02 15:04:05",
	} {
		if _, err := time.Parse(layout, line); err == nil {
			return true
		}
	}
	return strings.Contains(line, " UTC(") && strings.HasSuffix(line, "*")
}
