package payload

// Valve's server query A2S_INFO (Valve Developer Community, "Server queries"). Servers
// reply with a challenge of nine bytes since December 2020, older ones with name, map
// and players.
func a2sBuild(dst []byte, _ Query) []byte {
	return append(dst, "\xff\xff\xff\xffTSource Engine Query\x00"...)
}

func a2sMatch(b []byte, _ Query) bool {
	if len(b) < 9 || !is32(b, 0, 0xffffffff) {
		return false
	}
	switch b[4] {
	case 'A': // challenge
		return len(b) == 9
	case 'I', 'm': // Source, GoldSource: at least four strings, the last of them terminated
		zeros := 0
		for _, c := range b[5:] {
			if c == 0 {
				zeros++
			}
		}
		return len(b) > 20 && zeros >= 4
	}
	return false
}
