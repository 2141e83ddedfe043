package payload

import "bytes"

// BitTorrent's distributed hash table: ping (BEP 5) of a read-only node, which no node
// adds to its routing table (BEP 43).
func dhtBuild(dst []byte, q Query) []byte {
	dst = append(dst, "d1:ad2:id20:"...)
	dst = big.AppendUint64(dst, q.id("dht1"))
	dst = big.AppendUint64(dst, q.id("dht2"))
	dst = big.AppendUint32(dst, q.id32("dht3"))
	dst = big.AppendUint32(append(dst, "e1:q4:ping2:roi1e1:t4:"...), q.id32("dht"))
	return append(dst, "1:y1:qe"...)
}

// dhtMatch expects a response or an error with our transaction id.
func dhtMatch(b []byte, q Query) bool {
	var own [8]byte
	if len(b) < 20 || b[0] != 'd' || b[len(b)-1] != 'e' {
		return false
	}
	return bytes.Contains(b, dhtTransaction(&own, q)) &&
		(bytes.Contains(b, []byte("1:y1:r")) || bytes.Contains(b, []byte("1:y1:e")))
}

func dhtTransaction(own *[8]byte, q Query) []byte {
	return big.AppendUint32(append(own[:0], ":t4:"...), q.id32("dht"))
}
