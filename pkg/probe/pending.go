package probe

// pending finds the job that asks a question already. The hash is the one that
// picked their worker, by its upper bits, seeded anew for each run.
type pending struct{ chains[Job, *Job] }

func (j *Job) chain() (hash uint32, next **Job) { return j.hash, &j.hashNext }

// find returns the job that asks what j does; nil if there is none.
func (a *pending) find(j *Job) *Job {
	first := a.first(j.hash)
	for first != nil && !first.sameProbe(j) {
		first = first.hashNext
	}
	return first
}

// sameProbe says that j and k have what jobs must have in common to share one
// asking.
func (j *Job) sameProbe(k *Job) bool {
	return j.hash == k.hash && j.To == k.To && j.Proto == k.Proto && j.Timeout == k.Timeout && j.Retries == k.Retries
}
