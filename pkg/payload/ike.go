package payload

// IKE version 2: IKE_SA_INIT (RFC 7296 sections 1.2 and 3.1 to 3.9) that proposes only
// a cipher from the private-use range. The responder must refuse it (section 2.7) with
// 36 bytes and keeps no half-open association. One of version 1 replies that the
// version is unknown (RFC 2408 section 5.2).
const (
	ikeMarker = "\x00\x00\x00\x00" // non-ESP marker, RFC 3948 section 2.2

	ikeFlags = "\x21\x20\x22\x08" + // next: SA; version 2.0; IKE_SA_INIT; from the initiator
		"\x00\x00\x00\x00\x00\x00\x00\x84" // message 0, 132 bytes
	ikePayloads = "\x22\x00\x00\x2c" + // SA; next: KE
		"\x00\x00\x00\x28\x01\x01\x00\x04" + // the only proposal, for IKE, of four transforms
		"\x03\x00\x00\x08\x01\x00\xff\xf0" + // encryption 65520: private use
		"\x03\x00\x00\x08\x02\x00\x00\x05" + // PRF_HMAC_SHA2_256
		"\x03\x00\x00\x08\x03\x00\x00\x0c" + // AUTH_HMAC_SHA2_256_128
		"\x00\x00\x00\x08\x04\x00\x00\x1f" + // group 31, Curve25519
		"\x28\x00\x00\x28\x00\x1f\x00\x00" // KE of group 31; next: nonce
	ikeNonce = "\x00\x00\x00\x14" // the last payload, of 16 bytes
)

func ikeBuild(dst []byte, q Query) []byte {
	dst = big.AppendUint64(dst, q.ikeSPI())
	dst = big.AppendUint64(dst, 0)
	dst = append(append(dst, ikeFlags...), ikePayloads...)
	for _, salt := range [4]string{"ke1", "ke2", "ke3", "ke4"} {
		dst = big.AppendUint64(dst, q.id(salt))
	}
	dst = append(dst, ikeNonce...)
	dst = big.AppendUint64(dst, q.id("ni1"))
	return big.AppendUint64(dst, q.id("ni2"))
}

// ikeSPI returns the initiator's SPI, which must not be zero.
func (q Query) ikeSPI() uint64 { return q.id("ike") | 1 }

// ikeMatch expects our SPI and a response to IKE_SA_INIT of version 2, or an
// informational exchange of version 1.
func ikeMatch(b []byte, q Query) bool {
	if len(b) < 28 || !is64(b, 0, q.ikeSPI()) || !is32(b, 24, uint32(len(b))) {
		return false
	}
	const saInit, response, informational1 = 34, 0x20, 5
	switch b[17] >> 4 {
	case 2:
		return b[18] == saInit && b[19]&response != 0
	case 1:
		return b[18] == informational1
	}
	return false
}

func natIKEBuild(dst []byte, q Query) []byte { return ikeBuild(append(dst, ikeMarker...), q) }

func natIKEMatch(b []byte, q Query) bool { return hasPrefix(b, ikeMarker) && ikeMatch(b[4:], q) }
