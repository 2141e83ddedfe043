package protocol

import (
	"encoding/binary"
	"strings"

	"golang.org/x/net/dns/dnsmessage"
)

// The questions for the version, TXT CH. The first is BIND's, and the one that most
// servers know; the second is NSD's.
const (
	dnsVersionBind   = "\x07version\x04bind\x00\x00\x10\x00\x03"
	dnsVersionServer = "\x07version\x06server\x00\x00\x10\x00\x03"
)

func dnsRequest(*Target) []byte { return dnsQuery(dnsVersionBind) }

func dnsServerRequest(*Target) []byte { return dnsQuery(dnsVersionServer) }

// dnsQuery returns a query without recursion, with the length that TCP requires (RFC
// 1035 sections 4.1 and 4.2.2).
func dnsQuery(question string) []byte {
	b := binary.BigEndian.AppendUint16(nil, uint16(2+len(dnsHeader)+len(question)))
	return append(append(append(b, "\x56\x0b"...), dnsHeader...), question...)
}

// dnsHeader follows the id of a query: no flags, and one question.
const dnsHeader = "\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00"

// dnsDatagram returns the first question for UDP.
func dnsDatagram(_ *Target, token uint64) []byte {
	return append(append(binary.BigEndian.AppendUint16(nil, uint16(token)), dnsHeader...), dnsVersionBind...)
}

// dnsDatagramMatch reads a reply with the id of the request. An error may be a header
// alone.
func dnsDatagramMatch(r *Reply) (m Match) {
	const response, opcode = 0x80, 0x78
	if len(r.Data) < 12 || len(r.Sent) < 12 || string(r.Data[:2]) != string(r.Sent[:2]) || r.Data[2]&(response|opcode) != response {
		return m
	}
	if len(r.Data) == 12 {
		m.Strength = Likely
		return m
	}
	return dnsReply(r.Data, r.Sent[12:])
}

// dnsMatch recognizes a reply with the id of the request, and its question. A server
// that does not understand a request returns a header alone.
func dnsMatch(r *Reply) (m Match) {
	c := cursor{rest: r.Data}
	length := int(c.u16())
	if !c.short && length < 12 {
		return m
	}
	id := c.bytes(2)
	if c.short || len(r.Sent) < 4 {
		m.More = c.short && !r.Ended && len(r.Sent) >= 4
		return m
	}
	flags := c.u16()
	if string(id) != string(r.Sent[2:4]) || !c.short && flags>>11 != 0x10 { // response, opcode 0
		return m
	}
	if len(r.Data) < 2+length {
		m.More = !r.Ended
		return m
	}
	if length == 12 {
		return dnsNotUnderstood(flags&0xf, c.bytes(8))
	}
	if !r.For("dns") && !r.For("dns-server") {
		return m
	}
	return dnsReply(r.Data[2:2+length], r.Sent[14:])
}

// dnsNotUnderstood parses a header without records.
func dnsNotUnderstood(code uint16, counts []byte) (m Match) {
	const formErr, notImp = 1, 4
	if (code == formErr || code == notImp) && string(counts) == strings.Repeat("\x00", 8) {
		m.Strength = Likely
	}
	return m
}

// dnsReply parses a reply to a question of the table.
func dnsReply(message, question []byte) (m Match) {
	if len(message) < 12+len(question) || !strings.EqualFold(string(message[12:12+len(question)]), string(question)) {
		return m
	}
	var p dnsmessage.Parser
	header, err := p.Start(message)
	if err != nil || !header.Response || p.SkipAllQuestions() != nil {
		return m
	}
	m.Strength = Certain
	for range 8 {
		answer, err := p.Answer()
		if err != nil {
			break
		}
		txt, ok := answer.Body.(*dnsmessage.TXTResource)
		if !ok {
			continue
		}
		text := strings.Join(txt.TXT, "")
		m.Product, m.Version = dnsProduct(text)
		m.Texts = []Text{{"dns.versionbind", text}}
		break
	}
	return m
}

// dnsProducts are the beginnings of the texts of servers. The version follows.
var dnsProducts = []struct{ prefix, product string }{
	{"BIND ", "BIND"},
	{"unbound", "Unbound"},
	{"dnsmasq-pi-hole-v", "dnsmasq"},
	{"dnsmasq", "dnsmasq"},
	{"Knot DNS", "Knot DNS"},
	{"Knot Resolver", "Knot Resolver"},
	{"PowerDNS Authoritative Server", "PowerDNS Authoritative Server"},
	{"PowerDNS Recursor", "PowerDNS Recursor"},
	{"Served by PowerDNS", "PowerDNS"},
	{"NSD", "NSD"},
	{"CoreDNS", "CoreDNS"},
	{"Microsoft DNS", "Microsoft DNS"},
	{"Nominum Vantio", "Nominum Vantio"},
}

// dnsProduct parses the text of a server. BIND alone begins with its version.
func dnsProduct(text string) (product, version string) {
	rest, known := text, len(text) > 2 && text[0] == '9' && text[1] == '.'
	if known {
		product = "BIND"
	}
	for _, p := range dnsProducts {
		if s, ok := strings.CutPrefix(text, p.prefix); ok && !known {
			product, rest, known = p.product, s, s == "" || !isLetter(s[0])
		}
	}
	if !known {
		return "", ""
	}
	rest = strings.TrimLeft(rest, " -")
	if rest == "" || rest[0] < '0' || rest[0] > '9' {
		return product, ""
	}
	version, _, _ = strings.Cut(rest, " ")
	if product == "BIND" {
		version = dnsBindVersion(version)
	}
	return product, version
}

// dnsBindVersion omits what a distribution appends to BIND's version, but for a patch
// level: "9.18.49-1~deb12u1-Debian", "9.9.4-P2".
func dnsBindVersion(s string) string {
	version, build, _ := strings.Cut(s, "-")
	level, _, _ := strings.Cut(build, "-")
	if len(level) > 1 && strings.IndexByte("PSW", level[0]) >= 0 && level[1] >= '0' && level[1] <= '9' {
		return version + "-" + level
	}
	return version
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
