package manual

import (
	"portkit/pkg/endpoint"
	"portkit/pkg/record"
)

// Records returns portkit(5): the stream, and the fields of the records in it.
func Records() []byte {
	r := newPage("portkit", "5")
	r.section("Name")
	r.line(`portkit \- record formats of portgen, portprobe, portsum and portdiff`)
	r.section("Description")
	r.paragraphs(aboutTheStream)
	r.section("Endpoint records")
	r.paragraphs(aboutEndpoints)
	r.fields(record.KindEndpoint)
	r.section("Result records")
	r.paragraphs(aboutResults)
	r.fields(record.KindResult)
	r.section("Times")
	r.paragraphs(aboutTimes)
	r.section("Reasons")
	r.text(aboutReasons)
	r.reasons()
	r.section("Plain lines")
	r.paragraphs(aboutPlainLines)
	r.section("Summary records")
	r.paragraphs(aboutSummaries)
	r.fields(record.KindSummary)
	r.section("Change records")
	r.paragraphs(aboutChanges)
	r.fields(record.KindChange)
	r.section("Examples")
	r.paragraphs(recordExamples)
	r.seeAlso([]string{"portgen(1)", "portprobe(1)", "portsum(1)", "portdiff(1)", "portkit(7)", "portkit-recipes(7)", "portkit-parallel(7)"})
	return r.bytes()
}

// fields lists the fields of a kind of record.
func (r *roff) fields(kind string) {
	for _, f := range record.Fields(kind) {
		tag := bold(f.Name) + " (" + escape(f.Type)
		if f.Required {
			tag += ", required"
		}
		r.term(tag+")", f.Doc)
	}
}

// reasons lists what a state can rest on, with the state or states.
func (r *roff) reasons() {
	for i := range endpoint.Reasons - 1 {
		reason := endpoint.Reason(i + 1)
		tcp, udp := reason.State(endpoint.TCP).String(), reason.State(endpoint.UDP).String()
		states := tcp
		if reason == endpoint.PortUnreach {
			udp += " or filtered"
		}
		if tcp != udp {
			states = "TCP: " + tcp + "; UDP: " + udp
		}
		r.term(bold(reason.String())+" ("+escape(states)+")", reasonTexts()[reason])
	}
}

// reasonTexts says what came back for each reason (RFC 792, RFC 1812 section
// 5.2.7, RFC 4443 section 3).
func reasonTexts() map[endpoint.Reason]string {
	return map[endpoint.Reason]string{
		endpoint.SynAck:          "A SYN-ACK was received.",
		endpoint.SYNReceived:     "A SYN without ACK was received (split handshake, simultaneous open); method syn.",
		endpoint.UDPResponse:     "A datagram was received, from the probed port or, if the probe can be identified, from another port of that address.",
		endpoint.ConnRefused:     "A reset (RST) was received; method connect.",
		endpoint.Reset:           "A reset (RST) was received; method syn.",
		endpoint.PortUnreach:     "ICMP type 3 code 3, ICMPv6 type 1 code 4: UDP: closed if sent by the probed address itself. From any other address, and over TCP: rejected by a firewall or router.",
		endpoint.NetUnreach:      "ICMP type 3 code 0, ICMPv6 type 1 code 0.",
		endpoint.HostUnreach:     "ICMP type 3 code 1, ICMPv6 type 1 code 3; or no reply to ARP or neighbor discovery, reported by this machine, without rtt_ms and ttl.",
		endpoint.ProtoUnreach:    "ICMP type 3 code 2.",
		endpoint.NetProhibited:   "ICMP type 3 code 9.",
		endpoint.HostProhibited:  "ICMP type 3 code 10.",
		endpoint.AdminProhibited: "ICMP type 3 code 13, ICMPv6 type 1 codes 1, 5 and 6.",
		endpoint.TimeExceeded:    "ICMP type 11, ICMPv6 type 3.",
		endpoint.DestUnreach:     "Any other code of ICMP type 3 or ICMPv6 type 1, except fragmentation needed, which concerns the packet and not the port.",
		endpoint.NoResponse:      "No probe got a reply. Over UDP, a firewall and a service that ignores the request look the same.",
		endpoint.RateLimited:     "UDP: the address rate-limits its ICMP errors, and --udp-patience expired. No evidence; the record can be probed again.",
		endpoint.BadRecord:       "The line could not be read.",
		endpoint.ResolveFailed:   "The name could not be looked up, is blocked, or has no address of the requested family. error names the cause.",
		endpoint.NotUnicast:      "A broadcast or multicast address. Not probed.",
		endpoint.OutOfScope:      "The address is out of scope (--allow, --deny). Not probed.",
		endpoint.Deadline:        "--deadline or --host-timeout expired first.",
		endpoint.Interrupted:     "A signal ended the run first.",
		endpoint.LocalError:      "This machine could not send the probe, after retries: no route, descriptors, permission, buffers, its own firewall.",
	}
}
