package report

import (
	"bytes"
	"strings"
	"time"

	"portkit/pkg/endpoint"
	"portkit/pkg/ndjson"
	"portkit/pkg/record"
)

// serviceNote returns the difference of a service, with its old values.
func (d *Diff) serviceNote(c *record.Change) string {
	now, old := &c.Facts, before(c)
	switch {
	case len(c.Expected) > 0 && len(now.App) == 0:
		return "expected " + d.text(c.Expected) + ", " + d.full(now)
	case len(c.Expected) > 0 && c.Change == endpoint.ChangeUnknown: // in a summary
		return "expected " + d.text(c.Expected) + ", found " + d.full(now) + ", TLS unknown"
	case len(c.Expected) > 0:
		return "expected " + d.text(c.Expected) + ", found " + d.full(now)
	}
	var parts []string
	switch {
	case c.Differ&record.FactApp != 0:
		parts = append(parts, d.full(now)+", was "+d.full(&old))
	case c.Differ&record.FactProduct != 0:
		parts = append(parts, d.product(now)+", was "+d.product(&old))
	case c.Differ&record.FactVersion != 0 && len(old.Version) == 0:
		parts = append(parts, d.product(now)+", was of unknown version")
	case c.Differ&record.FactVersion != 0:
		parts = append(parts, d.product(now)+", was "+d.text(old.Version)+limited(&old))
	}
	if c.Differ&record.FactTLS != 0 {
		parts = append(parts, d.certificateNote(now, &old))
	}
	if c.Differ&record.FactSSH != 0 {
		parts = append(parts, d.keyNote(c))
	}
	return strings.Join(parts, "; ")
}

// before returns the old facts. If the app is the same, those that do not differ are the
// new ones. Otherwise they are unknown, because another tool may have found the new ones.
func before(c *record.Change) record.Facts {
	old := c.Before
	if c.Differ&record.FactApp != 0 {
		return old
	}
	if c.Differ&record.FactProduct == 0 {
		old.Product = c.Facts.Product
	}
	if c.Differ&record.FactVersion == 0 {
		old.Version = c.Facts.Version
	}
	return old
}

// full returns the product with the app, or why there is none.
func (d *Diff) full(f *record.Facts) string {
	app := d.text([]byte(appName(f)))
	switch {
	case app == "" && len(f.Evidence) == 0:
		return "not identified"
	case app == "":
		return notIdentified(d.text(f.Evidence))
	case len(f.Product)+len(f.Version) == 0:
		return app + limited(f)
	}
	return d.product(f) + " (" + app + ")"
}

// appName returns the name of an app: inside TLS that with TLS in it, if there is one.
func appName(f *record.Facts) string {
	app := string(f.App)
	if app != "" && f.InTLS() {
		return inTLS(app, app)
	}
	return app
}

// product returns the product with its version.
func (d *Diff) product(f *record.Facts) string {
	text := d.text(f.Product)
	switch {
	case text == "" && len(f.Version) == 0:
		text = "unknown product"
	case text == "":
		text = "version " + d.text(f.Version)
	case len(f.Version) > 0:
		text += " " + d.text(f.Version)
	}
	return text + limited(f)
}

func limited(f *record.Facts) string {
	if f.Limited {
		return " (limited)"
	}
	return ""
}

// maxText is the maximum length of a text of a service: portid writes no longer ones.
const maxText = 384

func (d *Diff) text(b []byte) string { return d.Printable(ndjson.Excerpt(b, maxText)) }

// certificateNote returns the difference of a certificate. It is a renewal if it is valid
// longer, for the same subject and names.
func (d *Diff) certificateNote(now, old *record.Facts) string {
	switch {
	case len(old.Cert.SHA256) == 0:
		return "certificate until " + date(now.Cert.NotAfter) + ", had none"
	case len(now.Cert.SHA256) == 0:
		return "no certificate, was valid until " + date(old.Cert.NotAfter)
	}
	was := &old.Cert // without what is the same
	note := "certificate changed"
	if len(was.Subject) == 0 && len(was.Names) == 0 && !was.NotAfter.IsZero() && now.Cert.NotAfter.After(was.NotAfter) {
		note = "certificate renewed"
	}
	note += ": until " + date(now.Cert.NotAfter)
	if !was.NotAfter.IsZero() {
		note += ", was until " + date(was.NotAfter)
	}
	if len(was.Subject) > 0 {
		note += ", subject " + d.text(now.Cert.Subject) + ", was " + d.text(was.Subject)
	}
	if len(was.Issuer) > 0 {
		note += ", issuer " + d.text(now.Cert.Issuer) + ", was " + d.text(was.Issuer)
	}
	if len(was.Subject) == 0 && len(was.Names) > 0 {
		note += ", other names"
	}
	return note
}

// date returns the day of a time.
func date(t time.Time) string {
	if t.IsZero() {
		return "an unknown date"
	}
	return t.Format(time.DateOnly)
}

// keyNote returns the difference of host keys. A new version keeps them.
func (d *Diff) keyNote(c *record.Change) string {
	var parts []string
	for _, old := range c.Before.Keys {
		for _, now := range c.Facts.Keys {
			if bytes.Equal(now.Type, old.Type) {
				parts = append(parts, d.text(now.Type)+" "+d.text(now.SHA256)+", was "+d.text(old.SHA256))
				break
			}
		}
	}
	note := "host key changed: " + strings.Join(parts, "; ")
	if c.Differ&(record.FactApp|record.FactProduct) == 0 {
		note += " (reinstalled, or a different machine)"
	}
	return note
}

// name returns the name of the service at the port of a change, as Report.PortName does:
// the old one if the port is no longer open.
func (d *Diff) name(c *record.Change) string {
	f := whileOpen(c)
	app := ndjson.Excerpt(f.App, maxText)
	return d.Printable(portName(d.Services.Name(c.Proto, c.Port), app, f.InTLS()))
}

// whileOpen returns what is known of the service at the port of a change while it was open.
func whileOpen(c *record.Change) *record.Facts {
	if c.New == endpoint.Open {
		return &c.Facts
	}
	return &c.Before
}
