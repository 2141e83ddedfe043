package portprobe

import (
	"portkit/pkg/probe/syn"
	"portkit/pkg/stream"
)

const (
	spareDescriptors  = 16     // for files and lookups, which are opened later
	workerDescriptors = 2      // of a worker's poller and of its wakeup
	unlimitedRoom     = 16_384 // descriptors of probes if the limit is unknown
	maxForUDP         = 1024   // descriptors of UDP probes that need a socket of their own
	minPerWorker      = 8      // probes that justify a worker
	defaultConnects   = 4096   // concurrency of --method connect, if the limit allows it
	fewConnects       = 1000   // a default of fewer is logged
)

// atDescriptorLimit is the cause in messages, with the limit as its argument.
const atDescriptorLimit = "the descriptor limit (ulimit -n) is %d"

// fitDescriptorLimit reduces workers and concurrency to what the descriptor limit
// allows, and logs that. room is the number of descriptors that probes may hold:
// all that the limit allows, since an endpoint that only listens for a late reply
// holds one without being outstanding.
func (r *run) fitDescriptorLimit(workers, wanted int) (_, concurrency, room int) {
	limit := stream.DescriptorLimit()
	if limit <= 0 {
		return workers, wanted, max(2*wanted, unlimitedRoom)
	}
	free := limit - stream.OpenDescriptors() - spareDescriptors - forUDP(limit)
	if r.syn() { // only workers hold descriptors
		workers = r.fitSourcePorts(workers, free)
		return workers, wanted, max(1, free-workers*(workerDescriptors+syn.Descriptors(workers)))
	}
	workers = max(1, min(workers, free/minPerWorker))
	free = max(1, free-workers*workerDescriptors)
	if r.Concurrency == nil {
		wanted = min(wanted, max(free, fewConnects))
	}
	if free < wanted {
		r.ctx.Log.Printf("concurrency limited to %d instead of %d: "+atDescriptorLimit, free, wanted, limit)
	}
	concurrency = min(wanted, free)
	return min(workers, concurrency), concurrency, free
}

// forUDP returns how many of n descriptors UDP probes may hold. Few of them need a socket
// of their own.
func forUDP(n int) int { return min(n/8, maxForUDP) }

// fitSourcePorts reduces workers to those whose source ports, one descriptor each,
// the free descriptors can hold, and logs that.
func (r *run) fitSourcePorts(wanted, free int) int {
	for n := wanted; n > 0; n-- {
		if n*(workerDescriptors+syn.Descriptors(n)) > free {
			continue
		}
		if n < wanted {
			r.ctx.Log.Printf("workers limited to %d instead of %d: "+atDescriptorLimit, n, wanted, stream.DescriptorLimit())
		}
		return n
	}
	return wanted // openSYN reports the kernel's error
}
