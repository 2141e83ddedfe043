package probe

// joint is an address's state in its group.
type joint struct {
	joined  bool    // has waited for the group
	shared  bool    // its limit may be the group's: retries follow the group's pace
	shown   bool    // retries of the group were rejected
	void    bool    // its latest silence was not evidence, because of other addresses' errors
	cold    bool    // never sent anything, and its evidence has reached enoughChances
	chances float32 // evidence so far
	quiet   Time    // time of the latest evidence by quietChance
}

// limited reports whether the address counts as limited because its group is.
func (j *joint) limited() bool { return j.void || j.shared && j.shown }

// tried returns the attempt of a fate in the form that groups judge. The mutex is
// held.
func (a *address) tried(f outcome) tried {
	var passed int
	if a.loss.heard() || a.icmpLimiter.heard {
		passed = max(f.discounted-f.more, 0)
	}
	return tried{
		passed: passed,
		sent:   f.sent, first: f.n == 1, paced: f.n > f.more && f.discounted > 0 && a.icmpLimiter.joint.shared,
		known: a.icmpLimiter.heard, cold: a.icmpLimiter.joint.cold,
	}
}

// meet looks up the link-layer address of an address in a group. It calls the
// system, so no mutex may be held.
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

// unmet reports whether the address is on-link and its neighbor is not known yet.
func (a *address) unmet() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.groups != nil && a.link.own && a.neighbor == ""
}

func (a *address) member() member { return member{a.ip, a.neighbor} }

// rejectedJointly records an error about the address with its group. The mutex is
// held.
func (a *address) rejectedJointly(now Time, f outcome) {
	j := &a.icmpLimiter.joint
	j.shared = a.groups.rejected(now, a.member(), f.from, a.tried(f))
	j.void, j.cold, j.chances = false, false, 0
}

// doubted returns the judgment of the address's group on an attempt without a
// reply. The mutex is held.
func (a *address) doubted(now Time, f outcome) doubt {
	j := &a.icmpLimiter.joint
	d := a.groups.noteTimeout(now, a.member(), a.tried(f), &j.joined)
	j.shared, j.shown, j.void = d.shared, d.shown, d.void
	if a.loss.heard() || a.icmpLimiter.heard {
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

// pass adds to the evidence that an address which never sent anything is silent.
// One lost error must not count for several attempts.
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

// reserveRetry reports whether a retry may be sent to the address at now, or else
// when. The mutex is held.
func (a *address) reserveRetry(now Time) (ok bool, next Time) {
	r := a.icmpLimiter
	if r.joint.shared && !r.joint.cold {
		r.waited = now
		return a.groups.allow(now, a.member())
	}
	r.tick(now, alone, leastRejections)
	return r.allow(now)
}

// silent returns the fate of j's latest attempt after its timeout.
func (w *worker) silent(j *Job) outcome {
	if w.engine.table.groups.some.Load() {
		w.meet(j.address)
	}
	return outcome{
		n: int(j.Attempts), sent: j.cur.sent, discounted: int(j.discounted), more: 2 + int(j.Variants),
	}
}
