package probe

// link is a Job's element in a circular list, whose head is a link without a job. A job
// is on at most one list, and can be removed without knowing which.
type link struct {
	next, prev *link
	job        *Job
}

// reset makes l the head of an empty list.
func (l *link) reset() { l.next, l.prev = l, l }

func (l *link) empty() bool { return l.next == l }

// pushBack appends j to the list with head l.
func (l *link) pushBack(j *Job) {
	n := &j.link
	n.job = j
	n.prev, n.next = l.prev, l
	l.prev.next, l.prev = n, n
}

// takeAll moves the jobs of another list to l, which is empty or unused.
func (l *link) takeAll(from *link) {
	l.reset()
	for !from.empty() {
		j := from.next.job
		j.unlink()
		l.pushBack(j)
	}
}

// pushFront inserts j at the front of the list with head l.
func (l *link) pushFront(j *Job) { l.next.pushBack(j) }

// unlink removes j from its list, if it is on one.
func (j *Job) unlink() {
	n := &j.link
	if n.next == nil {
		return
	}
	n.prev.next, n.next.prev = n.next, n.prev
	n.next, n.prev = nil, nil
}
