package protocol

// asteriskMatch recognizes the greeting of Asterisk's manager interface, "Asterisk Call
// Manager/version", where the version is that of the interface.
func asteriskMatch(r *Reply) (m Match) {
	version, more, ok := bannerLine(r, "Asterisk Call Manager/")
	m.More = more
	if ok && leadingVersion(version) == version {
		m.Strength, m.Product, m.Version = Certain, "Asterisk Call Manager", clean(version)
	}
	return m
}
