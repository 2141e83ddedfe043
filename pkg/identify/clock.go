package identify

import (
	"context"
	"time"
)

// clock measures the time of an endpoint, and ends its session at the timeout. It runs
// from the first connection on, except while the session waits for the rate.
type clock struct {
	end    context.CancelFunc // ends the session
	left   time.Duration      // time left when the clock was started last
	timer  *time.Timer        // nil before the first start
	began  time.Time          // time of the first start
	latest time.Time          // time of the latest start
}

// start starts a clock that was stopped, or is new.
func (c *clock) start() {
	c.latest = time.Now()
	if c.timer == nil {
		c.began, c.timer = c.latest, time.AfterFunc(c.left, c.end)
		return
	}
	c.timer.Reset(c.left)
}

// stop stops a clock that runs, or was never started.
func (c *clock) stop() {
	if c.timer != nil {
		c.timer.Stop()
		c.left -= time.Since(c.latest)
	}
}

// took returns the time since the first start, stops included.
func (c *clock) took() time.Duration {
	if c.timer == nil {
		return 0
	}
	return time.Since(c.began)
}
