package portprobe

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"

	"portkit/pkg/probe"
	"portkit/pkg/probe/syn"
	"portkit/pkg/stream"
)

// openSYN opens everything of --method syn that requires privileges.
func (r *run) openSYN(workers int) (err error) {
	r.synNet, err = syn.Open(syn.Options{Source: r.origin.Source, Interface: r.origin.Link}, workers, probe.NewClock(r.began))
	switch {
	case errors.Is(err, syn.ErrPermission):
		status, _ := os.ReadFile("/proc/self/status")
		return errors.New("--method syn requires CAP_NET_RAW; " + grantHint(string(status)) + ", or use --method connect")
	case errors.Is(err, syn.ErrSystem):
		return errors.New("--method syn requires Linux; use --method connect")
	case errors.Is(err, syscall.EMFILE):
		return fmt.Errorf("--method syn needs %d descriptors per worker; "+atDescriptorLimit, syn.Descriptors(workers), stream.DescriptorLimit())
	case err != nil:
		return fmt.Errorf("--method syn: %w", err)
	}
	return nil
}

// grantHint returns how to grant CAP_NET_RAW to a process with this status
// (proc(5)). File capabilities have no effect under no_new_privs, and nothing can
// grant what the bounding set lacks (capabilities(7)).
func grantHint(status string) string {
	const capNetRaw = 13
	bounding := ^uint64(0)
	noNewPrivs := false
	for line := range strings.Lines(status) {
		switch key, value, _ := strings.Cut(strings.TrimSpace(line), ":\t"); key {
		case "CapBnd":
			if n, err := strconv.ParseUint(value, 16, 64); err == nil {
				bounding = n
			}
		case "NoNewPrivs":
			noNewPrivs = value == "1"
		}
	}
	switch {
	case bounding>>capNetRaw&1 == 0:
		return "the bounding set of this process excludes it: add NET_RAW to the container's capabilities, " +
			"or CAP_NET_RAW to CapabilityBoundingSet= of the systemd unit"
	case noNewPrivs:
		return "this process has no_new_privs, where setcap has no effect: set AmbientCapabilities=CAP_NET_RAW in the systemd unit, " +
			"or run the container as root with NET_RAW"
	}
	return `grant it with: sudo setcap cap_net_raw+ep "$(command -v portprobe)"`
}

// dropPrivileges drops the privileges that openSYN needed, and many others. Input
// files are opened before.
func (r *run) dropPrivileges() {
	if r.synNet == nil || r.keepPrivileges {
		return
	}
	r.ctx.OpenAhead(r.Files)
	if err := syn.DropPrivileges(); err != nil {
		r.ctx.Log.Printf("privileges could not be dropped: %v", err)
	}
}
