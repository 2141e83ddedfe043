package portprobe

import (
	"runtime"

	"portkit/pkg/probe/syn"
)

const (
	// spareDescriptors are for what is opened later and is no worker's: files,
	// lookups.
	spareDescriptors = 16
	// workerDescriptors are for a worker's poll and what wakes it.
	workerDescriptors = 2
	// unlimitedRoom is how many attempts may be held where no limit is known.
	unlimitedRoom = 16_384
	// leastAWorker is how many a worker is worth having for.
	leastAWorker = 8
)

// atDescriptorLimit is the cause in messages about the descriptor limit, its
// argument.
const atDescriptorLimit = "the descriptor limit (ulimit -n) is %d"

// fitDescriptorLimit reduces the wanted workers and concurrency to what the descriptor limit
// allows, and reports that. room is the number of descriptors that all attempts
// may hold: all that the limit allows, since an endpoint that only listens for a
// late reply holds one without being outstanding.
func (r *run) fitDescriptorLimit(workers, wish int) (_, concurrency, room int) {
	limit := descriptorLimit()
	if limit <= 0 {
		return workers, wish, max(2*wish, unlimitedRoom)
	}
	free := limit - openDescriptors() - spareDescriptors - limit/8
	if r.syn() { // a SYN takes none
		workers = r.fitSourcePorts(workers, free)
		return workers, wish, max(1, free-workers*(workerDescriptors+syn.Descriptors(workers)))
	}
	workers = max(1, min(workers, free/leastAWorker))
	free = max(1, free-workers*workerDescriptors)
	if free < wish {
		r.ctx.Log.Printf("concurrency limited to %d instead of %d: "+atDescriptorLimit, free, wish, limit)
	}
	concurrency = min(wish, free)
	return min(workers, concurrency), concurrency, free
}

// fitSourcePorts reduces the wanted workers to those whose source ports the free
// descriptors can hold, and reports that.
func (r *run) fitSourcePorts(wish, free int) int {
	for n := wish; n > 0; n-- {
		if n*(workerDescriptors+syn.Descriptors(n)) > free {
			continue
		}
		if n < wish {
			r.ctx.Log.Printf("workers limited to %d instead of %d: "+atDescriptorLimit, n, wish, descriptorLimit())
		}
		return n
	}
	return wish // the kernel has the last word
}

// giveProcessors lets the workers all be in system calls at once, which are
// work to the Go scheduler, and what reads and writes run beside them.
func (r *run) giveProcessors(workers int) {
	if r.ctx.Getenv("GOMAXPROCS") == "" && runtime.GOMAXPROCS(0) <= workers {
		runtime.GOMAXPROCS(workers + 1)
	}
}
