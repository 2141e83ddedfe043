package probe

// link threads a Job on a circular list whose head is a link without a job. A
// job is on one list at most, and leaves it without knowing which it is.
type link struct {
	next, prev *link
	job        *Job
}

// reset makes l the head of an empty list.
func (l *link) reset() { l.next, l.prev = l, l }

func (l *link) empty() bool { return l.next == l }

// pushBack puts j at the end of the list whose head is l.
func (l *link) pushBack(j *Job) {
	n := &j.link
	n.job = j
	n.prev, n.next = l.prev, l
	l.prev.next, l.prev = n, n
}

// pushFront puts j at the beginning of the list whose head is l.
func (l *link) pushFront(j *Job) { l.next.pushBack(j) }

// unlink takes j off its list, if it is on one.
func (j *Job) unlink() {
	n := &j.link
	if n.next == nil {
		return
	}
	n.prev.next, n.next.prev = n.next, n.prev
	n.next, n.prev = nil, nil
}
