package nmap

import (
	"strings"
	"testing"

	"portkit/pkg/scanfile"
)

// TestSeveralPortsElements reads a host with two elements ports, whose members of the host
// must not be repeated.
func TestSeveralPortsElements(t *testing.T) {
	doc := document(synScan, `<address addr="02:00:00:00:00:07" addrtype="mac"/><hostnames><hostname name="a.example" type="PTR"/></hostnames>`+
		`<ports><port protocol="tcp" portid="1"><state state="open" reason="syn-ack"/></port></ports>`+
		`<ports><extraports state="closed" count="5"/><port protocol="tcp" portid="1"/></ports>`)
	lines, _, _, err := read(strings.NewReader(doc))
	if got := tally(t, lines, "state"); err != nil || got != "5 closed, 1 open" {
		t.Errorf("%v, %s", err, got)
	}
	for _, l := range lines {
		if strings.Count(l, `"mac"`) != 1 || strings.Count(l, `"hostnames"`) != 1 {
			t.Error(l)
		}
	}
}

// TestHostsThatTimedOut counts hosts at which nmap gave up.
func TestHostsThatTimedOut(t *testing.T) {
	xml := strings.ReplaceAll(document(synScan, ""), "<host ", `<host timedout="true" `)
	lines, counts, messages, err := read(strings.NewReader(xml))
	if n := counts.Skipped[scanfile.TimedOut]; len(lines) > 0 || len(messages) > 0 || err != nil || n != 1 {
		t.Errorf("XML: %q, %q, %v, counted %d", lines, messages, err, n)
	}
	var b strings.Builder
	out := scanfile.NewOutput(&b, services, &report{})
	err = ReadGrepable(&scanfile.Input{Reader: strings.NewReader("Host: 192.0.2.7 ()\tStatus: Up\nHost: 192.0.2.7 ()\tStatus: Timeout\n")}, out)
	if n := out.Counts().Skipped[scanfile.TimedOut]; b.Len() > 0 || err != nil || n != 1 {
		t.Errorf("grepable: %q, %v, counted %d", b.String(), err, n)
	}
}

// TestAddressWithoutZone reports once that a link-local address has no zone.
func TestAddressWithoutZone(t *testing.T) {
	doc := strings.ReplaceAll(onePort("1", ""), "192.0.2.7", "fe80::1")
	_, _, messages, err := read(strings.NewReader(doc + doc))
	if err != nil || len(messages) != 1 || !strings.HasPrefix(messages[0], "fe80::1 is a link-local address without a zone") {
		t.Errorf("%v, %q", err, messages)
	}
	if _, _, messages, err = read(strings.NewReader(strings.ReplaceAll(doc, "fe80::1", "fe80::1%eth0"))); err != nil || len(messages) > 0 {
		t.Errorf("%v, %q", err, messages)
	}
}

// TestXMLIsRecognized looks at the beginnings of files.
func TestXMLIsRecognized(t *testing.T) {
	for head, want := range map[string]bool{
		`<nmaprun>`: true, "\n<?xml version=\"1.0\"?>\n<!DOCTYPE nmaprun>": true,
		"<?xml version=\"1.0\" ?>\n<!-- Nmap 5.00 scan initiated Mon as: nmap " + strings.Repeat("192.0.2.1 ", 500): true,
		"<?xml version=\"1.0\"?>\n<!-- masscan v1.0 scan -->":                                                       true,
		"<?xml version=\"1.0\"?>\n<!-- other --><a/>":                                                               false, "# <nmaprun": false,
	} {
		if IsXML([]byte(head)) != want {
			t.Errorf("%.60q: %v", head, !want)
		}
	}
}
