package payload

import "strconv"

// Multicast DNS: a legacy unicast query from a port other than 5353. The reply goes to
// the sender and repeats the id and the question (RFC 6762 section 6.7). A responder
// replies only about its own names, so the first query is for the name of its address,
// the second for the types of its services (RFC 6763 section 9).
const dnssd = "\x09_services\x07_dns-sd\x04_udp\x05local\x00\x00\x0c\x00\x01" // PTR IN

func mdnsBuild(dst []byte, q Query) []byte {
	dst = append(big.AppendUint16(dst, q.id16("mdns")), dnsOneQuery...)
	return appendReverse(dst, q)
}

func mdnsMatch(b []byte, q Query) bool {
	var name [80]byte
	want := appendReverse(name[:0], q)
	const response, opcode, rcode = 0x80, 0x78, 0x0f
	return is16(b, 0, q.id16("mdns")) && len(b) >= 12+len(want) && b[2]&response != 0 && b[2]&opcode == 0 &&
		b[3]&rcode == 0 && is16(b, 4, 1) && !is16(b, 6, 0) && string(b[12:12+len(want)]) == string(want) && holdsRecords(b, len(want))
}

func mdnsServicesBuild(dst []byte, q Query) []byte {
	return appendDNS(dst, q.id16("mdns-services"), dnssd)
}

func mdnsServicesMatch(b []byte, q Query) bool {
	return isDNS(b, q.id16("mdns-services"), dnssd) && !is16(b, 6, 0)
}

// appendReverse appends the PTR question for the destination address (RFC 1035 section
// 3.5, RFC 3596 section 2.5).
func appendReverse(dst []byte, q Query) []byte {
	a := q.To.Addr().Unmap()
	if a.Is4() {
		b := a.As4()
		for i := 3; i >= 0; i-- {
			at := len(dst)
			dst = strconv.AppendUint(append(dst, 0), uint64(b[i]), 10)
			dst[at] = byte(len(dst) - at - 1)
		}
		return append(dst, "\x07in-addr\x04arpa\x00\x00\x0c\x00\x01"...)
	}
	b := a.As16()
	for i := 15; i >= 0; i-- {
		dst = append(dst, 1, "0123456789abcdef"[b[i]&15], 1, "0123456789abcdef"[b[i]>>4])
	}
	return append(dst, "\x03ip6\x04arpa\x00\x00\x0c\x00\x01"...)
}
