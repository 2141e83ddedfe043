package probe

import (
	"testing"
	"time"

	"portkit/pkg/endpoint"
)

// TestDecide changes few facts at a time. Times are relative to the first probe.
func TestDecide(t *testing.T) {
	const (
		ms    = Time(time.Millisecond)
		first = Time(time.Hour)
		soon  = first + 50*ms // of the first probes
		later = first + 1200*ms
	)
	// base is an address that replies without loss, and an endpoint whose first probe
	// has timed out.
	base := func() facts {
		return facts{
			view: view{replied: true},
			now:  soon, sent: first + 10*ms, silentAfter: first.Add(minSilence), lingerEnd: first + 2000*ms, deadline: first + 3000*ms,
			probes: 1, counted: 1, budget: 3, adaptive: true, mayListen: true, patience: 30 * time.Second,
		}
	}
	never := func(f *facts) { f.replied, f.budget = false, 2 }
	twice := func(f *facts) { f.probes, f.counted, f.sent = 2, 2, soon }
	spent := func(f *facts) { f.probes, f.counted = f.budget, f.budget }
	rested := func(f *facts) { f.now, f.sent = later, later-100*ms }
	udp := func(f *facts) { f.isUDP, f.udp.since = true, first }
	limited := func(f *facts) { udp(f); f.udp.noEvidence, f.udp.retry, f.probes = true, f.now+250*ms, 2 }
	retries := func(f *facts) { f.adaptive = false }

	type change = func(*facts)
	for _, c := range []struct {
		name    string
		changes []change
		want    step
	}{
		{"first timeout", nil, step{do: resendNow}},
		{"two in a row, then a pause", []change{twice}, step{do: resendLater, until: first.Add(minSilence)}},
		{"third after the pause", []change{twice, rested}, step{do: resendNow}},
		{"enough, but within the first second", []change{spent}, step{do: resendLater, until: first.Add(minSilence)}},
		{"enough", []change{spent, rested}, step{do: settleSilent}},
		{"enough of a fixed number", []change{retries, spent, rested}, step{do: settleSilent}},
		{"a fixed number within the first second", []change{retries, spent}, step{do: resendLater, until: first.Add(minSilence)}},

		{"congested loss: one burst of losses is one", []change{twice, rested, func(f *facts) { f.assumedLoss = congestedLoss + 0.01 }}, step{do: resendLater, until: later.Add(lossBackoff)}},
		{"less loss", []change{twice, rested, func(f *facts) { f.assumedLoss = congestedLoss }}, step{do: resendNow}},
		{"congested loss, budget spent", []change{spent, rested, func(f *facts) { f.assumedLoss = 0.5 }}, step{do: settleSilent}},

		{"suspect: nothing is sent", []change{func(f *facts) { f.state = suspect }}, step{do: resendPaced}},
		{"lost, enough probes", []change{spent, rested, func(f *facts) { f.state = lost }}, step{do: awaitWitness}},
		{"lost, --retries", []change{retries, spent, rested, func(f *facts) { f.state = lost }}, step{do: awaitWitness}},
		{"suspect, --retries: a late reply is listened for", []change{retries, spent, func(f *facts) { f.state = suspect }}, step{do: resendLater, until: first.Add(minSilence)}},
		{"gone", []change{func(f *facts) { f.state = gone }}, step{do: settleReason, reason: endpoint.HostLost}},
		{"lost, UDP with an ICMP limit", []change{limited, func(f *facts) { f.state = lost }}, step{do: resendPaced}},
		{"enough, but a canary is out", []change{spent, rested, func(f *facts) { f.unjudged, f.evidence = 1, undecided }}, step{do: awaitWitness}},
		{"enough, witnessed", []change{spent, rested, func(f *facts) { f.evidence = witnessed }}, step{do: settleSilent}},
		{"one void probe: another instead", []change{spent, rested, func(f *facts) { f.voided, f.counted, f.evidence = 1, f.counted-1, void }}, step{do: resendNow}},
		{"no room for another probe", []change{rested, func(f *facts) { f.voided, f.counted, f.probes = 231, 2, 234 }}, step{do: settleReason, reason: endpoint.HostLost}},
		{"its span is over: no further probe before a canary tells", []change{twice, rested, func(f *facts) { f.unjudged, f.evidence = 2, awaited }}, step{do: awaitWitness}},
		{"--retries: in the dark", []change{retries, spent, rested, func(f *facts) { f.inDark = true }}, step{do: settleReason, reason: endpoint.HostLost}},
		{"--retries: void, but not in the dark", []change{retries, spent, rested, func(f *facts) { f.evidence = void }}, step{do: settleSilent}},
		{"high loss", []change{spent, rested, func(f *facts) { f.highLoss = true }}, step{do: resendLater, until: later.Add(minSilence / 2), discount: true}},
		{"high loss for a minute", []change{spent, func(f *facts) { f.highLoss, f.now = true, f.silentAfter.Add(highLossPatience) }}, step{do: settleSilent}},
		{"high loss, nearly 255 probes", []change{rested, func(f *facts) { f.highLoss, f.probes, f.counted = true, 234, 3 }}, step{do: settleSilent}},
		{"dark a moment ago: probes are spread", []change{twice, rested, func(f *facts) { f.relapse = later + 1 }}, step{do: resendLater, until: later.Add(lossBackoff)}},

		{"never replied: one, then a pause", []change{never}, step{do: resendLater, until: first.Add(minSilence)}},
		{"never replied, after the pause", []change{never, rested}, step{do: resendNow}},
		{"never replied, last probe listens for its whole timeout", []change{never, spent, rested}, step{do: listenLong, until: first + 3000*ms}},
		{"no more long listens: it frees its slot and listens on", []change{never, spent, rested, func(f *facts) { f.mayListen = false }}, step{do: listenOn, until: first + 2000*ms}},
		{"and has listened", []change{never, spent, rested, func(f *facts) { f.mayListen, f.lingerEnd = false, later }}, step{do: settleSilent}},
		{"others still listen", []change{never, spent, rested, func(f *facts) { f.mayListen, f.lingerEnd, f.hearing = false, later, later+500*ms }}, step{do: resendLater, until: later + 500*ms}},
		{"whole timeout over, within the first second", []change{never, spent, func(f *facts) { f.lingerEnd, f.deadline = soon, soon }}, step{do: resendLater, until: first.Add(minSilence)}},
		{"whole timeout over", []change{never, spent, rested, func(f *facts) { f.lingerEnd, f.deadline = later, later }}, step{do: settleSilent}},

		{"neighbor missing", []change{never, func(f *facts) { f.neighbor = NeighborMissing }}, step{do: settleReason, reason: endpoint.HostUnreach}},
		{"neighbor sought", []change{never, func(f *facts) { f.neighbor, f.resolving = NeighborSought, true }}, step{do: awaitNeighbor}},
		{"neighbor sought for too long", []change{never, func(f *facts) { f.neighbor = NeighborSought }}, step{do: settleReason, reason: endpoint.HostUnreach}},
		{"neighbor found", []change{never, rested, func(f *facts) { f.neighbor = NeighborFound }}, step{do: resendNow}},
		{"neighbor unknown, maybe being resolved", []change{never, func(f *facts) { f.resolving = true }}, step{do: extendTimer}},
		{"neighbor unknown, timeout over", []change{never, rested, func(f *facts) { f.resolving, f.deadline = true, later }}, step{do: resendNow}},
		{"neighbor missing beside an ICMP limit", []change{never, limited, func(f *facts) { f.neighbor = NeighborMissing }}, step{do: settleReason, reason: endpoint.HostUnreach}},

		{"UDP: evidence", []change{udp}, step{do: resendNow}},
		{"UDP: replies from another port", []change{udp, spent, rested, func(f *facts) { f.udp.otherPort = true }}, step{do: resendNow, discount: true}},
		{"UDP: from another port, exclusive", []change{udp, spent, rested, func(f *facts) { f.udp.otherPort, f.exclusive = true, 1 }}, step{do: settleSilent}},
		{"UDP: paced, evidence only after an interval", []change{udp, twice, func(f *facts) { f.udp.paced = true }}, step{do: resendLater, until: soon.Add(rejectionEvery)}},
		{"UDP: paced, interval over", []change{udp, twice, rested, func(f *facts) { f.udp.paced, f.sent = true, f.now.Add(-rejectionEvery) }}, step{do: resendNow}},
		{"UDP: paced, budget spent", []change{udp, spent, rested, func(f *facts) { f.udp.paced = true }}, step{do: settleSilent}},
		{"UDP: no evidence, quick retry", []change{limited, func(f *facts) { f.probes = 1 }}, step{do: resendNow, discount: true}},
		{"UDP: no evidence, one per variant and one more", []change{limited, func(f *facts) { f.probes, f.variants = 3, 2 }}, step{do: resendNow, discount: true}},
		{"UDP: no evidence, wait for the limit", []change{limited}, step{do: resendLater, until: soon + 250*ms, discount: true}},
		{"UDP: patience over", []change{limited, func(f *facts) { f.udp.limited, f.now = true, first.Add(30*time.Second)+1 }}, step{do: settleReason, reason: endpoint.RateLimited}},
		{"UDP: patience over without a limit", []change{limited, func(f *facts) { f.counted, f.now = 3, first.Add(30*time.Second)+1 }}, step{do: settleSilent}},
		{"UDP: nearly 255 probes", []change{limited, func(f *facts) { f.probes, f.udp.limited = 234, true }}, step{do: settleReason, reason: endpoint.RateLimited}},
		{"UDP: no evidence, --retries", []change{limited, retries, spent, rested}, step{do: settleSilent}},
	} {
		f := base()
		for _, change := range c.changes {
			change(&f)
		}
		if got := f.decide(); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}
