package payload

import (
	"bufio"
	"bytes"
	"encoding/asn1"
	"encoding/hex"
	"encoding/xml"
	"net/http"
	"net/netip"
	"net/textproto"
	"strings"
	"testing"

	"golang.org/x/net/dns/dnsmessage"
)

var at7 = netip.MustParseAddr("192.0.2.7")

func request(port uint16, n int) []byte {
	return For(port)[n].Build(nil, Query{To: netip.AddrPortFrom(at7, port), Token: 99})
}

// TestRequestBytes compares requests with bytes written by hand from the
// specifications, field by field. "??" is a byte of an id.
func TestRequestBytes(t *testing.T) {
	id := func(n int) string { return strings.Repeat("??", n) }
	zero := func(n int) string { return strings.Repeat("00", n) }
	text := func(s string) string { return hex.EncodeToString([]byte(s)) }
	for _, c := range []struct {
		port  uint16
		n     int
		parts []string
	}{
		{7, 0, []string{id(8)}},
		{13, 0, nil},
		{37, 0, nil},
		{69, 0, []string{"0001", text("portprobe-"), id(16), "00", text("octet"), "00"}},
		{111, 0, []string{id(4), "00000000", "00000002", "000186a0", "00000002", "00000000", zero(16)}},
		{2049, 0, []string{id(4), "00000000", "00000002", "000186a3", "00000003", "00000000", zero(16)}},
		{123, 0, []string{"23", zero(39), id(8)}},
		{137, 0, []string{id(2), "0000", "0001", zero(6), "20", text("CK" + strings.Repeat("A", 30)), "00", "0021", "0001"}},
		{177, 0, []string{"0001", "0002", "0001", "00"}},
		{427, 0, []string{
			"02", "01", "00002f", "0000", "000000", id(2), "0002", text("en"),
			"0000", "0015", text("service:service-agent"), "0000", "0000", "0000",
		}},
		{443, 0, []string{"c0", "0a1a2a3a", "08", id(8), "08", id(8), zero(1200 - 23)}},
		{443, 1, []string{
			"16", "feff", "0000", zero(6), "0036", "01", "00002a", "0000", "000000", "00002a",
			"fefd", id(32), "00", "00", "0002", "00ff", "01", "00",
		}},
		{464, 0, []string{"0018", "0001", "0010", "6e0e", zero(14), "7500"}},
		{500, 0, []string{
			id(8), zero(8), "21", "20", "22", "08", "00000000", "00000084",
			"22", "00", "002c", "00", "00", "0028", "01", "01", "00", "04",
			"03", "00", "0008", "01", "00", "fff0", "03", "00", "0008", "02", "00", "0005",
			"03", "00", "0008", "03", "00", "000c", "00", "00", "0008", "04", "00", "001f",
			"28", "00", "0028", "001f", "0000", id(32), "00", "00", "0014", id(16),
		}},
		{623, 0, []string{"06", "00", "ff", "07", "00", zero(8), "09", "20", "18", "c8", "81", id(1), "38", "0e", "02", id(1)}},
		{623, 1, []string{"06", "00", "ff", "06", "000011be", "80", id(1), "00", "00"}},
		{1194, 0, []string{"38", id(8), "00", "00000000"}},
		{1434, 0, []string{"04", text("MSSQLSERVER"), "00"}},
		{1434, 1, []string{"04", text("SQLEXPRESS"), "00"}},
		{1701, 0, []string{
			"c802", "0024", "0000", "0000", "0000", "0000", "8008", "0000", "0000", "0004",
			"8008", "0000", "0009", id(2), "8008", "0000", "0001", "0001",
		}},
		{1884, 0, []string{"03", "01", "01"}},
		{2123, 0, []string{"32", "01", "0004", "00000000", id(2), "00", "00"}},
		{3478, 0, []string{"0001", "0000", "2112a442", id(12)}},
		{3671, 0, []string{"06", "10", "0203", "000e", "08", "01", "00000000", "0000"}},
		{4569, 0, []string{id(2), "0000", "00000000", "00", "00", "06", "1e"}},
		{5351, 0, []string{"00", "00"}},
		{5351, 1, []string{"02", "00", "0000", "00000000", zero(16)}},
		{5683, 0, []string{"40", "00", id(2)}},
		{6881, 0, []string{text("d1:ad2:id20:"), id(20), text("e1:q4:ping2:roi1e1:t4:"), id(4), text("1:y1:qe")}},
		{11211, 0, []string{id(2), "0000", "0001", "0000", text("version\r\n")}},
		{27015, 0, []string{"ffffffff", text("TSource Engine Query"), "00"}},
		{44818, 0, []string{"6300", "0000", "00000000", "00000000", id(8), "00000000"}},
		{47808, 0, []string{"81", "0a", "0011", "01", "04", "00", "05", id(1), "0c", "0c", "023fffff", "19", "4b"}},
	} {
		got, want := hex.EncodeToString(request(c.port, c.n)), strings.Join(c.parts, "")
		if !alike(got, want) {
			t.Errorf("request %d of port %d is\n%s, want\n%s", c.n, c.port, got, want)
		}
	}
	if nat, plain := request(4500, 0), request(500, 0); string(nat) != "\x00\x00\x00\x00"+string(plain) {
		t.Errorf("port 4500 is asked %x", nat)
	}
}

func alike(got, want string) bool {
	if len(got) != len(want) {
		return false
	}
	for i := range len(got) {
		if want[i] != '?' && want[i] != got[i] {
			return false
		}
	}
	return true
}

func TestIPMIChecksums(t *testing.T) {
	b := request(623, 0)
	var head, body byte
	for _, c := range b[14:17] {
		head += c
	}
	for _, c := range b[17:] {
		body += c
	}
	if head != 0 || body != 0 {
		t.Errorf("the checksums of %x are wrong", b)
	}
}

func TestDNSQuestions(t *testing.T) {
	for _, c := range []struct {
		port  uint16
		n     int
		to    string
		name  string
		class dnsmessage.Class
		kind  dnsmessage.Type
	}{
		{53, 0, "192.0.2.7", "id.server.", dnsmessage.ClassCHAOS, dnsmessage.TypeTXT},
		{53, 1, "192.0.2.7", "localhost.", dnsmessage.ClassINET, dnsmessage.TypeA},
		{5353, 0, "192.0.2.107", "107.2.0.192.in-addr.arpa.", dnsmessage.ClassINET, dnsmessage.TypePTR},
		{5353, 0, "2001:db8::7", "7." + strings.Repeat("0.", 23) + "8.b.d.0.1.0.0.2.ip6.arpa.", dnsmessage.ClassINET, dnsmessage.TypePTR},
		{5353, 1, "192.0.2.7", "_services._dns-sd._udp.local.", dnsmessage.ClassINET, dnsmessage.TypePTR},
	} {
		q := Query{To: netip.AddrPortFrom(netip.MustParseAddr(c.to), c.port), Token: 3}
		var m dnsmessage.Message
		if err := m.Unpack(For(c.port)[c.n].Build(nil, q)); err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if len(m.Questions) != 1 || m.Questions[0].Name.String() != c.name || m.Questions[0].Class != c.class ||
			m.Questions[0].Type != c.kind || m.Header != (dnsmessage.Header{ID: m.ID}) || len(m.Answers)+len(m.Additionals) > 0 {
			t.Errorf("%s: %+v", c.name, m)
		}
	}
}

func TestDNSCaseDoesNotMatter(t *testing.T) {
	q := Query{Token: 5}
	b := dnsBuild(nil, q)
	b[2], b[3] = 0x80, 5
	if up := append(bytes.Clone(b[:12]), bytes.ToUpper(b[12:])...); !dnsMatch(up, q) {
		t.Errorf("%q does not match", up)
	}
	if b[12] = 3; dnsMatch(b, q) {
		t.Error("another question matches")
	}
}

func TestSNMPRequest(t *testing.T) {
	var m struct {
		Version int
		Header  struct {
			ID, MaxSize int
			Flags       []byte
			Model       int
		}
		Security []byte
		Scoped   struct {
			Engine, Name []byte
			PDU          struct {
				ID, Status, Index int
				Variables         []asn1.RawValue
			} `asn1:"tag:0"`
		}
	}
	rest, err := asn1.Unmarshal(request(161, 0), &m)
	if err != nil || len(rest) > 0 {
		t.Fatal(err, rest)
	}
	var usm struct {
		Engine                  []byte
		Boots, Time             int
		User, Authentic, Secret []byte
	}
	if rest, err := asn1.Unmarshal(m.Security, &usm); err != nil || len(rest) > 0 {
		t.Fatal(err, rest)
	}
	if m.Version != 3 || m.Header.Model != 3 || !bytes.Equal(m.Header.Flags, []byte{4}) || m.Header.MaxSize != 65507 ||
		m.Header.ID != m.Scoped.PDU.ID || len(m.Scoped.PDU.Variables)+len(usm.Engine)+len(usm.User)+usm.Boots+usm.Time > 0 {
		t.Errorf("%+v %+v", m, usm)
	}
}

func TestCLDAPRequest(t *testing.T) {
	var m struct {
		ID     int
		Search struct {
			Base         []byte
			Scope, Deref asn1.Enumerated
			Size, Time   int
			TypesOnly    bool
			Filter       asn1.RawValue
			Attributes   [][]byte
		} `asn1:"application,tag:3"`
	}
	rest, err := asn1.Unmarshal(request(389, 0), &m)
	if err != nil || len(rest) > 0 {
		t.Fatal(err, rest)
	}
	s := m.Search
	if s.Scope != 0 || len(s.Base) > 0 || s.Filter.Tag != 7 || string(s.Filter.Bytes) != "objectClass" ||
		len(s.Attributes) != 1 || string(s.Attributes[0]) != "1.1" {
		t.Errorf("%+v", m)
	}
}

func TestKerberosRequest(t *testing.T) {
	type name struct {
		Type  int             `asn1:"explicit,tag:0"`
		Names []asn1.RawValue `asn1:"explicit,tag:1"`
	}
	var m struct {
		Version int `asn1:"explicit,tag:1"`
		Type    int `asn1:"explicit,tag:2"`
		Body    struct {
			Options asn1.BitString `asn1:"explicit,tag:0"`
			Client  name           `asn1:"explicit,tag:1"`
			Realm   asn1.RawValue  `asn1:"tag:2"`
			Server  name           `asn1:"explicit,tag:3"`
			Till    asn1.RawValue  `asn1:"tag:5"`
			Nonce   int            `asn1:"explicit,tag:7"`
			Ciphers []int          `asn1:"explicit,tag:8"`
		} `asn1:"explicit,tag:4"`
	}
	rest, err := asn1.UnmarshalWithParams(request(88, 0), &m, "application,explicit,tag:10")
	if err != nil || len(rest) > 0 {
		t.Fatal(err, rest)
	}
	b := m.Body
	if m.Version != 5 || m.Type != 10 || string(b.Client.Names[0].Bytes) != "portprobe" || string(b.Realm.Bytes[2:]) != "INVALID" ||
		len(b.Server.Names) != 2 || b.Options.BitLength != 32 || string(b.Till.Bytes[2:]) != "19700101000000Z" || len(b.Ciphers) != 2 {
		t.Errorf("%+v", m)
	}
}

func TestTextRequests(t *testing.T) {
	search, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(request(1900, 0))))
	if err != nil || search.Method != "M-SEARCH" || search.Host != "192.0.2.7:1900" || search.RequestURI != "*" ||
		search.Header.Get("Man") != `"ssdp:discover"` || search.Header.Get("ST") != "upnp:rootdevice" {
		t.Errorf("%+v, %v", search, err)
	}
	r := textproto.NewReader(bufio.NewReader(bytes.NewReader(request(5060, 0))))
	line, err := r.ReadLine()
	if err != nil || line != "OPTIONS sip:192.0.2.7:5060 SIP/2.0" {
		t.Errorf("%q, %v", line, err)
	}
	h, err := r.ReadMIMEHeader()
	if err != nil || h.Get("Max-Forwards") != "0" || h.Get("CSeq") != "1 OPTIONS" || h.Get("Call-ID") == "" ||
		!strings.Contains(h.Get("Via"), ";rport;branch=z9hG4bK") || !strings.Contains(h.Get("From"), ";tag=") {
		t.Errorf("%v, %v", h, err)
	}
	if rest, err := r.ReadLine(); err == nil {
		t.Errorf("behind the head stands %q", rest)
	}
}

func TestProbes(t *testing.T) {
	type probe struct {
		Types *string `xml:"http://schemas.xmlsoap.org/ws/2005/04/discovery Types"`
	}
	var ids []string
	for n, types := range []bool{false, true} {
		var m struct {
			XMLName xml.Name `xml:"http://www.w3.org/2003/05/soap-envelope Envelope"`
			Action  string   `xml:"Header>Action"`
			ID      string   `xml:"Header>MessageID"`
			Probe   *probe   `xml:"Body>Probe"`
		}
		if err := xml.Unmarshal(request(3702, n), &m); err != nil {
			t.Fatal(err)
		}
		if m.Probe == nil || (m.Probe.Types != nil) != types || !strings.HasSuffix(m.Action, "/discovery/Probe") || len(m.ID) != 45 {
			t.Errorf("%+v", m)
		}
		ids = append(ids, m.ID)
	}
	if ids[0] == ids[1] {
		t.Error("two probes have one id")
	}
}
