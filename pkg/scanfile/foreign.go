package scanfile

import "bytes"

// foreignHeads are what the first line of other scanners' text begins with, and what follows
// in it. No target, endpoint or record begins so; a comment may begin with "# Nmap".
var foreignHeads = []struct{ begin, then string }{
	{"<", ""},
	{"#masscan", ""},
	{"masscan/", ""}, // -oB
	{"# Nmap ", " scan initiated "},
	{"# Masscan ", " scan initiated "},
	{"Starting Nmap ", ""},
	{"Host: ", "\tPorts: "},
	{"Timestamp: ", "\tHost: "},
	{"open tcp ", ""},
	{"open udp ", ""},
	{"saddr,", ""},        // ZMap
	{"host,ip,port,", ""}, // naabu
	{"", " -> ["},         // RustScan
	{"Open ", ":"},
}

// IsForeignText reports whether an input that begins with head is text of another scanner. A
// list of targets is not.
func IsForeignText(head []byte) bool {
	if len(head) > 0 && (head[0] == '{' || head[0] == '[') {
		return false
	}
	line, _, _ := bytes.Cut(head[:min(len(head), SniffSize)], []byte("\n"))
	for _, h := range foreignHeads {
		if rest, ok := bytes.CutPrefix(line, []byte(h.begin)); ok && bytes.Contains(rest, []byte(h.then)) {
			return true
		}
	}
	return false
}

// IsForeign reports whether an input that begins with head is the results of another scanner,
// in a format whose lines are not records.
func IsForeign(head []byte) bool {
	object, whole := FirstObject(head)
	switch {
	case object == nil:
		return IsForeignText(head)
	case object.Has("port") || object.Has("state") || object.Has("kind"):
		return false
	case (object.Has("ip") || object.Has("domain")) && object["data"] == '{': // ZGrab2, whose lines may be longer than head
		return whole || bytes.Contains(head, []byte(`"protocol":`))
	case !whole:
		return false
	case object.Has("saddr"): // ZMap
		return !object.Has("host") && !object.Has("ip") && !object.Has("target")
	}
	return object.Has("ip", "ports", "timestamp") // masscan
}

// IsForeignResults is like IsForeign, but for a tool that reads only results: lines of other
// scanners that are endpoints without a state are of no use to it.
func IsForeignResults(head []byte) bool {
	object, whole := FirstObject(head)
	return IsForeign(head) || whole && object.Has("ip", "port", "timestamp") && !object.Has("state") && !object.Has("kind")
}
