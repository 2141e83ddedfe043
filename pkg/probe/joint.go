package probe

// joint is an address's state in its group.
type joint struct {
	joined     bool    // has waited for the group
	shared     bool    // its limit may be the group's: retries follow the group's pace
	shown      bool    // retries of the group were rejected
	noEvidence bool    // its latest silence was not evidence, because of other addresses' errors
	concluded  bool    // never sent anything, and its evidence has reached enoughChances
	chances    float32 // evidence so far
	quietAt    Time    // time of the latest evidence by quietChance
}

// limited reports whether the address counts as limited because its group is.
func (j *joint) limited() bool { return j.noEvidence || j.shared && j.shown }

// tried returns a probe in the form that groups judge. The mutex is held.
func (a *address) tried(o outcome) tried {
	quick := 2 + o.variants // probes that are sent before the endpoint waits
	var passed int
	if a.loss.replied() || a.icmpLimiter.rejects {
		passed = max(o.discounted-quick, 0)
	}
	return tried{
		sent: o.sent, first: o.n == 1, passed: passed,
		paced: o.n > quick && o.discounted > 0 && a.icmpLimiter.joint.shared,
		known: a.icmpLimiter.rejects, concluded: a.icmpLimiter.joint.concluded,
	}
}

// member returns the address as its groups know it. The mutex is held.
func (a *address) member() member { return member{a.ip, a.neighbor} }

// rejectedJointly records an error about the address with its group. The mutex is
// held.
func (a *address) rejectedJointly(now Time, o outcome) {
	j := &a.icmpLimiter.joint
	j.shared = a.groups.rejected(now, a.member(), o.from, a.tried(o))
	j.noEvidence, j.concluded, j.chances = false, false, 0
}

// judgeTimeout returns the judgment of the address's group on a timeout. The mutex is
// held.
func (a *address) judgeTimeout(now Time, o outcome) judgment {
	j := &a.icmpLimiter.joint
	d := a.groups.noteTimeout(now, a.member(), a.tried(o), &j.joined)
	j.shared, j.shown, j.noEvidence = d.shared, d.shown, d.noEvidence
	if a.loss.replied() || a.icmpLimiter.rejects {
		return d // its silent and closed ports each have their own evidence
	}
	if j.pass(now, d); j.concluded && j.joined {
		j.joined = false
		a.groups.leave(now, a.member())
	}
	return d
}

// pass adds to the evidence that an address which never sent anything is silent.
// One lost error must not count for several probes.
func (j *joint) pass(now Time, d judgment) {
	if !d.noEvidence && d.weight > 0 {
		if j.quietAt != 0 && now < j.quietAt.Add(rejectionEvery) {
			return
		}
		j.quietAt = now
	}
	j.chances += d.weight
	j.concluded = j.concluded || j.chances >= enoughChances
}
