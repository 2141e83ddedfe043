package portprobe

import (
	"time"

	"portkit/pkg/cli"
	"portkit/pkg/resumefile"
)

// openResumeFile opens the file of --resume, if given.
func (r *run) openResumeFile() error {
	if r.Resume == nil {
		return nil
	}
	if r.ctx.Reads(r.Files, *r.Resume) { // its errors would be removed before they are read
		return cli.Usagef("--resume: %s: it is an input, too", *r.Resume)
	}
	j, err := resumefile.Open(*r.Resume)
	if err != nil {
		return cli.Usagef("--resume: %w", err)
	}
	r.resumeFile = j
	return nil
}

// startSync syncs the resume file as often as --fsync requires. stop syncs it
// once more and closes it.
func (r *run) startSync() (stop func() error) {
	if r.resumeFile == nil {
		return func() error { return nil }
	}
	quit, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		if r.Fsync <= 0 {
			return
		}
		tick := time.NewTicker(r.Fsync.D())
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				r.resumeFile.Sync() // stop reports an error that persists
			case <-quit:
				return
			}
		}
	}()
	return func() (err error) {
		close(quit)
		<-done
		if r.Fsync > 0 {
			err = r.resumeFile.Sync()
		}
		if closed := r.resumeFile.Close(); err == nil {
			err = closed
		}
		return err
	}
}
