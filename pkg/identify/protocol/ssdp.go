package protocol

// ssdpMatch reads the field SERVER of a search response: the operating system, the
// version of UPnP, and the product.
func ssdpMatch(r *Reply) (m Match) {
	h, ok, _ := parseHead("HTTP", r.Data, r.Ended)
	if !ok || h.version != "1.1" || h.get("st") == "" {
		return m
	}
	m.Strength = Certain
	m.Product, m.Version, m.OS = serverProduct(h.get("server"))
	return m
}
