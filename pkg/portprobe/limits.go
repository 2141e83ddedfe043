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

// afford lowers the wish for so many workers and endpoints at once to what the
// limit on descriptors allows, and says so. room is how many descriptors all
// attempts may hold: all that the limit allows, since those that are listened to
// for a late reply hold one without being outstanding.
func (r *run) afford(workers, wish int) (_, concurrency, room int) {
	limit := descriptorLimit()
	if limit <= 0 {
		return workers, wish, max(2*wish, unlimitedRoom)
	}
	free := limit - openDescriptors() - spareDescriptors - limit/8
	if r.syn() { // a SYN takes none
		workers = r.affordPorts(workers, free)
		return workers, wish, max(1, free-workers*(workerDescriptors+syn.Descriptors(workers)))
	}
	workers = max(1, min(workers, free/leastAWorker))
	free = max(1, free-workers*workerDescriptors)
	if free < wish {
		r.ctx.Log.Printf("asking %d endpoints at once, not %d: more descriptors are not allowed (ulimit -n)", free, wish)
	}
	concurrency = min(wish, free)
	return min(workers, concurrency), concurrency, free
}

// affordPorts lowers the wish for so many workers to those whose source ports the
// free descriptors hold, and says so.
func (r *run) affordPorts(wish, free int) int {
	for n := wish; n > 0; n-- {
		if n*(workerDescriptors+syn.Descriptors(n)) > free {
			continue
		}
		if n < wish {
			r.ctx.Log.Printf("asking with %d workers, not %d: more descriptors are not allowed (ulimit -n)", n, wish)
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
