package probe

import "time"

// Clock is the monotonic clock that transports of one run share.
type Clock struct{ began time.Time }

// NewClock returns a clock that showed zero at the time given.
func NewClock(began time.Time) Clock { return Clock{began} }

// Now is the time since the clock was started.
func (c Clock) Now() Time { return Time(time.Since(c.began)) }
