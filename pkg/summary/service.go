package summary

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"portkit/pkg/endpoint"
	"portkit/pkg/record"
)

// service is a found whose texts are numbers of words.
type service struct {
	app, product, cert, detail uint32
	unidentified               endpoint.Unidentified
}

// or returns the better one of a service and what was found. It does not depend on
// their order: of several, the same one stays whichever comes first. The texts of a
// port are thus from one result.
func (s service) or(w *words, f *found) service {
	if old := s.found(w); !f.better(&old) {
		return s
	}
	return service{w.id([]byte(f.app)), w.id([]byte(f.product)), w.id([]byte(f.cert)), w.id([]byte(f.detail)), f.unidentified}
}

// found returns the texts of s.
func (s service) found(w *words) found {
	return found{w.text(s.app), w.text(s.product), w.text(s.cert), w.text(s.detail), s.unidentified}
}

// better reports whether f replaces old. The result with an app is better, then the
// one whose app is alphabetically first, and so on with the product and the
// certificate, of which the one that expires last is better, and with the evidence.
func (f *found) better(old *found) bool {
	return cmp.Or(first(f.app, old.app), first(f.product, old.product), cmp.Compare(certRank(old.cert), certRank(f.cert)),
		cmp.Compare(old.cert, f.cert), compareEvidence(f.unidentified, old.unidentified), cmp.Compare(old.detail, f.detail)) < 0
}

// compareEvidence compares evidence by number, with none last.
func compareEvidence(a, b endpoint.Unidentified) int { return cmp.Compare(a-1, b-1) }

// first compares texts alphabetically, with no text last.
func first(a, b string) int {
	if a == "" || b == "" {
		return cmp.Compare(len(b), len(a))
	}
	return cmp.Compare(a, b)
}

// certRank returns a rank of certificates by what is known of them: nothing, not when they
// expire, and when they expire.
func certRank(cert string) int {
	switch {
	case strings.HasPrefix(cert, `{"not_after":`): // the first member
		return 2
	case cert == "", cert == "{}", strings.HasPrefix(cert, `{"starttls":`): // the last member
		return 0
	}
	return 1
}

// known yields the ports with a service.
func (p *Ports) known(yield func(uint16) bool) {
	if p.more == nil {
		return
	}
	for port := range p.more.services {
		if !yield(port) {
			return
		}
	}
}

// forget deletes the service on a port.
func (p *Ports) forget(port uint16) {
	if p.more != nil {
		delete(p.more.services, port)
	}
}

// services writes what is known of the services on the ports into out, which contains
// their results.
func (it item) services(out *record.Summary) {
	out.Found, out.AcceptsAll, out.Unidentified = out.Found[:0], out.AcceptsAll[:0], out.Unidentified[:0]
	if it.ports.more == nil {
		return
	}
	services := it.ports.more.services
	for _, port := range slices.Sorted(maps.Keys(services)) {
		f := services[port].found(&it.shard.words)
		if f.app != "" || f.product != "" || f.cert != "" || f.detail != "" {
			out.Found = append(out.Found, record.Found{Port: port, App: f.app, Product: f.product, Cert: f.cert, Detail: f.detail})
		}
	}
	it.ports.more.writeEvidence(out)
}
