package portprobe

import (
	"errors"
	"fmt"
	"syscall"

	"portkit/pkg/probe/syn"
)

// openSYN opens all that takes rights for asking by SYN.
func (r *run) openSYN(workers int) (err error) {
	r.net, err = syn.Open(syn.Options{Source: r.source, Interface: r.link}, workers, r.monotonic())
	switch {
	case errors.Is(err, syn.ErrPermission):
		return errors.New("--method syn takes the right to open raw sockets, which is missing: " +
			"sudo setcap cap_net_raw+ep \"$(command -v portprobe)\" gives it to the program; --method connect takes none")
	case errors.Is(err, syn.ErrSystem):
		return errors.New("--method syn is there on Linux only: --method connect works here")
	case errors.Is(err, syscall.EMFILE):
		return fmt.Errorf("--method syn takes %d descriptors a worker, and more are not allowed (ulimit -n)", syn.Descriptors(workers))
	case err != nil:
		return fmt.Errorf("--method syn: %w", err)
	}
	return nil
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

// giveUpRights ends with the rights that only opening took. What is read later is
// opened first.
func (r *run) giveUpRights() {
	if r.net == nil || r.keeps {
		return
	}
	r.ctx.OpenAhead(r.Files)
	if err := syn.GiveUpRights(); err != nil {
		r.ctx.Log.Printf("the right to open raw sockets could not be given up: %v", err)
	}
}
