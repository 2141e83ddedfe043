package protocol

// socks5Request offers one method: no authentication (RFC 1928 section 3).
func socks5Request(*Target) []byte { return []byte{5, 1, 0} }

// socks5Match recognizes the selection of a method. Two bytes are few, so the method has
// to be one that was offered, or none, or one that is assigned.
func socks5Match(r *Reply) (m Match) {
	const unacceptable = 0xff
	if len(r.Data) > 2 || len(r.Data) > 0 && r.Data[0] != 5 {
		return m
	}
	if len(r.Data) < 2 {
		m.More = !r.Ended
		return m
	}
	own := r.For("socks5")
	switch method := r.Data[1]; {
	case own && (method <= 9 || method == unacceptable):
		m.Strength = Certain
	case method == unacceptable: // microsocks refuses all other requests like this
		m.Strength = Likely
	}
	return m
}

// socks4Request is CONNECT to port 0 of 0.0.0.0, where nothing can be, without a user.
func socks4Request(*Target) []byte { return []byte{4, 1, 0, 0, 0, 0, 0, 0, 0} }

// socks4Match recognizes a reply: version 0, and a code from 90 to 93 (SOCKS: A protocol
// for TCP proxy across firewalls).
func socks4Match(r *Reply) (m Match) {
	for i, c := range r.Data {
		if i == 0 && c != 0 || i == 1 && (c < 90 || c > 93) || i > 7 {
			return m
		}
	}
	switch {
	case len(r.Data) < 8:
		m.More = !r.Ended
	case r.For("socks4"):
		m.Strength = Certain
	}
	return m
}
