package stream

import (
	"time"

	"portkit/pkg/cli"
	"portkit/pkg/resumefile"
)

// OpenResumeFile opens the file of --resume for a tool that reads inputs; nil if the
// name is nil.
func OpenResumeFile(ctx *cli.Context, name *string, inputs []string) (*resumefile.File, error) {
	if name == nil {
		return nil, nil
	}
	if ctx.Reads(inputs, *name) { // its errors would be removed before they are read
		return nil, cli.Usagef("--resume: %s: it is an input, too", *name)
	}
	f, err := resumefile.Open(*name)
	if err != nil {
		return nil, cli.Usagef("--resume: %w", err)
	}
	return f, nil
}

// StartSync syncs the file of --resume, which may be nil, as often as --fsync requires.
// stop syncs it once more and closes it.
func StartSync(f *resumefile.File, every time.Duration) (stop func() error) {
	if f == nil {
		return func() error { return nil }
	}
	quit, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		if every <= 0 {
			return
		}
		tick := time.NewTicker(every)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				f.Sync() // stop reports an error that persists
			case <-quit:
				return
			}
		}
	}()
	return func() (err error) {
		close(quit)
		<-done
		if every > 0 {
			err = f.Sync()
		}
		if closed := f.Close(); err == nil {
			err = closed
		}
		return err
	}
}
