package nmap

import (
	"bytes"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"portkit/pkg/endpoint"
	"portkit/pkg/ndjson"
	"portkit/pkg/record"
	"portkit/pkg/scanfile"
)

const (
	grepableHead  = "# nmap "
	grepablePorts = "# Ports scanned: "
)

// maxHostLine is the maximum length of the line of a host: each port of TCP and UDP with a
// version.
const maxHostLine = 32 << 20

// IsGrepable reports whether a file that begins with head is grepable output, or lines of it.
// The normal output of nmap has the same first line.
func IsGrepable(head []byte) bool {
	for line := range bytes.Lines(head) {
		if !hasFold(line, grepableHead) && !bytes.HasPrefix(line, []byte(grepablePorts)) {
			rest, ok := bytes.CutPrefix(line, []byte("Host: "))
			addr, _, _ := bytes.Cut(rest, []byte(" "))
			_, err := scanfile.ParseAddr(addr)
			return ok && err == nil
		}
	}
	return bytes.Contains(head, []byte(" scan initiated "))
}

// ReadGrepable reads the output of -oG: lines of members with tabs between them. It has no
// reasons, and service and version detection in two texts.
func ReadGrepable(in *scanfile.Input, out *scanfile.Output) error {
	in.MaxLine = maxHostLine
	g := grepable{out: out, end: scanfile.End{What: "nmap's line # Nmap done"}}
	err := in.EachLine(out, func(no int64, line []byte) error {
		if line[0] == '#' {
			return g.comment(no, string(line))
		}
		err := g.host(line)
		if err == nil {
			return out.Release()
		}
		var bad scanfile.Bad
		if dropped := out.Drop(); dropped > 0 && errors.As(err, &bad) {
			err = scanfile.Badf("%s; %s before it omitted", bad, scanfile.Results(dropped))
		}
		return err
	})
	return g.end.Check(in, err)
}

func hasFold(line []byte, prefix string) bool {
	return len(line) >= len(prefix) && strings.EqualFold(string(line[:len(prefix)]), prefix)
}

// grepable reads grepable output.
type grepable struct {
	out    *scanfile.Output
	end    scanfile.End
	words  scanfile.Translator
	result record.Imported
	found  endpoint.Finding

	began   time.Time
	command []string
	kind    string // of the scan of TCP, as XML names it; "" if it is unknown
	detects bool   // services, with their versions
	// scanned are the ports of all hosts. Only -v writes them.
	scanned scannedPorts
	// at and names are of the current host; listed are its ports.
	at     endpoint.Endpoint
	names  []string
	listed [2]portSet
}

// comment reads a line that begins with #.
func (g *grepable) comment(no int64, line string) error {
	about, command, _ := strings.Cut(line, " as: ")
	switch {
	case strings.HasPrefix(line, grepablePorts):
		for word := range strings.FieldsSeq(line) {
			name, list, _ := strings.Cut(strings.TrimSuffix(word, ")"), ";")
			if name, _, ok := strings.Cut(name, "("); ok && list != "" {
				g.scanned.add([]byte(name), []byte(strings.Trim(list, ",")))
			}
		}
	case !hasFold([]byte(line), grepableHead):
	case strings.Contains(about, " initiated "):
		words := strings.Fields(command)
		if resumes(words, g.command) {
			g.end.Reached()
		}
		g.command, g.kind, g.detects, g.scanned = words, scanKind(words), detects(words), scannedPorts{}
		_, when, _ := strings.Cut(about, " initiated ")
		g.began, _ = time.ParseInLocation(time.ANSIC, strings.TrimSpace(when), time.Local) // which has no zone
		return g.end.Begin(no)
	case hasFold([]byte(line), grepableHead+"done at"), hasFold([]byte(line), grepableHead+"run completed at"):
		g.end.Reached()
	}
	return nil
}

// kinds has the letters of -s that name a kind of scan of TCP.
var kinds = map[rune]string{
	'S': "syn", 'T': "connect", 'A': "ack", 'W': "window", 'M': "maimon", 'N': "null", 'F': "fin", 'X': "xmas",
}

// scanLetters returns the letters of -s in a command line, such as those of -sSU.
func scanLetters(command []string) (all string) {
	for _, word := range command {
		letters, ok := strings.CutPrefix(word, "-s")
		if ok && strings.Trim(letters, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == "" { // and not an option such as -script
			all += letters
		}
	}
	return all
}

// scanKind returns the kind of the scan of TCP that a command line names; "" if it names none.
func scanKind(command []string) string {
	for _, letter := range scanLetters(command) {
		if kind := kinds[letter]; kind != "" {
			return kind
		}
	}
	return ""
}

// detects reports whether a command line has service and version detection.
func detects(command []string) bool {
	return slices.Contains(command, "-A") || strings.Contains(scanLetters(command), "V")
}

// appends is the option with which --resume continues a file.
const appends = "--append-output"

// resumes reports whether a command line is that of --resume after the one before it.
func resumes(command, before []string) bool {
	without := func(words []string) []string {
		return slices.DeleteFunc(slices.Clone(words), func(word string) bool { return word == appends })
	}
	return slices.Contains(command, appends) && slices.Equal(without(command), without(before))
}

// host reads the line of a host.
func (g *grepable) host(line []byte) (err error) {
	g.at, g.names = endpoint.Endpoint{}, g.names[:0]
	g.listed[endpoint.TCP].clear()
	g.listed[endpoint.UDP].clear()
	others := false // ports may have a state that is not named
	for len(line) > 0 && err == nil {
		name, value := scanfile.Member(&line)
		if string(name) != "Host" && !g.at.Addr.IsValid() {
			return scanfile.Bad("not a host: want Host: ADDRESS (NAME)")
		}
		switch string(name) {
		case "Host":
			err = g.address(value)
		case "Status":
			if string(value) == "Timeout" {
				g.out.Skip(scanfile.TimedOut, 1)
			}
		case "Ports":
			others, err = true, g.ports(value)
		case "Protocols":
			g.out.Skip(scanfile.OtherProto, uint64(bytes.Count(value, []byte(", "))+1))
		case "Ignored State":
			others, err = false, g.ignored(value)
		}
	}
	if others && err == nil { // if there are several, nmap does not name them
		g.out.Skip(scanfile.Unlisted, g.scanned.unlisted(&g.listed))
	}
	return err
}

// address reads an address, and behind it in parentheses a name. It is the host if the
// command line has it, else the address has it in DNS.
func (g *grepable) address(value []byte) (err error) {
	text, rest, _ := bytes.Cut(value, []byte(" "))
	name := bytes.Trim(rest, "()")
	switch g.at.Addr, err = scanfile.ParseAddr(text); {
	case err != nil || len(name) == 0:
	case slices.Contains(g.command, string(name)) && scanfile.IsName(name):
		g.at.Host = string(name)
	default:
		g.names = append(g.names, string(name))
	}
	return err
}

// entryFields is the number of fields of a port: port, state, protocol, owner, service, RPC
// information and version. Each has a slash behind it, which texts have as |.
const entryFields = 7

// ports reads a list of ports.
func (g *grepable) ports(list []byte) error {
	for len(list) > 0 {
		var f [entryFields][]byte
		for i := range f {
			var ok bool
			if f[i], list, ok = bytes.Cut(list, []byte("/")); !ok {
				return scanfile.Badf("%q is not a port: want PORT/STATE/PROTOCOL/OWNER/SERVICE/RPC/VERSION/", ndjson.Show(f[0]))
			}
		}
		if err := g.port(&f); err != nil {
			return err
		}
		list = bytes.TrimPrefix(list, []byte(", "))
	}
	return nil
}

func (g *grepable) port(f *[entryFields][]byte) (err error) {
	e, ok := g.at, false
	switch e.Proto, ok = scanfile.ParseProto(f[2]); {
	case !ok:
		g.out.Skip(scanfile.OtherProto, 1)
		return nil
	case string(f[0]) == "0":
		g.out.Skip(scanfile.PortZero, 1)
		return nil
	}
	if e.Port, err = scanfile.ParsePort(f[0]); err != nil {
		return err
	}
	g.listed[e.Proto].add(e.Port)
	if !g.begin(e, f[1]) {
		return nil
	}
	g.service(string(f[4]), string(f[6]))
	return g.out.Hold(&g.result)
}

// begin begins a result.
func (g *grepable) begin(e endpoint.Endpoint, state []byte) bool {
	kind := g.kind
	if e.Proto == endpoint.UDP {
		kind = "udp"
	}
	method := methods[kind]
	if !g.words.BeginInWords(&g.result, scanfile.Nmap, e, method, state, nil) {
		g.out.Skip(scanfile.NoState, 1)
		return false
	}
	if method == 0 {
		g.result.Own.Text("scan", kind)
	}
	g.result.Time = g.began
	g.result.Own.List("hostnames", g.names)
	return true
}

// service adds the service to a result. A name was recognized by replies if it has a version,
// or if the scan recognized services and it has no question mark.
func (g *grepable) service(name, version string) {
	r := &g.result
	name, tunnel := strings.CutPrefix(name, "ssl|")
	name, guessed := strings.CutSuffix(name, "?")
	identified := version != "" || g.detects && r.State == endpoint.Open && !guessed && name != "" && name != scanfile.UnknownService
	g.found = endpoint.Finding{}
	switch {
	case name == scanfile.Wrapped:
		g.found.Evidence = endpoint.EvidenceClosed
	case identified:
		app, inTLS := scanfile.App(r.Proto, name)
		g.found.App, g.found.Evidence = app, endpoint.EvidenceProbed
		tunnel = tunnel || inTLS || name == "ssl"
	}
	if tunnel {
		g.found.TLS = &endpoint.TLS{}
		if g.found.App == "" {
			g.found.Evidence = endpoint.EvidenceTLS
		}
	}
	g.out.KeepService(r, name, g.found.App, identified)
	r.Own.Text("version", version)
	if g.found.Evidence != "" {
		r.Finding = &g.found
	}
}

// ignored reads a state of the ports that are not listed, and their number: "closed (97)".
// With the list of the ports that were scanned these can be told, if the number is right.
func (g *grepable) ignored(value []byte) error {
	state, text, _ := bytes.Cut(value, []byte(" ("))
	count, err := strconv.ParseUint(strings.TrimSuffix(string(text), ")"), 10, 32)
	if err != nil {
		return scanfile.Badf("%q is not a state and a number", ndjson.Show(value))
	}
	if g.scanned.unlisted(&g.listed) != count {
		g.out.Skip(scanfile.Unlisted, count)
		return nil
	}
	for p := range g.scanned.sets {
		err := g.scanned.sets[p].eachBeyond(&g.listed[p], func(port uint16) error {
			e := g.at
			e.Port, e.Proto = port, endpoint.Proto(p)
			if port == 0 || !g.begin(e, state) {
				return nil
			}
			return g.out.Hold(&g.result)
		})
		if err != nil {
			return err
		}
	}
	return nil
}
