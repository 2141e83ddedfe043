package protocol

import (
	"encoding/binary"
	"testing"
)

// dnsAnswer is a reply to version.bind with that text, as BIND writes it.
func dnsAnswer(text string) string {
	return dnsPrefixed("\x56\x0b\x84\x00\x00\x01\x00\x01\x00\x00\x00\x00" + dnsVersionBind +
		"\xc0\x0c\x00\x10\x00\x03\x00\x00\x00\x00\x00" + string([]byte{byte(len(text) + 1), byte(len(text))}) + text)
}

func dnsPrefixed(message string) string {
	return string(binary.BigEndian.AppendUint16(nil, uint16(len(message)))) + message
}

func dnsSamples() []sample {
	refused := dnsPrefixed("\x56\x0b\x80\x05\x00\x01\x00\x00\x00\x00\x00\x00" + dnsVersionBind)
	return []sample{
		{"BIND of Debian", "dns", dnsAnswer("9.18.49-1~deb12u1-Debian"), Certain, facts{product: "BIND", version: "9.18.49"}},
		{"BIND with a patch level", "dns", dnsAnswer("9.9.4-P2-RedHat-9.9.4-12.P2.fc20"), Certain, facts{product: "BIND", version: "9.9.4-P2"}},
		{"Unbound", "dns", dnsAnswer("unbound 1.17.1"), Certain, facts{product: "Unbound", version: "1.17.1"}},
		{"dnsmasq", "dns", dnsAnswer("dnsmasq-2.90"), Certain, facts{product: "dnsmasq", version: "2.90"}},
		{"Pi-hole", "dns", dnsAnswer("dnsmasq-pi-hole-v2.90+1"), Certain, facts{product: "dnsmasq", version: "2.90+1"}},
		{"Knot", "dns", dnsAnswer("Knot DNS 3.2.6"), Certain, facts{product: "Knot DNS", version: "3.2.6"}},
		{"PowerDNS", "dns", dnsAnswer("PowerDNS Authoritative Server 4.7.3 (built Jan  6 2023 11:50:51 by root@build)"), Certain, facts{product: "PowerDNS Authoritative Server", version: "4.7.3"}},
		{"PowerDNS without a version", "dns", dnsAnswer("Served by PowerDNS - https://www.powerdns.com/"), Certain, facts{product: "PowerDNS"}},
		{"hidden", "dns", dnsAnswer("unboundless joy"), Certain, facts{}},
		{"another text", "dns", dnsAnswer("none of your business"), Certain, facts{}},
		{"refused", "dns", refused, Certain, facts{}},
		{"not understood", "dns", dnsPrefixed("\x56\x0b\x80\x01\x00\x00\x00\x00\x00\x00\x00\x00"), Likely, facts{}},
		{"another id", "dns", dnsPrefixed("\x56\x0c\x80\x05\x00\x01\x00\x00\x00\x00\x00\x00" + dnsVersionBind), No, facts{}},
		{"another question", "dns", dnsPrefixed("\x56\x0b\x80\x05\x00\x01\x00\x00\x00\x00\x00\x00" + dnsVersionServer), No, facts{}},
	}
}

func TestDNS(t *testing.T) {
	t.Parallel()
	checkSamples(t, "dns", dnsSamples())
	checkStrangers(t, "dns")
}

func TestDNSDoesNotUnderstandOtherRequests(t *testing.T) {
	t.Parallel()
	// Debian's BIND, to the hard reset of OpenVPN.
	r := Reply{
		Request: "openvpn", Sent: []byte("\x00\x0e\x38\x01\x02\x03\x04\x05\x06\x07\x08\x00\x00\x00\x00\x00"),
		Data: []byte("\x00\x0c\x38\x01\x80\x01\x00\x00\x00\x00\x00\x00\x00\x00"),
	}
	if m := dnsMatch(&r); m.Strength != Likely {
		t.Errorf("%+v, want likely", m)
	}
	if r.Data[3] = 9; dnsMatch(&r).Strength != No {
		t.Errorf("another id: %+v, want none", dnsMatch(&r))
	}
}
