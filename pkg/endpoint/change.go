package endpoint

// Change is what became of an endpoint between two scans, an old one and a
// new one. The values are in the order in which a report tells them.
type Change uint8

// The changes. The zero Change is none: both scans say the same.
const (
	ChangeOpened  Change = iota + 1 // open now, was not
	ChangeClosed                    // was open, now closed or filtered
	ChangeChanged                   // any other change of state
	ChangeUnknown                   // one of the two could not ask
	ChangeAdded                     // asked by the new scan only
	ChangeRemoved                   // asked by the old scan only
)

// Changes is how many changes there are, plus one for the zero Change: the
// length of an array indexed by Change.
const Changes = int(ChangeRemoved) + 1

var changeNames = [...]string{
	ChangeOpened: "opened", ChangeClosed: "closed", ChangeChanged: "changed",
	ChangeUnknown: "unknown", ChangeAdded: "added", ChangeRemoved: "removed",
}

// ChangeOf returns what became of an endpoint whose state was before and is
// now after; the zero State stands for an endpoint that was not asked.
func ChangeOf(before, after State) Change {
	switch {
	case before == after:
		return 0
	case before == 0:
		return ChangeAdded
	case after == 0:
		return ChangeRemoved
	case before == Error || after == Error:
		return ChangeUnknown
	case after == Open:
		return ChangeOpened
	case before == Open && after != OpenFiltered:
		return ChangeClosed
	}
	return ChangeChanged
}

// String returns the change's word as it stands in records, or "".
func (c Change) String() string { return name(changeNames[:], int(c)) }

// ParseChange reads a change's word. ok is false for any other text.
func ParseChange[T string | []byte](s T) (Change, bool) {
	i := index(changeNames[:], s)
	return Change(max(i, 0)), i > 0
}
