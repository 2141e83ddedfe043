package portfrom

import (
	"bytes"
	"fmt"
	"net/netip"
	"regexp"
	"slices"

	"portkit/pkg/ndjson"
	"portkit/pkg/scanfile"
)

// lookalikes are what people pass to portfrom that it does not read, with what to do.
var lookalikes = []struct {
	is     func(head []byte) bool
	what   string // what the file is
	advice string
}{
	{begins("\xfd7zXZ\x00"), "a file compressed by xz", "decompress it with: xz -dc FILE"},
	{begins("BZh"), "a file compressed by bzip2", "decompress it with: bzip2 -dc FILE"},
	{begins("PK\x03\x04"), "a zip archive", "extract its files"},
	{isTar, "a tar archive", "extract its files"},
	{begins("masscan/"), "the binary output of masscan", "convert it with: masscan --readscan FILE -oJ -"},
	{begins("#masscan\nTCP", "#masscan\nUDP"), "the output of masscan -oU", "use one of -oJ, -oD, -oL, -oX and -oG"},
	{begins("Starting Nmap", "# Nmap"), "the normal output of nmap", "use its XML, from -oX or -oA"},
	{isOpenLines, "the default output of RustScan", "use its lists, from rustscan -g"},
	{begins("host,ip,port,protocol"), "the CSV of naabu", "use its JSON, from -json"},
	{hasKeys("kind"), "summary records of portkit", "they need no conversion"},
	{hasKeys("state"), "result records of portkit", "they need no conversion"},
	{hasKeys("port", "proto"), "endpoint records of portkit", "probe them with portprobe"},
	{hasKeys("port"), "JSON of no known scanner", "if these are targets, probe them with portprobe"},
	{begins("{", "["), "JSON of no known scanner", ""},
	{begins("<!DOCTYPE", "<!doctype", "<html"), "a page of HTML", "use the scanner's own output"},
	{begins("<"), "XML of no known scanner", ""},
	{isAddresses, "addresses without ports", "if they are from zmap, add --format zmap and --port"},
	{isText, "text of no known scanner", ""},
}

// unknown describes a file in no known format.
func unknown(head []byte) string {
	for _, l := range lookalikes {
		if l.is(head) {
			if l.advice != "" {
				return fmt.Sprintf("no known format: this is %s; %s", l.what, l.advice)
			}
			return fmt.Sprintf("no known format: this is %s, beginning with %q; --help lists the formats", l.what, beginning(head))
		}
	}
	return fmt.Sprintf("no known format: binary data, beginning with %q; --help lists the formats", beginning(head))
}

// beginning returns the beginning of the first line.
func beginning(head []byte) string {
	line, _, _ := bytes.Cut(head, []byte("\n"))
	return ndjson.Excerpt(bytes.TrimSpace(line), 40)
}

func begins(any ...string) func([]byte) bool {
	return func(head []byte) bool {
		head = bytes.TrimLeft(head, " \t\r\n")
		return slices.ContainsFunc(any, func(s string) bool { return bytes.HasPrefix(head, []byte(s)) })
	}
}

func hasKeys(all ...string) func([]byte) bool {
	return func(head []byte) bool {
		object, _ := scanfile.FirstObject(head)
		return object.Has(all...)
	}
}

// isTar reports whether the first member of an archive has the magic of POSIX.1-1988 (ustar).
func isTar(head []byte) bool {
	const magic = 257 // its offset
	return len(head) > magic && bytes.HasPrefix(head[magic:], []byte("ustar"))
}

// colors are the escape sequences that set the color of a text (ECMA-48, SGR).
var colors = regexp.MustCompile("\x1b\\[[0-9;]*m")

// isOpenLines reports whether a line is "Open 192.0.2.7:22", as behind RustScan's banner.
func isOpenLines(head []byte) bool {
	for line := range bytes.Lines(colors.ReplaceAll(head, nil)) {
		if at, ok := bytes.CutPrefix(bytes.TrimSpace(line), []byte("Open ")); ok {
			_, err := netip.ParseAddrPort(string(at))
			return err == nil
		}
	}
	return false
}

func isAddresses(head []byte) bool {
	line, _, _ := bytes.Cut(head, []byte("\n"))
	_, err := scanfile.ParseAddr(bytes.TrimSpace(line))
	return err == nil
}

func isText(head []byte) bool {
	return !bytes.ContainsFunc(head, func(r rune) bool { return r < ' ' && r != '\n' && r != '\r' && r != '\t' })
}
