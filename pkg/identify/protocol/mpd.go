package protocol

// mpdMatch recognizes the greeting of the Music Player Daemon, "OK MPD version", where
// the version is that of the protocol.
func mpdMatch(r *Reply) (m Match) {
	version, more, ok := bannerLine(r, "OK MPD ")
	m.More = more
	if ok && leadingVersion(version) == version {
		m.Strength, m.Product, m.Version = Certain, "MPD", clean(version)
	}
	return m
}
