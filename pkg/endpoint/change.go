package endpoint

// Change is the difference between an old and a new result of an endpoint. The values
// are in the order of reports.
type Change uint8

// The changes. The zero Change means that both scans have the same state.
const (
	ChangeOpened  Change = iota + 1 // open now, was not
	ChangeClosed                    // was open, now closed or filtered
	ChangeChanged                   // any other change of state
	ChangeUnknown                   // one of the two is unknown: an error, or host-lost
	ChangeAdded                     // in the new scan only
	ChangeRemoved                   // in the old scan only
)

// Changes is the length of an array indexed by Change.
const Changes = int(ChangeRemoved) + 1

var changeNames = [...]string{
	ChangeOpened: "opened", ChangeClosed: "closed", ChangeChanged: "changed",
	ChangeUnknown: "unknown", ChangeAdded: "added", ChangeRemoved: "removed",
}

// ChangeOf returns the change of an endpoint from state before to state after. The
// zero State means that a scan does not have it, Error that its state is unknown.
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

// String returns the change as in records, or "".
func (c Change) String() string { return name(changeNames[:], int(c)) }

// ParseChange parses a change as in records.
func ParseChange[T string | []byte](s T) (Change, bool) {
	i := index(changeNames[:], s)
	return Change(max(i, 0)), i > 0
}
