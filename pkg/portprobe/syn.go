package portprobe

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"syscall"

	"portkit/pkg/probe/syn"
)

// openSYN opens all that takes rights for asking by SYN.
func (r *run) openSYN(workers int) (err error) {
	r.net, err = syn.Open(syn.Options{Source: r.source, Interface: r.link}, workers, r.monotonic())
	switch {
	case errors.Is(err, syn.ErrPermission):
		return errors.New("--method syn requires CAP_NET_RAW; " + grantHint(processStatus()) + ", or use --method connect")
	case errors.Is(err, syn.ErrSystem):
		return errors.New("--method syn requires Linux; use --method connect")
	case errors.Is(err, syscall.EMFILE):
		return fmt.Errorf("--method syn needs %d descriptors per worker; "+atDescriptorLimit, syn.Descriptors(workers), descriptorLimit())
	case err != nil:
		return fmt.Errorf("--method syn: %w", err)
	}
	return nil
}

// grantHint returns how this process can get CAP_NET_RAW, by its status (proc(5)).
// File capabilities have no effect under no_new_privs, and none at all grants
// what the bounding set lacks (capabilities(7)).
func grantHint(status string) string {
	const capNetRaw = 13
	bounding := ^uint64(0)
	locked := false
	for line := range strings.Lines(status) {
		switch key, value, _ := strings.Cut(strings.TrimSpace(line), ":\t"); key {
		case "CapBnd":
			if n, err := strconv.ParseUint(value, 16, 64); err == nil {
				bounding = n
			}
		case "NoNewPrivs":
			locked = value == "1"
		}
	}
	switch {
	case bounding>>capNetRaw&1 == 0:
		return "the bounding set of this process excludes it: add NET_RAW to the container's capabilities, " +
			"or CAP_NET_RAW to CapabilityBoundingSet= of the systemd unit"
	case locked:
		return "this process has no_new_privs, where setcap has no effect: set AmbientCapabilities=CAP_NET_RAW in the systemd unit, " +
			"or run the container as root with NET_RAW"
	}
	return `grant it with: sudo setcap cap_net_raw+ep "$(command -v portprobe)"`
}

// ahead is how many jobs the engine takes in at once; 0 is its own choice.
func (r *run) ahead(workers int) int {
	if r.net == nil {
		return 0
	}
	return workers * synAhead
}

// synAhead is some 60 ms of a worker's asking, within which the reader has its
// turn even where no processor is idle.
const synAhead = 8192

// dropPrivileges ends with the rights that only opening took. What is read later is
// opened first.
func (r *run) dropPrivileges() {
	if r.net == nil || r.keeps {
		return
	}
	r.ctx.OpenAhead(r.Files)
	if err := syn.DropPrivileges(); err != nil {
		r.ctx.Log.Printf("privileges could not be dropped: %v", err)
	}
}
