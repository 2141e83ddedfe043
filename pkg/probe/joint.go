package probe

// joint is what an address has of the group that it rejects with.
type joint struct {
	joined  bool    // it has waited for the group
	shared  bool    // its limit may be the group's, whose pace it is tried at
	shown   bool    // the group meets errors with attempts made again
	void    bool    // its latest silence was void because of others' errors
	cold    bool    // it has never sent anything, and had chances enough to be rejected
	chances float32 // of those, had so far
	quiet   Time    // when the latest quiet one of them was counted
}

// limited reports whether the address is taken to limit because its group does.
func (j *joint) limited() bool { return j.void || j.shared && j.shown }

// tried is the attempt of a fate as the address's group sees it. The mutex is
// held.
func (a *address) tried(f fate) tried {
	var passed int
	if a.loss.heard() || a.rejections.heard {
		passed = max(f.void-f.more, 0)
	}
	return tried{
		passed: passed,
		sent:   f.sent, first: f.n == 1, paced: f.n > f.more && f.void > 0 && a.rejections.joint.shared,
		known: a.rejections.heard, cold: a.rejections.joint.cold,
	}
}

// meet learns which neighbor has an address that rejects, or that others may
// have been rejected instead of. It asks the system, so no mutex may be held.
func (w *worker) meet(a *address) {
	find := w.engine.opts.LinkLayer
	if find == nil || !a.unmet() {
		return
	}
	if n := find(a.ip); n != "" {
		a.mu.Lock()
		a.neighbor = n
		a.mu.Unlock()
	}
}

// unmet reports whether the address is that of an unknown neighbor.
func (a *address) unmet() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.groups != nil && a.link.own && a.neighbor == ""
}

func (a *address) member() member { return member{a.ip, a.neighbor} }

// rejectedJointly notes an error about the address with its group. The mutex is
// held.
func (a *address) rejectedJointly(now Time, f fate) {
	j := &a.rejections.joint
	j.shared = a.groups.rejected(now, a.member(), f.from, a.tried(f))
	j.void, j.cold, j.chances = false, false, 0
}

// doubted asks the address's group what an unanswered attempt is worth. The
// mutex is held.
func (a *address) doubted(now Time, f fate) doubt {
	j := &a.rejections.joint
	d := a.groups.unanswered(now, a.member(), a.tried(f), &j.joined)
	j.shared, j.shown, j.void = d.shared, d.shown, d.void
	if a.loss.heard() || a.rejections.heard {
		// Some of its ports may be silent while others are closed: each has its own
		// chances.
		d.weight = 0
		return d
	}
	if j.pass(now, d); j.cold && j.joined {
		j.joined = false
		a.groups.leave(now, a.member())
	}
	d.weight = 0
	return d
}

// pass counts a chance that an address which never sent anything has passed.
// Errors that were lost must not speak for several attempts.
func (j *joint) pass(now Time, d doubt) {
	if !d.void && d.weight > 0 {
		if j.quiet != 0 && now < j.quiet.Add(rejectionEvery) {
			return
		}
		j.quiet = now
	}
	j.chances += d.weight
	j.cold = j.cold || j.chances >= enoughChances
}

// takeAgain reports whether an attempt made again may be sent to the address at
// now, or when. The mutex is held.
func (a *address) takeAgain(now Time) (ok bool, next Time) {
	r := a.rejections
	if r.joint.shared && !r.joint.cold {
		r.waited = now
		return a.groups.take(now, a.member())
	}
	r.tick(now, alone, leastRejections)
	return r.take(now)
}

// silent is the fate of j's newest attempt when its time is over.
func (w *worker) silent(j *Job) fate {
	if w.engine.table.groups.some.Load() {
		w.meet(j.address)
	}
	return fate{
		n: int(j.Attempts), sent: j.now.sent, void: int(j.void), more: 2 + int(j.Ways),
	}
}
