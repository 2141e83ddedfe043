package protocol

// Table returns all protocols. The order is that of the manual, and decides nothing.
func Table() []Protocol {
	var all []Protocol
	for _, part := range [][]Protocol{shells(), mail(), texts(), databases(), messages(), networks(), tunnels(), web(), small()} {
		all = append(all, part...)
	}
	return all
}
