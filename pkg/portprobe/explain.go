package portprobe

import (
	"fmt"
	"os"

	"portkit/pkg/cli"
	"portkit/pkg/target"
)

// explain reports why standard output has no records: the input has none, or
// they went to the file of --resume although a pipe is read.
func (r *run) explain() {
	switch {
	case r.Quiet || !r.readOut.Load():
	case r.reader.seq == 0 && r.reader.answered.Load() == 0:
		r.ctx.Log.Printf("no endpoints: the input is empty")
	case r.Resume != nil && r.ctx.OutIsPipe():
		r.ctx.Log.Printf("results are in %s, not on standard output", *r.Resume)
	}
}

// misplaced returns an error for a FILE that does not exist and is a target.
// A name without ports may as well be of a file.
func misplaced(files []string) error {
	for _, name := range files {
		if _, err := os.Stat(name); err == nil || name == cli.StdinName {
			continue
		}
		word, ports, err := target.Split(name)
		if err != nil {
			continue
		}
		if t, err := target.Parse(word); err == nil && (ports != "" || t.Is4() || t.Is6()) {
			return fmt.Errorf("%s: no such file; targets belong to portgen", name)
		}
	}
	return nil
}
