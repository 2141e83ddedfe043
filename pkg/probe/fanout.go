package probe

// attach lets j wait for the answer to a job that asks the same and is not settled;
// false if there is none.
func (w *worker) attach(j *Job) bool {
	if !w.engine.opts.Share {
		return false
	}
	first := w.pending.find(j)
	if first == nil {
		w.pending.add(j)
		return false
	}
	j.sharing, first.sharing = first.sharing, j
	w.started++
	return true
}

// detach ends j's being asked for others and returns those that wait for it.
func (w *worker) detach(j *Job) (sharing *Job) {
	if !w.engine.opts.Share {
		return nil
	}
	w.pending.remove(j)
	sharing, j.sharing = j.sharing, nil
	return sharing
}

// fanOut gives what j came to to the jobs that waited with it.
func (w *worker) fanOut(j *Job, sharing *Job) {
	reason, rtt, at, attempts, ttl, relayed, said := j.Reason, j.RTT, j.At, j.Attempts, j.TTL, j.Relayed, j.extra
	w.sink.Settled(j) // which may use it for something else
	for next := sharing; next != nil; {
		f := next
		next, f.sharing = f.sharing, nil
		f.address.refs.Add(-1)
		f.address = nil
		f.Reason, f.RTT, f.At, f.Attempts = reason, rtt, at, attempts
		f.TTL, f.Relayed, f.extra = ttl, relayed, said
		w.counts.Settled[f.State()].add(1)
		w.sink.Settled(f)
	}
}
