package probe

import "time"

// Clock is a monotonic clock that the Transports of one Engine share.
type Clock struct{ began time.Time }

// NewClock returns a clock that was zero at began.
func NewClock(began time.Time) Clock { return Clock{began} }

// Now returns the time since the clock was zero.
func (c Clock) Now() Time { return Time(time.Since(c.began)) }
