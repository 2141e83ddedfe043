package compare

import (
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"net/netip"

	"portkit/pkg/ndjson"
	"portkit/pkg/record"
)

// lines reads single lines of a text again, for the fields of a change record. It
// keeps the last line, because a summary has the results of many ports.
type lines struct {
	source Source
	table  *crc32.Table

	at      int64 // offset of the current line; noLine at first
	buf     []byte
	dec     record.Decoder
	result  record.Result
	summary record.Summary
	facts   record.Facts
	extra   []byte         // fields of the line, or of a port of a summary
	own     []ndjson.Field // by which the summary is grouped
	renamed bool           // a field of extra was renamed
}

func newLines(s Source) *lines {
	return &lines{source: s, dec: record.Decoder{FactsOnly: true}, table: crc32.MakeTable(crc32.Castagnoli), at: noLine}
}

// read makes the line of a span the current one.
func (l *lines) read(s *span) error {
	if s.at == l.at {
		return nil
	}
	l.at = noLine
	l.buf = append(l.buf[:0], make([]byte, s.size)...)
	if _, err := l.source.Text.ReadAt(l.buf, s.at); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	line := ndjson.Line{Text: l.buf}
	if crc32.Checksum(l.buf, l.table) != s.sum || l.dec.Result(line, &l.result) != nil {
		return l.changed()
	}
	if l.result.Summary {
		if l.dec.Summary(line, l.result.Fields, &l.summary) != nil {
			return l.changed()
		}
		l.own = l.summary.Own(l.own[:0])
	} else {
		l.extra, l.renamed = l.result.AppendOwn(l.extra[:0])
	}
	l.at = s.at
	return nil
}

func (l *lines) changed() error {
	return fmt.Errorf("%s changed while it was read", l.source.Name)
}

// about returns the host and address of the line.
func (l *lines) about() (host []byte, addr netip.Addr) {
	if l.result.Summary {
		return l.summary.Host, l.summary.Addr
	}
	return l.result.Host, l.result.Addr
}

// service returns the facts about the service at a port.
func (l *lines) service(port uint16) *record.Facts {
	if l.result.Summary {
		l.summary.Facts(port, &l.facts)
	} else {
		l.dec.Facts(ndjson.Line{Text: l.buf}, &l.result, &l.facts)
	}
	return &l.facts
}

// of returns the fields of the line for the change record of a port.
func (l *lines) of(port uint16) []byte {
	if l.result.Summary {
		l.extra, l.renamed = l.summary.AppendAnswer(l.extra[:0], port, l.own)
	}
	return l.extra
}
