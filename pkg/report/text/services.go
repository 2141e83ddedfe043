package text

import (
	"fmt"
	"time"
	"unicode/utf8"

	"portkit/pkg/report"
)

// certText returns how long the certificate on a port is valid, nothing if it has none.
func (t *writer) certText(p report.OpenPort) []string {
	if text := t.CertText(p); text != "" {
		return []string{text}
	}
	return nil
}

// maxNames is the number of names written of a certificate.
const maxNames = 3

// certificates writes the certificates that have expired or expire soon.
func (t *writer) certificates() {
	all := t.Certificates(t.Soon())
	if len(all) == 0 {
		return
	}
	days := int(t.Expiring / (24 * time.Hour))
	t.heading(fmt.Sprintf("CERTIFICATES EXPIRED OR EXPIRING WITHIN %d %s (%d)", days, report.Noun(days, "DAY", "DAYS"), len(all)))
	width := 0
	for i := range all {
		width = max(width, utf8.RuneCountInString(all[i].Expires(t.Now)))
	}
	for i := range all {
		c := &all[i]
		names := t.CertNames(&c.Cert, maxNames)
		if names != "" {
			names = " for " + names
		}
		t.line("%s  %-*s  %s %s%s", c.NotAfter.Format(time.DateOnly), width, c.Expires(t.Now), t.Title(c.Host, c.Addr), c.Port.Port, names)
	}
}
