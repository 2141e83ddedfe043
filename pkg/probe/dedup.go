package probe

// pending finds the unsettled job that probes an endpoint. The hash is the one that
// selected the worker, by its upper bits.
type pending struct{ chains[Job, *Job] }

func (j *Job) chain() (hash uint32, next **Job) { return j.hash, &j.hashNext }

// find returns the pending job that probes the same as j; nil if there is none.
func (p *pending) find(j *Job) *Job {
	first := p.first(j.hash)
	for first != nil && !first.sameProbe(j) {
		first = first.hashNext
	}
	return first
}

// sameProbe reports whether j and k may share their probes.
func (j *Job) sameProbe(k *Job) bool {
	return j.hash == k.hash && j.To == k.To && j.Proto == k.Proto && j.Timeout == k.Timeout && j.Retries == k.Retries
}

// attach lets j wait for the result of a pending job that probes the same. It reports
// whether there is one.
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

// detach ends the sharing of j's probes and returns the jobs that wait for its result.
func (w *worker) detach(j *Job) (sharing *Job) {
	if !w.engine.opts.Share {
		return nil
	}
	w.pending.remove(j)
	sharing, j.sharing = j.sharing, nil
	return sharing
}

// fanOut passes j, and the jobs that waited for its result, to the sink.
func (w *worker) fanOut(j *Job, sharing *Job) {
	result := j.Result
	w.sink.Settled(j) // j may be in use again from here on
	for next := sharing; next != nil; {
		s := next
		next, s.sharing = s.sharing, nil
		s.address.refs.Add(-1)
		s.address = nil
		s.Result = result
		w.counts.Settled[s.State()].add(1)
		w.sink.Settled(s)
	}
}
