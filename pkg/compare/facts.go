package compare

import (
	"bytes"
	"hash/crc32"
	"hash/maphash"

	"portkit/pkg/endpoint"
	"portkit/pkg/record"
)

// A digest stands for the facts about a service: equal digests mean that no fact
// differs. It is 0 if no tool tried to identify the service. The upper half is a
// checksum, which puts digests in an order that is the same in every run. The lower half
// depends on a random seed, so that no service can choose a version that hides a change.
type digest = uint64

// digester computes a digest.
type digester struct {
	hash maphash.Hash
	sum  uint32
}

func (d *digester) write(text []byte) {
	d.hash.Write(text)
	d.sum = crc32.Update(d.sum, crc32.IEEETable, text)
}

func (d *digester) digest() digest { return uint64(d.sum)<<32 | d.hash.Sum64()&(1<<32-1) }

// digestOf returns the digest of facts without those to ignore.
func digestOf(seed maphash.Seed, f *record.Facts, ignore record.Fact) digest {
	if !identified(f) {
		return 0
	}
	var d digester
	d.hash.SetSeed(seed)
	end := []byte{0xff} // not in UTF-8
	add := func(fact record.Fact, text []byte) {
		if ignore&fact == 0 {
			d.write(text)
		}
		d.write(end)
	}
	add(record.FactApp, f.App)
	add(record.FactProduct, f.Product)
	add(record.FactVersion, f.Version)
	add(0, f.Source)
	add(record.FactTLS, f.Cert.SHA256)
	for i := range f.Keys {
		add(record.FactSSH, f.Keys[i].Type)
		add(record.FactSSH, f.Keys[i].SHA256)
	}
	return max(d.digest(), 1)
}

// identified reports whether something is known about the service, at least that it
// could not be identified.
func identified(f *record.Facts) bool {
	return len(f.Evidence) > 0 || f.Partial && (len(f.App) > 0 || len(f.Product) > 0 || len(f.Cert.SHA256) > 0)
}

// differ returns the facts that differ, and those that may differ: one side has them,
// and the other was prevented from finding them out.
func differ(old, new *record.Facts, ignore record.Fact) (sure, maybe record.Fact) {
	if !identified(old) || !identified(new) {
		return 0, 0
	}
	c := factComparer{old: old, new: new, ignore: ignore | old.Unusable | new.Unusable}
	c.text(record.FactApp, old.App, new.App)
	if bytes.Equal(old.Source, new.Source) {
		c.text(record.FactProduct, old.Product, new.Product)
		c.text(record.FactVersion, old.Version, new.Version)
	}
	c.cert()
	c.keys()
	return c.sure, c.maybe
}

type factComparer struct {
	old, new    *record.Facts
	ignore      record.Fact
	sure, maybe record.Fact
}

// text compares the values of a fact.
func (c *factComparer) text(fact record.Fact, old, new []byte) {
	if bytes.Equal(old, new) {
		return
	}
	c.add(fact, len(old) == 0, len(new) == 0)
}

// add adds a fact that is not equal, and that one side may lack.
func (c *factComparer) add(fact record.Fact, oldLacks, newLacks bool) {
	switch {
	case c.ignore&fact != 0:
	case oldLacks && c.old.Partial, newLacks && c.new.Partial:
	case oldLacks && prevented(c.old, fact), newLacks && prevented(c.new, fact):
		c.maybe |= fact
	default:
		c.sure |= fact
	}
}

// cert compares certificates. STARTTLS may not have been tried by the side without it.
func (c *factComparer) cert() {
	old, new := c.old, c.new
	switch {
	case len(old.Cert.SHA256) > 0 && len(new.Cert.SHA256) > 0:
		c.text(record.FactTLS, old.Cert.SHA256, new.Cert.SHA256)
	case len(old.Cert.SHA256) > 0 && !new.TLS && !old.StartTLS:
		c.add(record.FactTLS, false, true)
	case len(new.Cert.SHA256) > 0 && !old.TLS && !new.StartTLS:
		c.add(record.FactTLS, true, false)
	}
}

// keys compares the host keys of those types that both sides have.
func (c *factComparer) keys() {
	for _, a := range c.old.Keys {
		for _, b := range c.new.Keys {
			if bytes.Equal(a.Type, b.Type) {
				c.text(record.FactSSH, a.SHA256, b.SHA256)
			}
		}
	}
}

// prevented reports whether the lack of a fact is not evidence: the service refused the
// client after its app was recognized, or it was not probed for a service.
func prevented(f *record.Facts, fact record.Fact) bool {
	switch string(f.Evidence) {
	case endpoint.EvidenceUnreachable, endpoint.EvidenceNotAsked, endpoint.EvidenceAcceptsAll,
		endpoint.EvidenceInterrupted, endpoint.EvidenceDeadline:
		return true
	case endpoint.EvidenceProbed: // the scanner may have a name for the app that has no equal
		return fact == record.FactApp
	}
	return f.Limited && fact != record.FactApp
}
