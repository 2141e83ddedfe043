package protocol

import "slices"

// Table returns all protocols. The order is that of the manual, and decides nothing.
func Table() []Protocol {
	var all []Protocol
	for _, part := range [][]Protocol{shells(), mail(), texts(), databases(), messages(), networks(), tunnels(), web(), small()} {
		all = append(all, part...)
	}
	return all
}

// Apps returns the names of all protocols that a reply over TCP may be recognized as,
// sorted.
func Apps() (apps []string) {
	for _, p := range Table() {
		apps = append(append(apps, p.App), p.General...)
	}
	slices.Sort(apps)
	return slices.Compact(apps)
}
