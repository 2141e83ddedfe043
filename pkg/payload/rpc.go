package payload

// ONC RPC: the null procedure, which every version of every program has and which does
// nothing (RFC 5531 section 12), of the port mapper, program 100000 version 2 (RFC 1833
// section 3), and of NFS, program 100003 version 3 (RFC 1813 section 3.3.0). A program
// of another version replies with an error.
func rpcbindBuild(dst []byte, q Query) []byte { return appendRPC(dst, q.id32("rpcbind"), 100000, 2) }

func rpcbindMatch(b []byte, q Query) bool { return isRPC(b, q.id32("rpcbind")) }

func nfsBuild(dst []byte, q Query) []byte { return appendRPC(dst, q.id32("nfs"), 100003, 3) }

func nfsMatch(b []byte, q Query) bool { return isRPC(b, q.id32("nfs")) }

// appendRPC appends a call (RFC 5531 section 9): id, CALL, RPC version 2, program,
// version, procedure 0, without credentials and verifier.
func appendRPC(dst []byte, xid, program, version uint32) []byte {
	for _, word := range [10]uint32{xid, 0, 2, program, version} {
		dst = big.AppendUint32(dst, word)
	}
	return dst
}

// isRPC reports whether b is a reply, accepted or denied.
func isRPC(b []byte, xid uint32) bool {
	const reply, accepted, denied = 1, 0, 1
	if !is32(b, 0, xid) || !is32(b, 4, reply) || len(b)%4 != 0 {
		return false
	}
	return is32(b, 8, accepted) && len(b) >= 24 || is32(b, 8, denied) && len(b) >= 20
}
