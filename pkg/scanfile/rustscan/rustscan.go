// Package rustscan reads the results of RustScan.
package rustscan

import (
	"bytes"
	"errors"

	"portkit/pkg/endpoint"
	"portkit/pkg/record"
	"portkit/pkg/scanfile"
)

const arrow = " -> ["

// Is reports whether a file that begins with head is from -g.
func Is(head []byte) bool {
	line, _, _ := bytes.Cut(head, []byte("\n"))
	addr, _, ok := bytes.Cut(line, []byte(arrow))
	_, err := scanfile.ParseAddr(addr)
	return ok && err == nil
}

// Read reads the output of -g: "192.0.2.7 -> [22,80]", the open ports of an address. It
// does not show whether they are those of UDP; they are read as those of TCP, unless --port
// has a protocol.
func Read(in *scanfile.Input, out *scanfile.Output) error {
	var r record.Imported
	var words scanfile.Translator
	return in.EachLine(out, func(_ int64, line []byte) error {
		text, list, ok := bytes.Cut(bytes.TrimSuffix(line, []byte("]")), []byte(arrow))
		if !ok || line[len(line)-1] != ']' {
			return scanfile.Bad("not a result: want ADDRESS -> [PORT,…]")
		}
		addr, err := scanfile.ParseAddr(text)
		if err != nil {
			return err
		}
		if len(bytes.TrimSpace(list)) == 0 {
			return nil
		}
		var wrong []error // of ports between which others are not
		for word := range bytes.SplitSeq(list, []byte(",")) {
			port, err := scanfile.ParsePort(bytes.TrimSpace(word))
			if err != nil {
				wrong = append(wrong, err)
				continue
			}
			e := endpoint.Endpoint{Addr: addr, Port: port, Proto: in.Proto}
			words.Begin(&r, scanfile.RustScan, e, scanfile.MethodOf(e.Proto, endpoint.Connect), scanfile.OpenWord, nil)
			if err := out.Put(&r); err != nil {
				return err
			}
		}
		return errors.Join(wrong...)
	})
}
