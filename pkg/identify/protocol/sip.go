package protocol

import (
	"bytes"
	"hash/fnv"
	"strconv"
)

// sipBuild returns OPTIONS (RFC 3261 section 11), to which servers, proxies and phones
// reply, at least with an error. Max-Forwards 0 keeps it from being forwarded
// (section 16.3). The reply arrives on the same connection (section 18.2.2).
func sipBuild(t *Target) []byte {
	transport := "TCP"
	if t.TLS {
		transport = "TLS"
	}
	sum := fnv.New64a()
	sum.Write([]byte(t.Addr.String() + " " + t.Local.String()))
	return sipOptions(t, transport, sum.Sum64())
}

// sipDatagram returns OPTIONS for UDP. Its rport requests the reply to be sent to the
// source of the datagram (RFC 3581 section 4).
func sipDatagram(t *Target, token uint64) []byte { return sipOptions(t, "UDP", token) }

func sipOptions(t *Target, transport string, token uint64) []byte {
	server, client := httpAddr(t.Addr.Addr())+":"+strconv.Itoa(int(t.Addr.Port())), "portid.invalid"
	if t.Local.IsValid() {
		client = httpAddr(t.Local)
	}
	id := strconv.FormatUint(token, 16)
	return []byte("OPTIONS sip:" + server + " SIP/2.0\r\n" +
		"Via: SIP/2.0/" + transport + " " + client + ";rport;branch=z9hG4bK" + id + "\r\n" +
		"Max-Forwards: 0\r\n" +
		"To: <sip:" + server + ">\r\n" +
		"From: <sip:" + client + ">;tag=" + id + "\r\n" +
		"Call-ID: " + id + "\r\n" +
		"CSeq: 1 OPTIONS\r\n" +
		"User-Agent: " + clean(t.Agent) + "\r\n" +
		"Content-Length: 0\r\n\r\n")
}

// sipDatagramMatch reads a response that repeats the id of the request (RFC 3261 section
// 8.2.6.2).
func sipDatagramMatch(r *Reply) (m Match) {
	_, id, ok := bytes.Cut(r.Sent, []byte("\r\nCall-ID: "))
	id, _, _ = bytes.Cut(id, []byte("\r\n"))
	if !ok || len(id) == 0 || !bytes.Contains(r.Data, id) {
		return m
	}
	return sipMatch(r)
}

// sipMatch recognizes a response of SIP (RFC 3261 section 7.2). Phones name themselves
// in User-Agent, servers in Server (sections 20.35 and 20.41).
func sipMatch(r *Reply) (m Match) {
	h, ok, partial := parseHead("SIP", r.Data, r.Ended)
	m.More = partial
	if !ok || h.version != "2.0" {
		return m
	}
	m.Strength = Certain
	server, agent := h.get("server"), h.get("user-agent")
	m.add("sip_header.server", server)
	m.add("sip_header.user_agent", agent)
	if server == "" {
		server = agent
	}
	m.Product, m.Version, m.OS = serverProduct(server)
	return m
}
