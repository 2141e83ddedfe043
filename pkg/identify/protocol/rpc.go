package protocol

import "encoding/binary"

// Programs of ONC RPC (RFC 1833 section 3, RFC 1813 section 2).
const (
	rpcPortMapper = 100000
	rpcNFS        = 100003
)

// rpcbindRequest and nfsRequest call the null procedure, which every version of every
// program has and which does nothing (RFC 5531 section 12).
func rpcbindRequest(*Target) []byte { return rpcCall(rpcPortMapper, 2) }

func nfsRequest(*Target) []byte { return rpcCall(rpcNFS, 3) }

// rpcCall returns a call (RFC 5531 section 9) as the only fragment of a record (section
// 11): id, CALL, RPC version 2, program, version, procedure 0, no credentials.
func rpcCall(program, version uint32) []byte {
	b := binary.BigEndian.AppendUint32(nil, 1<<31|40)
	for _, word := range [10]uint32{0x70727463, 0, 2, program, version} {
		b = binary.BigEndian.AppendUint32(b, word)
	}
	return b
}

// rpcMatch returns the recognizer of a program, by the reply to its own request. A
// server that has another program is an RPC server all the same.
func rpcMatch(request string) func(*Reply) Match {
	return func(r *Reply) (m Match) {
		if !r.For(request) || len(r.Sent) < 8 {
			return m
		}
		known, ok, more := rpcReply(r.Data, r.Sent[4:8])
		if ok {
			m.Strength = Certain
		}
		if ok && !known {
			m.App = "rpc"
		}
		m.More = more && !r.Ended
		return m
	}
}

// rpcReply parses a reply. known means that the server has the program.
func rpcReply(data, xid []byte) (known, ok, more bool) {
	const reply, accepted, denied = 1, 0, 1
	const unavailable, mismatch, last = 1, 2, 5
	c := cursor{rest: data}
	mark := c.u32()
	id := c.bytes(4)
	kind, status := c.u32(), c.u32()
	if len(data) >= 8 && string(id) != string(xid) || len(data) >= 12 && kind != reply || len(data) >= 16 && status > denied ||
		len(data) >= 4 && (mark>>31 != 1 || mark&0x7fffffff < 20 || mark&0x7fffffff > 512) {
		return false, false, false
	}
	if c.short || len(data) < 4+int(mark&0x7fffffff) {
		return false, false, true
	}
	if status == denied {
		return false, true, false // before the program is looked up
	}
	c.u32() // flavor of the verifier
	c.bytes(int(c.u32()))
	code := c.u32()
	if code == mismatch {
		c.u64() // lowest and highest version
	}
	return code != unavailable, c.done() && status == accepted && code <= last, false
}
