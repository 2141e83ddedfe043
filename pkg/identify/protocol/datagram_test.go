package protocol

import (
	"bufio"
	"encoding/binary"
	"encoding/hex"
	"os"
	"strings"
	"testing"
)

// datagramSample is a datagram and what a row has to make of it.
type datagramSample struct {
	app, sent, data string
	want            facts
}

// recordedDatagram returns a reply of a daemon of Debian 12.
func recordedDatagram(tb testing.TB, name string) string {
	tb.Helper()
	f, err := os.Open("../../payload/testdata/answers/" + name + ".txt")
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	var data []byte
	for lines := bufio.NewScanner(f); lines.Scan(); {
		digits, _, _ := strings.Cut(lines.Text(), "|")
		if offset, digits, ok := strings.Cut(digits, "  "); ok && len(offset) == 8 {
			b, err := hex.DecodeString(strings.ReplaceAll(digits, " ", ""))
			if err != nil {
				tb.Fatal(err)
			}
			data = append(data, b...)
		}
	}
	return string(data)
}

// snmpReport returns a report with that engine id, as Net-SNMP writes it.
func snmpReport(engine string) string {
	return ber(berSequence, "\x02\x01\x03", ber(berSequence, "\x02\x04\x58\x8e\x64\x50\x02\x03\x00\xff\xe3\x04\x01\x00\x02\x01\x03"),
		ber(berOctets, ber(berSequence, ber(berOctets, engine), "\x02\x01\x01\x02\x01\x00\x04\x00\x04\x00\x04\x00")),
		ber(berSequence, ber(berOctets, engine), "\x04\x00", ber(0xa8, "\x02\x04\x58\x8e\x64\x50\x02\x01\x00\x02\x01\x00\x30\x00")))
}

func ssdpReply(server string) string {
	return "HTTP/1.1 200 OK\r\nST: upnp:rootdevice\r\nSERVER: " + server + "\r\n\r\n"
}

// stunReply returns a success response with one attribute.
func stunReply(attribute uint16, data string) string {
	padding := -len(data) & 3
	b := binary.BigEndian.AppendUint16([]byte{1, 1}, uint16(4+len(data)+padding))
	b = append(b, "\x21\x12\xa4\x42identifiers."...)
	b = binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16(b, attribute), uint16(len(data)))
	return string(b) + data + strings.Repeat("\x00", padding)
}

func browserReply(fields string) string {
	return string(binary.LittleEndian.AppendUint16([]byte{5}, uint16(len(fields)))) + fields
}

func datagramSamples(tb testing.TB) []datagramSample {
	dns := string(dnsDatagram(sampleTarget(), 0x560b))
	sip := string(sipDatagram(sampleTarget(), 0xadfc9711e28b9bcf))
	return []datagramSample{
		{"dns", dns, dnsAnswer("9.18.49-1~deb12u1-Debian")[2:], facts{product: "BIND", version: "9.18.49"}},
		{"dns", dns, dnsAnswer("unbound 1.17.1")[2:], facts{product: "Unbound", version: "1.17.1"}},
		{"memcached", "", recordedDatagram(tb, "memcached-memcached-0"), facts{product: "memcached", version: "1.6.18"}},
		{"sip", sip, recordedDatagram(tb, "sip-kamailio-0"), facts{product: "kamailio", version: "5.6.3", os: "Linux"}},
		{"stun", "", recordedDatagram(tb, "stun-coturn-0"), facts{product: "Coturn", version: "4.6.1"}},
		{"stun", "", stunReply(0x8022, "restund v0.4.12 (x86_64/linux)"), facts{product: "restund", version: "0.4.12"}},
		{"stun", "", stunReply(0x8022, "ACME server.."), facts{product: "ACME server.."}},
		{"stun", "", stunReply(0x8023, "Coturn-4.6.1"), facts{}},
		{"snmp", "", recordedDatagram(tb, "snmp-snmpd-0"), facts{product: "Net-SNMP"}},
		{"snmp", "", snmpReport("\x80\x00\x00\x09\x03\x00\x1b\x2c\x3d\x4e\x5f"), facts{vendor: "Cisco"}},
		{"snmp", "", snmpReport("\x80\x00\x3a\x8c\x04admin's phone"), facts{vendor: "MikroTik"}},
		{"snmp", "", snmpReport("\x00\x00\x0a\x4c\x0a\x00\x00\x01\x00\x00\x00\x00"), facts{vendor: "Juniper"}}, // before RFC 3411
		{"snmp", "", snmpReport("\x00\x00\x00\x09\x03\x00\x1b\x2c\x3d\x4e\x5f"), facts{}},
		{"snmp", "", snmpReport("\x80\x00\x00\x09"), facts{}},
		{"snmp", "", snmpReport("\x80\x00\xff\xff\x05\x01\x02\x03\x04"), facts{}},
		{"ssdp", "", ssdpReply("Debian/12 UPnP/1.1 MiniUPnPd/2.3.1"), facts{product: "MiniUPnPd", version: "2.3.1", os: "Debian 12"}},
		{"ssdp", "", ssdpReply("Linux/3.14.0, UPnP/1.0, Portable SDK for UPnP devices/1.6.18"), facts{product: "Portable SDK for UPnP devices", version: "1.6.18", os: "Linux 3.14.0"}},
		{"ssdp", "", ssdpReply("Microsoft-Windows/10.0 UPnP/1.0 UPnP-Device-Host/1.0"), facts{product: "UPnP-Device-Host", version: "1.0", os: "Microsoft-Windows 10.0"}},
		{"ssdp", "", ssdpReply("Linux/4.9 UPnP/1.0 DLNADOC/1.50 Platinum/1.0.5.13"), facts{product: "Platinum", version: "1.0.5.13", os: "Linux 4.9"}},
		// [MC-SQLR] section 4.2, with the default instance.
		{
			"mssql-browser", "", browserReply("ServerName;ILSUNG1;InstanceName;MSSQLSERVER;IsClustered;No;Version;9.00.1399.06;tcp;1433;;"),
			facts{product: "Microsoft SQL Server", version: "9.00.1399.06", vendor: "Microsoft"},
		},
		{"mssql-browser", "", browserReply("ServerName;Version;InstanceName;Version;"), facts{product: "Microsoft SQL Server", vendor: "Microsoft"}},
	}
}

func row(tb testing.TB, app string) *Datagram {
	tb.Helper()
	for _, d := range Datagrams() {
		if d.App == app {
			return &d
		}
	}
	tb.Fatalf("no row %q", app)
	return nil
}

func TestDatagrams(t *testing.T) {
	t.Parallel()
	for _, c := range datagramSamples(t) {
		d := row(t, c.app)
		m := d.Read([]byte(c.sent), []byte(c.data))
		got := facts{product: m.Product, version: m.Version, vendor: m.Vendor, os: m.OS}
		if m.Strength == No || m.App != c.app || got != c.want {
			t.Errorf("%s: %q: strength %d, app %q, %+v; want %+v", c.app, c.data, m.Strength, m.App, got, c.want)
		}
		for n := range len(c.data) {
			m := d.Read([]byte(c.sent), []byte(c.data[:n]))
			if m.Product != "" && m.Product != c.want.product {
				t.Errorf("%s: %q: product %q", c.app, c.data[:n], m.Product)
			}
		}
	}
}

// TestOtherDatagrams checks that requests sent back, replies to other requests, and
// replies of other protocols are not recognized.
func TestOtherDatagrams(t *testing.T) {
	t.Parallel()
	samples := datagramSamples(t)
	dns := string(dnsDatagram(sampleTarget(), 0x560c))
	sip := string(sipDatagram(sampleTarget(), 1<<60))
	others := []datagramSample{
		{app: "dns", sent: dns, data: dnsAnswer("9.18.49")[2:]},
		{app: "dns", sent: dns, data: dns},
		{app: "sip", sent: sip, data: recordedDatagram(t, "sip-kamailio-0")},
		{app: "sip", sent: sip, data: sip},
		{app: "memcached", data: "\x12\x34\x00\x01\x00\x02\x00\x00VERSION 1.6.18\r\n"},
		{app: "memcached", data: "\x12\x34\x00\x00\x00\x01\x00\x00version\r\n"},
		{app: "memcached", data: "\x12\x34\x00\x00\x00\x01\x00\x00ERROR\r\n"},
		{app: "stun", data: strings.Replace(stunReply(0x8022, "Coturn-4.6.1"), "\x01\x01", "\x00\x01", 1)},
		{app: "ssdp", data: "M-SEARCH * HTTP/1.1\r\nST: upnp:rootdevice\r\n\r\n"},
		{app: "ssdp", data: "HTTP/1.1 200 OK\r\nServer: nginx/1.22.1\r\n\r\n"},
		{app: "mssql-browser", data: "\x04MSSQLSERVER\x00"},
		{app: "mssql-browser", data: browserReply("Version;1.0;")},
	}
	for _, d := range Datagrams() {
		for _, c := range samples {
			if c.app != d.App {
				others = append(others, datagramSample{app: d.App, sent: dns, data: c.data})
			}
		}
	}
	for _, c := range others {
		if m := row(t, c.app).Read([]byte(c.sent), []byte(c.data)); m.Strength != No {
			t.Errorf("%s: %q: strength %d, product %q; want none", c.app, c.data, m.Strength, m.Product)
		}
	}
}

func TestRefusedVersionIsAReply(t *testing.T) {
	t.Parallel()
	sent := string(dnsDatagram(sampleTarget(), 0x560b))
	for _, data := range []string{
		"\x56\x0b\x80\x05\x00\x00\x00\x00\x00\x00\x00\x00",
		"\x56\x0b\x80\x05\x00\x01\x00\x00\x00\x00\x00\x00" + dnsVersionBind,
	} {
		if m := row(t, "dns").Read([]byte(sent), []byte(data)); m.Strength == No || m.Product != "" {
			t.Errorf("%q: strength %d, product %q", data, m.Strength, m.Product)
		}
	}
}

func TestSIPDatagramNamesTheClient(t *testing.T) {
	t.Parallel()
	got := string(sipDatagram(sampleTarget(), 0xabc))
	for _, s := range []string{"\r\nVia: SIP/2.0/UDP 192.0.2.1;rport;branch=z9hG4bKabc\r\n", "\r\nUser-Agent: portid/1.0\r\n", "\r\nMax-Forwards: 0\r\n"} {
		if !strings.Contains(got, s) {
			t.Errorf("%q lacks %q", got, s)
		}
	}
}

// FuzzDatagrams gives arbitrary data to all rows.
func FuzzDatagrams(f *testing.F) {
	for _, c := range datagramSamples(f) {
		f.Add([]byte(c.sent), []byte(c.data))
	}
	rows := Datagrams()
	f.Fuzz(func(t *testing.T, sent, data []byte) {
		for _, d := range rows {
			m := d.Read(sent, data)
			checkFacts(t, m)
			if m.Strength == No && m.Product+m.Version+m.Vendor+m.OS+m.Device != "" {
				t.Errorf("%s: %q: facts of no reply", d.App, data)
			}
		}
	})
}
