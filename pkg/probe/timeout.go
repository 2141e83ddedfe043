package probe

import (
	"math"

	"portkit/pkg/endpoint"
)

// onTimeout handles a job whose timer has expired. The job is on no list.
func (w *worker) onTimeout(j *Job) {
	if j.due <= w.pollResumed && w.restartTimer(j) {
		return
	}
	switch {
	case j.role == roleWatch:
		w.onWatch(j.address)
	case j.role == roleCanary && !(j.phase == outstanding && w.extendForRepeat(j)):
		w.onCanaryTimeout(j)
	case j.role == roleCanary:
	case j.phase == waiting:
		w.resume(j)
	case j.phase == lingering:
		w.onListenEnd(j)
	case w.extendForRepeat(j):
	case j.address.overdue(w.engine.opts.HostTimeout, w.now):
		w.settle(j, endpoint.Deadline, w.now)
	default:
		f := w.facts(j, w.noteTimeout(j))
		if f.unseen {
			w.lookUpNeighbor(j, &f)
		}
		w.do(j, &f, f.decide())
	}
}

// restartTimer handles a timer that expired while nothing was polled, which is no
// evidence: the pause before a conclusion starts again, and so does the wait for a
// reply. It reports whether there is such a wait.
func (w *worker) restartTimer(j *Job) bool {
	j.silentAfter = max(j.silentAfter, w.pollResumed.Add(minSilence))
	switch j.phase {
	case outstanding:
		v := j.address.look(w.now)
		w.wheel.add(j, w.now.Add(w.timeout(j, &v)))
	case lingering:
		w.wheel.add(j, w.now.Add(min(minSilence, w.maxTimeout(j))))
	default:
		return false
	}
	return true
}

// extendForRepeat counts the system's retransmissions of j's latest probe. It reports
// whether the timer was set for that, so that the wait for a reply goes on.
func (w *worker) extendForRepeat(j *Job) bool {
	w.noteRepeats(j)
	if !j.cur.cut {
		return false
	}
	v := j.address.look(w.now)
	end := j.cur.sent.Add(w.timeout(j, &v))
	j.cur.cut = w.now < end
	if j.cur.cut {
		w.wheel.add(j, min(end, w.nextRepeat(j)))
	}
	return j.cur.cut
}

// noteTimeout records the timeout of j's latest probe at its address, once per probe.
func (w *worker) noteTimeout(j *Job) view {
	if j.extended {
		return j.address.look(w.now)
	}
	if w.engine.table.groups.any.Load() {
		w.resolveNeighbor(j.address)
	}
	v, wake := j.address.noteTimeout(w.now, outcome{
		n: int(j.Attempts), sent: j.cur.sent, discounted: int(j.discounted), variants: int(j.Variants),
		unjudged: span{j.unjudgedFrom(), j.cur.sent},
	})
	w.wake(j.address, wake)
	if !v.replied {
		w.counts.Unheard.add(1)
	}
	if v.alive != 0 {
		w.watch(j.address, w.now)
	}
	return v
}

// facts gathers what decides about j, except for its neighbor.
func (w *worker) facts(j *Job, v view) facts {
	w.judge(j, &v)
	return facts{
		view: v, now: w.now, sent: j.cur.sent, silentAfter: j.silentAfter,
		lingerEnd: w.lingerEnd(j, &v), deadline: j.cur.sent.Add(w.maxTimeout(j)),
		probes: int(j.Attempts), voided: int(j.voided), unjudged: int(j.unjudged),
		counted: j.countedTimeouts(), budget: w.budget(j, &v),
		exclusive: int(j.exclusive), variants: int(j.Variants),
		assumedLoss: w.lossAt(&v), isUDP: j.address.icmpLimiter != nil, adaptive: w.retries(j) < 0,
		mayListen: j.role == roleSample || w.mayListenLong(&v),
		patience:  w.engine.opts.Patience,
	}
}

// do carries out a decision about j, which is on no list.
func (w *worker) do(j *Job, f *facts, s step) {
	if s.discount {
		j.discounted++
		j.unjudged = max(j.unjudged, 1) - 1
	}
	switch s.do {
	case resendNow:
		j.phase = retransmit
		w.queue(j)
	case resendLater:
		w.wait(j, s.until)
	case resendPaced:
		w.holdBack(j, &f.view)
	case extendTimer:
		j.extended = true
		w.wheel.add(j, min(w.now.Add(minSilence/4), f.deadline))
	case awaitNeighbor:
		j.extended = true
		w.wheel.add(j, w.now.Add(minSilence/4))
	case listenOn, listenLong:
		if j.cur.long = s.do == listenLong; j.cur.long {
			j.address.listenLong(s.until)
			w.vainListens++
		}
		w.drop(j, &j.prev)
		w.linger(j, s.until)
	case awaitWitness:
		w.await(j)
	case settleSilent:
		w.settleSilent(j, f)
	case settleReason:
		if s.reason == endpoint.HostUnreach {
			j.address.markUnresolved(w.now)
		}
		w.settle(j, s.reason, w.now)
	}
}

// holdBack frees the slot of j, which holds one, until its address may be probed again.
func (w *worker) holdBack(j *Job, v *view) {
	if w.open >= w.descriptors/2 && w.listensToFirst(j, v) {
		w.wait(j, w.now)
		return
	}
	w.forgetButFirst(j, v)
	w.releaseSlot(j)
	j.phase = ready
	w.queue(j)
}

// wait frees j's slot until a time. At an address that has replied it lingers first,
// for as long as a late reply to its first probe may come.
func (w *worker) wait(j *Job, until Time) {
	if v := j.address.look(w.now); v.replied && w.listensToFirst(j, &v) {
		if j.cur.n != 1 {
			w.drop(j, &j.cur)
		}
		j.silentAfter = max(j.silentAfter, until)
		w.linger(j, w.listenEnd(j, &v))
		return
	} else if w.leavesToSystem(j, &v) {
		j.cur.long = true
		end := w.lingerEnd(j, &v)
		j.address.listenLong(end)
		w.linger(j, end)
		return
	}
	w.forget(j)
	w.releaseSlot(j)
	j.phase = waiting
	w.wheel.add(j, w.firstLook(j, until))
}

// firstLook returns when to look at a job that waits until a time. If its address has not
// replied yet but does so meanwhile, its probes are void, and it need not wait.
func (w *worker) firstLook(j *Job, until Time) Time {
	if j.address.look(w.now).replied {
		return until
	}
	return min(until, w.now.Add(w.now.Sub(j.first)/4))
}

// resume continues with a job that has waited.
func (w *worker) resume(j *Job) {
	if j.Attempts > 0 {
		f := w.facts(j, j.address.assess(w.now, span{j.unjudgedFrom(), j.cur.sent}))
		if !f.replied && f.counted < f.budget && w.now < f.silentAfter.Add(-repeatMargin) {
			w.wheel.add(j, w.firstLook(j, f.silentAfter))
			return
		}
		if f.counted >= f.budget && w.now < f.concludeAt() {
			w.wheel.add(j, f.concludeAt())
			return
		}
		if s := f.conclude(); s.do != resendNow {
			w.do(j, &f, s)
			return
		}
	}
	j.phase = ready
	w.queue(j)
}

// settleSilent settles j as silent. Unless the address has replied to a probe sent
// later, all probes may have been lost in one run of losses, and their number proves
// nothing.
func (w *worker) settleSilent(j *Job, f *facts) {
	if !f.isUDP && f.replied && f.alive <= max(j.first, f.sent) {
		w.counts.Unproven.add(1)
	} else {
		w.counts.noteFalseSilence(math.Pow(f.assumedLoss, float64(f.counted)))
	}
	w.settle(j, endpoint.NoResponse, w.now)
}
