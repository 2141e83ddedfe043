package portid

import (
	"context"
	"io"
	"net"
	"net/netip"
	"sync/atomic"
	"time"

	"portkit/pkg/cli"
	"portkit/pkg/endpoint"
	"portkit/pkg/identify"
	"portkit/pkg/origin"
	"portkit/pkg/resolve"
	"portkit/pkg/resumefile"
	"portkit/pkg/scope"
	"portkit/pkg/service"
	"portkit/pkg/stream"
)

// run is one run of portid.
type run struct {
	*Command
	ctx        *cli.Context
	began      time.Time
	engine     identifier
	queue      *queue
	out        *stream.Output
	results    writer // of items; the reader has its own
	backlog    *stream.Backlog
	resolver   *resolve.Resolver
	names      *resolve.Cache[*item]
	reader     *reader
	input      *stream.Input
	links      *origin.Links
	scope      *scope.Scope
	resumeFile *resumefile.File // nil without --resume
	services   *service.Table
	total      stream.Total
	failed     chan struct{} // closed when the output cannot be written

	// work is canceled to end the identification of endpoints.
	work     context.Context
	stopWork context.CancelFunc

	counts  counts
	ended   atomic.Uint32 // endpoint.Reason for which the run was ended early; 0: it was not
	readOut atomic.Bool   // all inputs were read to their ends
}

// Run identifies the services at the ports of its inputs, and returns when all records
// are written.
func (c *Command) Run(ctx *cli.Context) error {
	defer cli.RelaxGC(50, 2<<20)()
	r := &run{
		Command: c, ctx: ctx, began: time.Now(), backlog: stream.NewBacklog(), failed: make(chan struct{}),
		links: origin.OwnLinks(), services: service.Load(), total: stream.Total{Given: int64(c.Total)},
	}
	if err := r.prepare(); err != nil {
		return err
	}
	stopLookups := r.start()
	defer stopLookups()
	defer r.stopWork()
	stopSync := stream.StartSync(r.resumeFile, r.Fsync.D())
	stopProgress := r.startProgress()
	r.readAll(stopLookups)
	r.names.Wait() // the reader has finished
	r.queue.wait()
	writeErr := r.out.Close()
	if err := stopSync(); writeErr == nil {
		writeErr = err
	}
	stopProgress()
	r.logNoOutput()
	r.logUnprobed()
	r.logSummary()
	switch {
	case writeErr != nil:
		return writeErr
	case ctx.Err() != nil:
		return ctx.Err()
	case r.endedBy() == endpoint.Deadline, r.out.Failures() > 0:
		return cli.ErrRecords
	}
	return nil
}

// prepare reads the files that must be valid before anything is sent.
func (r *run) prepare() (err error) {
	r.resolver = resolve.System(net.DefaultResolver, resolve.Options{Rate: float64(r.LookupRate)})
	if r.Command.names != nil {
		r.resolver = resolve.New(r.Command.names, resolve.Options{Rate: float64(r.LookupRate), Once: true})
	}
	if err := r.readScope(); err != nil {
		return cli.UsageError(err)
	}
	if r.engine, err = r.newEngine(); err != nil {
		return cli.UsageError(err)
	}
	r.resumeFile, err = stream.OpenResumeFile(r.ctx, r.Resume, r.Files)
	return err
}

// start starts everything but the reading of input.
func (r *run) start() (stopLookups context.CancelFunc) {
	r.work, r.stopWork = context.WithCancel(context.Background())
	var w io.Writer = r.ctx.Out
	if r.resumeFile != nil {
		w = r.resumeFile
	}
	r.queue = newQueue(r.concurrency(), r.perHost, r.identify, func() bool { return r.out.Full() })
	r.out = stream.StartOutput(w, r.backlog, r.KeepOrder, r.queue.resume, func() { close(r.failed) })
	r.results = writer{run: r}
	ctx, cancel := context.WithCancel(context.Background())
	r.names = resolve.NewCache(ctx, r.resolver.Family(r.IPv4, r.IPv6), r.deliver)
	r.reader = &reader{run: r, writer: writer{run: r}}
	r.input = stream.NewInput(r.reader.process, r.reader.flush)
	if r.Verbose {
		r.ctx.Log.Printf("%s", r.settings())
	}
	return cancel
}

// readAll returns when all endpoints are settled, or the run was ended early: by a
// signal, the deadline or an output that fails.
func (r *run) readAll(stopLookups context.CancelFunc) {
	settled := make(chan struct{})
	go func() {
		defer close(settled)
		whole := r.input.ReadFiles(r.ctx, r.Files)
		r.readOut.Store(whole && r.endedBy() == 0)
		r.input.Finish()
		r.names.Wait()
		r.queue.wait()
	}()
	if reason, grace := stream.AwaitEnd(r.ctx, settled, r.failed, r.began, r.Deadline, r.timeout()); reason != 0 {
		r.end(reason, grace, stopLookups)
	}
}

// end ends the run early. Items with a connection have the time of grace to finish.
func (r *run) end(reason endpoint.Reason, grace time.Duration, stopLookups context.CancelFunc) {
	r.ended.Store(uint32(reason))
	time.AfterFunc(grace, r.stopWork)
	stopLookups()
	r.engine.Stop()
	r.backlog.Unlimit()
	for _, i := range r.queue.drop() {
		r.results.unfinished(i, &identify.Outcome{})
	}
	r.input.Finish()
}

// endedBy returns the reason for which the run was ended early; 0 if it was not.
func (r *run) endedBy() endpoint.Reason { return endpoint.Reason(r.ended.Load()) }

// perHost returns the maximum number of endpoints of an address at once. Unless the user
// set it, the engine may raise it.
func (r *run) perHost(a netip.Addr) int {
	if r.HostConc != defaultHostConcurrency {
		return int(r.HostConc)
	}
	return r.engine.HostConcurrency(a, defaultHostConcurrency)
}

// defaultHostConcurrency is the default of --host-concurrency.
const defaultHostConcurrency = 16
