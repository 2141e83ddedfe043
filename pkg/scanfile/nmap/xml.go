// Package nmap reads the results of nmap: its XML (https://nmap.org/book/app-nmap-dtd.html),
// which masscan writes too.
package nmap

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"time"

	"portkit/pkg/record"
	"portkit/pkg/scanfile"
	"portkit/pkg/service"
	"portkit/pkg/xmlstream"
)

// IsXML reports whether a file that begins with head is nmap's XML.
func IsXML(head []byte) bool {
	return bytes.HasPrefix(bytes.TrimSpace(head), []byte("<")) &&
		(bytes.Contains(head, []byte("<nmaprun")) || bytes.Contains(head, []byte("<!DOCTYPE nmaprun")))
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
	// listed are the ports of the host whose state is known, by protocol.
	listed [2]portSet
	extra  extra // that is read
	port   port
	result record.Imported

	current  script   // that is read
	path     []string // keys of the element that is read
	items    int      // elements that were read
	output   []byte   // of the script, as written
	altNames bool     // the next value is that of the alternative names

	apps       map[appKey]service.Meaning
	upgradable map[string]bool // apps with STARTTLS; nil until it is needed

	text   []byte // decoded
	inside bool   // the document has not ended
	any    bool   // there was a document
}

// ReadXML reads XML. The records of a host are written when its end has been read.
func ReadXML(in *scanfile.Input, out *scanfile.Output) error {
	r := &reader{xml: xmlstream.NewReader(in), out: out}
	err := r.children((*reader).document)
	if err == io.EOF {
		if err = nil; !r.any {
			err = r.broken("there is no <nmaprun>")
		}
	}
	dropped := out.Drop()
	var wrong xmlstream.Error
	switch {
	case err == nil:
		return nil
	case errors.Is(err, io.ErrUnexpectedEOF):
		msg := "the file ends early"
		if r.inside {
			msg = "the file ends before </nmaprun>: the scan was interrupted, or the file is incomplete"
		}
		return r.broken(msg + r.incomplete(dropped))
	case errors.As(err, &wrong):
		return r.broken(wrong.Error() + r.incomplete(dropped))
	}
	return err
}

func (r *reader) broken(msg string) error {
	return &scanfile.Broken{Line: r.xml.Line(), Byte: r.xml.Offset(), Msg: msg}
}

// incomplete describes the results of a host that is not whole; "" if there are none.
func (r *reader) incomplete(dropped uint64) string {
	if dropped == 0 {
		return ""
	}
	return fmt.Sprintf("; host %s is not whole, its %d results were left out", r.host.addr, dropped)
}

// children calls each for the child elements of the current one and reads its end tag.
// What each does not read of a child is skipped.
func (r *reader) children(each func(*reader, []byte) error) error {
	depth := r.xml.Depth()
	for {
		kind, err := r.xml.Next()
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
		if _, err := r.xml.Next(); err != nil {
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
		kind, err := r.xml.Next()
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
