package compare

import (
	"hash/maphash"

	"portkit/pkg/endpoint"
	"portkit/pkg/record"
	"portkit/pkg/service"
)

// The digests of a service for expectations, other than those of an app.
const (
	noEvidence digest = iota // nothing is known about it
	noApp                    // it was probed, and no app was recognized
	appDigests
)

// appDigest returns the digest of a service for expectations: of its app and whether that
// is inside TLS.
func appDigest(seed maphash.Seed, f *record.Facts) digest {
	switch {
	case len(f.App) > 0:
		var h digester
		h.hash.SetSeed(seed)
		h.write(f.App)
		d := h.digest() &^ 3
		if f.InTLS() {
			d |= 1
		}
		if f.Partial { // absent TLS is not evidence
			d |= 2
		}
		return max(d, appDigests)
	case identified(f) && !prevented(f, record.FactApp):
		return noApp
	}
	return noEvidence
}

// expectationChange returns the change from an expected service, of which name is the
// registered name or the app, to what was found.
func expectationChange(name string, f *record.Facts, d digest) endpoint.Change {
	switch {
	case d == noEvidence:
		return endpoint.ChangeUnknown
	case d != noApp && service.Means(name, string(f.App), f.InTLS()):
		return 0
	case d != noApp && f.Partial && service.Means(name, string(f.App), true):
		return endpoint.ChangeUnknown
	}
	return endpoint.ChangeChanged
}

// maxVerdicts is the maximum number of verdicts that are kept.
const maxVerdicts = 1 << 12

// verdicts keeps the changes from expected services to digests, so that most lines are
// not read again.
type verdicts map[[2]uint64]endpoint.Change

func (v verdicts) keep(old, new *span, c endpoint.Change) {
	if len(v) == maxVerdicts {
		clear(v)
	}
	v[[2]uint64{old.facts, new.facts}] = c
}

// met reports whether an expected service is known to be there.
func (v verdicts) met(old, new *span) bool {
	c, ok := v[[2]uint64{old.facts, new.facts}]
	return ok && c == 0
}
