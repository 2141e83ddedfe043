package protocol

// mpdMatch recognizes the greeting of the Music Player Daemon, "OK MPD version". That is
// the version of the protocol: MPD 0.23.12 sends 0.23.5.
func mpdMatch(r *Reply) (m Match) {
	version, more, ok := bannerLine(r, "OK MPD ")
	m.More = more
	if ok && leadingVersion(version) == version {
		m.Strength, m.Product = Certain, "MPD"
	}
	return m
}
