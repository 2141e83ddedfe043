package portprobe

import (
	"errors"
	"fmt"

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
	case err != nil:
		return fmt.Errorf("--method syn: %w", err)
	}
	return nil
}

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
