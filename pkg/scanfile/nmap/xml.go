// Package nmap reads the results of nmap: its XML (https://nmap.org/book/app-nmap-dtd.html),
// which masscan writes too.
package nmap

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"portkit/pkg/ndjson"
	"portkit/pkg/record"
	"portkit/pkg/scanfile"
	"portkit/pkg/service"
	"portkit/pkg/xmlstream"
)

// IsXML reports whether a file that begins with head is nmap's XML. Before the document nmap
// 5 writes a comment with the command line, which may be longer than head.
func IsXML(head []byte) bool {
	return bytes.HasPrefix(bytes.TrimSpace(head), []byte("<")) &&
		slices.ContainsFunc([]string{"<nmaprun", "<!DOCTYPE nmaprun", "<!-- Nmap ", "<!-- nmap ", "<!-- masscan "}, func(mark string) bool {
			return bytes.Contains(head, []byte(mark))
		})
}

// reader reads a document. Methods with the name of an element are called behind its start
// tag, and may read to its end tag.
type reader struct {
	xml   *xmlstream.Reader
	out   *scanfile.Output
	words scanfile.Translator

	source string // the scanner
	began  time.Time
	scans  []scan
	host   host
	// scanned are the ports of all hosts; listed those of the host whose state is known, by
	// protocol.
	scanned scannedPorts
	listed  [2]portSet
	some    portSet // of a list
	extra   extra   // that is read
	port    port
	result  record.Imported

	current  script   // that is read
	path     []string // keys of the element that is read
	items    int      // elements that were read
	output   []byte   // of the script, as written
	altNames bool     // the next value is that of the alternative names

	apps       [2]memo[service.Meaning] // by protocol
	certs      memo[parsed]
	cpes       memo[string]
	upgradable map[string]bool // apps with STARTTLS; nil until it is needed

	text   []byte // decoded
	inside bool   // the document has not ended
	any    bool   // there was a document
}

// root is the name of the element that contains a document.
const root = "nmaprun"

// errTorn means that a document begins within another one.
var errTorn = errors.New("a scan ends before </nmaprun> and another one begins here: it was interrupted, or a part of it is missing")

// ReadXML reads XML: a document, or several that follow each other, also behind one that is
// torn. The records of a host are written when its end has been read.
func ReadXML(in *scanfile.Input, out *scanfile.Output) error {
	r := &reader{xml: xmlstream.NewReader(in), out: out}
	err := r.children((*reader).document)
	for err != io.EOF {
		broken := r.broken(err)
		if broken == nil {
			return err
		}
		torn := err == errTorn
		if torn {
			r.xml.Restart()
		} else if err == io.ErrUnexpectedEOF || err == xmlstream.ErrDoctype || r.xml.Recover(root) != nil {
			return broken
		}
		if out.Bad(broken.Line, broken.Msg); torn {
			err = r.document([]byte(root))
		}
		if !torn || err == nil {
			err = r.children((*reader).document)
		}
	}
	if !r.any {
		return r.brokenBy("there is no <nmaprun>")
	}
	return nil
}

// broken discards the host that is read, and returns an error of the document; nil if err
// is not one.
func (r *reader) broken(err error) *scanfile.Broken {
	dropped := r.out.Drop()
	var wrong xmlstream.Error
	switch {
	case err == io.ErrUnexpectedEOF && r.inside:
		return r.brokenBy(scanfile.EndsBefore("</nmaprun>") + r.incomplete(dropped))
	case err == io.ErrUnexpectedEOF:
		return r.brokenBy("the file ends early" + r.incomplete(dropped))
	case err == errTorn:
		return r.brokenBy(err.Error() + r.incomplete(dropped))
	case errors.As(err, &wrong):
		return r.brokenBy(err.Error() + r.incomplete(dropped) + "; the rest of the scan was left out")
	}
	return nil
}

func (r *reader) brokenBy(msg string) *scanfile.Broken {
	return &scanfile.Broken{Line: r.xml.Line(), Byte: r.xml.Offset(), Msg: msg}
}

// incomplete describes the results of a host that is not whole; "" if there are none.
func (r *reader) incomplete(dropped uint64) string {
	if dropped == 0 {
		return ""
	}
	return fmt.Sprintf("; %s is incomplete: %s omitted", r.host.addr, scanfile.Results(dropped))
}

// next reads the next token.
func (r *reader) next() (xmlstream.Kind, error) {
	kind, err := r.xml.Next()
	switch {
	case err != nil:
	case kind == xmlstream.Start && r.xml.Depth() > 1 && string(r.xml.Name) == root:
		err = errTorn
	case kind == xmlstream.Text && r.xml.Depth() == 0:
		r.outside(r.xml.Text)
	}
	return kind, err
}

// outside reports text outside documents, such as a file of another format.
func (r *reader) outside(text []byte) {
	text = bytes.TrimLeft(text, " \t\r\n\ufeff")
	if len(text) == 0 {
		return
	}
	first, _, _ := bytes.Cut(text, []byte("\n"))
	r.out.Bad(r.xml.Line()-int64(bytes.Count(text, []byte("\n"))),
		fmt.Sprintf("%q is not XML, and was left out; give files of different formats by themselves", ndjson.Show(first)))
}

// children calls each for the child elements of the current one and reads its end tag.
// What each does not read of a child is skipped.
func (r *reader) children(each func(*reader, []byte) error) error {
	depth := r.xml.Depth()
	for {
		kind, err := r.next()
		if err != nil {
			return err
		}
		switch kind {
		case xmlstream.End:
			return nil
		case xmlstream.Start:
			if err := each(r, r.xml.Name); err != nil {
				return err
			}
			if err := r.skip(depth); err != nil {
				return err
			}
		}
	}
}

// skip reads to the end of the elements below a depth.
func (r *reader) skip(depth int) error {
	for r.xml.Depth() > depth {
		if _, err := r.next(); err != nil {
			return err
		}
	}
	return nil
}

// content returns the text of the current element and reads its end tag.
func (r *reader) content() (string, error) {
	depth := r.xml.Depth() - 1
	r.text = r.text[:0]
	for r.xml.Depth() > depth {
		kind, err := r.next()
		if err != nil {
			return "", err
		}
		if kind == xmlstream.Text && len(r.text) < xmlstream.MaxValue {
			r.text = xmlstream.Decode(r.text, r.xml.Text)
		}
	}
	return string(r.text), nil
}

// value decodes a value.
func (r *reader) value(written []byte) string {
	r.text = xmlstream.Decode(r.text[:0], written)
	return string(r.text)
}
