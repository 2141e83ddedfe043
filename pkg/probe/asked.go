package probe

// asked finds the job that asks a question already: a hash table whose chains
// run through the jobs, so that it allocates only when it grows. The hash is
// the one that picked their worker, seeded anew for each run.
type asked struct {
	heads []*Job // as many as a power of two
	n     int
}

// find returns the job that asks what j does; nil if there is none.
func (a *asked) find(j *Job) *Job {
	if a.n == 0 {
		return nil
	}
	first := *a.head(j)
	for first != nil && !first.asksAs(j) {
		first = first.alike
	}
	return first
}

// add notes that j, whose question nobody asks, is asked.
func (a *asked) add(j *Job) {
	if a.n == 2*len(a.heads) {
		a.grow()
	}
	head := a.head(j)
	j.alike, *head = *head, j
	a.n++
}

// remove takes j out.
func (a *asked) remove(j *Job) {
	at := a.head(j)
	for *at != j {
		at = &(*at).alike
	}
	*at, j.alike = j.alike, nil
	a.n--
}

// head is where j's chain begins. Workers divide jobs by the hash's upper bits.
func (a *asked) head(j *Job) **Job { return &a.heads[int(j.hash)&(len(a.heads)-1)] }

func (a *asked) grow() {
	old := a.heads
	a.heads = make([]*Job, max(1024, 2*len(old)))
	for _, j := range old {
		for j != nil {
			next := j.alike
			head := a.head(j)
			j.alike, *head = *head, j
			j = next
		}
	}
}

// asksAs says that j and k have what jobs must have in common to share one
// asking.
func (j *Job) asksAs(k *Job) bool {
	return j.hash == k.hash && j.To == k.To && j.Proto == k.Proto && j.Timeout == k.Timeout && j.Retries == k.Retries
}
