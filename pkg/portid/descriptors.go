package portid

import "portkit/pkg/stream"

const (
	spareDescriptors = 16 // for files and lookups, which are opened later
	perEndpoint      = 2  // connections open at the same time
)

// concurrency returns the maximum number of endpoints at once, reduced to what the
// descriptor limit allows, and logs that.
func (r *run) concurrency() int {
	limit, wanted := stream.DescriptorLimit(), int(r.Concurrency)
	if limit <= 0 {
		return wanted
	}
	free := max(1, (limit-stream.OpenDescriptors()-spareDescriptors-limit/8)/perEndpoint)
	if free < wanted {
		r.ctx.Log.Printf("concurrency limited to %d instead of %d: the descriptor limit (ulimit -n) is %d", free, wanted, limit)
	}
	return min(wanted, free)
}
