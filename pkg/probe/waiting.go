package probe

import "net/netip"

// Waiting describes why endpoints are not settled.
type Waiting struct {
	// Addr is the address with outstanding probes that has not replied for
	// longest; the zero Addr if no probe is outstanding.
	Addr netip.Addr
	// Since is when Addr last replied, or else when it was first probed.
	Since Time
	// Stopped reports that Addr has stopped replying, and is waited for.
	Stopped bool
}

// Waiting returns what the engine waits for, and reports whether any endpoint
// that was submitted is not settled. It locks every address in turn: it is for
// a person to read, now and then, while nothing else happens.
func (e *Engine) Waiting() (w Waiting, unsettled bool) {
	t := e.table
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, entry := range t.busy {
		a := entry.busy
		if a == nil || a.refs.Load() == 0 {
			continue
		}
		unsettled = true
		if since, outstanding, stopped := a.silence(); outstanding && (!w.Addr.IsValid() || since < w.Since) {
			w = Waiting{Addr: a.ip, Since: since, Stopped: stopped}
		}
	}
	return w, unsettled
}

// silence returns since when a has not replied, and reports whether a reply is
// expected, and whether a has stopped replying.
func (a *address) silence() (since Time, outstanding, stopped bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.replied, a.replied != 0 && (a.window.inFlight > 0 || a.holds()), a.holds()
}
