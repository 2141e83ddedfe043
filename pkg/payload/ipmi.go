package payload

// IPMI over RMCP: Get Channel Authentication Capabilities, which needs no session
// (IPMI 2.0 sections 13.6 and 22.13), and before it the presence ping of RMCP (ASF 2.0,
// DMTF DSP0136, section 3.2.4.2).
const (
	asfHead  = "\x06\x00\xff\x06\x00\x00\x11\xbe" // RMCP 1.0, no acknowledgment, ASF; enterprise number of ASF
	ipmiHead = "\x06\x00\xff\x07\x00\x00\x00\x00\x00\x00\x00\x00\x00"
)

func rmcpBuild(dst []byte, q Query) []byte {
	const ping = 0x80
	return append(append(dst, asfHead...), ping, q.rmcpTag(), 0, 0)
}

// rmcpTag is not 255, which would mean that no reply is wanted.
func (q Query) rmcpTag() byte { return byte(q.id("rmcp") & 0x7f) }

func rmcpMatch(b []byte, q Query) bool {
	const pong = 0x40
	return len(b) == 28 && hasPrefix(b, asfHead) && b[8] == pong && b[9] == q.rmcpTag() && b[11] == 16
}

// Addresses of both ends, network functions of the application, and the command
// (IPMI 2.0 section 13.8).
const (
	ipmiBMC, ipmiConsole  = 0x20, 0x81
	ipmiApp, ipmiAppReply = 0x06 << 2, 0x07 << 2
	ipmiCapabilities      = 0x38
)

func ipmiBuild(dst []byte, q Query) []byte {
	const thisChannel, user, size = 0x0e, 0x02, 9
	dst = append(append(dst, ipmiHead...), size)
	dst = append(dst, ipmiBMC, ipmiApp, -(ipmiBMC+ipmiApp)&0xff)
	seq := q.ipmiSeq()
	sum := byte(ipmiConsole) + seq + ipmiCapabilities + thisChannel + user
	return append(dst, ipmiConsole, seq, ipmiCapabilities, thisChannel, user, -sum)
}

// ipmiSeq returns a sequence number of six bits, and LUN 0.
func (q Query) ipmiSeq() byte { return byte(q.id("ipmi")) &^ 3 }

func ipmiMatch(b []byte, q Query) bool {
	if len(b) < 22 || !hasPrefix(b, ipmiHead) || int(b[13]) > len(b)-14 || b[13] < 8 {
		return false
	}
	m := b[14 : 14+int(b[13])]
	return m[0] == ipmiConsole && m[1] == ipmiAppReply && m[0]+m[1]+m[2] == 0 &&
		m[3] == ipmiBMC && m[4] == q.ipmiSeq() && m[5] == ipmiCapabilities
}
