package csv

import (
	"bufio"
	"io"

	"portkit/pkg/endpoint"
	"portkit/pkg/record"
	"portkit/pkg/report"
)

// WriteDiff writes a row for each change.
func WriteDiff(w io.Writer, d *report.Diff) error {
	t := &table{w: bufio.NewWriterSize(w, 64<<10), lineEnd: "\r\n"}
	if d.Terminal {
		t.lineEnd = "\n"
	}
	t.text("host", "ip", "port", "proto", "change", "old", "new", "service", "app", "product", "version", "tls_not_after",
		"was_app", "was_product", "was_version", "was_tls_not_after", "details")
	t.end()
	for c := range d.Records {
		addr := ""
		if c.Addr.IsValid() {
			addr = d.Printable(c.Addr.String())
		}
		t.text(d.Printable(string(c.Host)), addr)
		t.number(int64(c.Port))
		t.text(c.Proto.String(), c.Change.String(), state(c.Old), state(c.New), d.Services.Name(c.Proto, c.Port))
		for _, f := range []*record.Facts{&c.Facts, &c.Before} {
			for _, text := range [][]byte{f.App, f.Product, f.Version} {
				t.text(d.Printable(string(text)))
			}
			t.text(date(f.Cert.NotAfter))
		}
		t.text(d.Note(c))
		t.end()
	}
	return t.w.Flush()
}

// state returns the name of a state; "" if not probed.
func state(s endpoint.State) string {
	if s == 0 {
		return ""
	}
	return s.String()
}
