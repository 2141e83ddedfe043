package identify

import (
	"slices"
	"time"

	"portkit/pkg/endpoint"
	"portkit/pkg/identify/protocol"
	"portkit/pkg/identify/sshkey"
)

// limitedPause is the time before the only retry at a service that refused the client.
const limitedPause = time.Second

// heard takes over what a connection brought, and reports whether the service is known.
// It closes the connection then.
func (s *session) heard(l *line, m protocol.Match) bool {
	if l.silent() {
		return false
	}
	if l.reply.Request == "" && !l.began.IsZero() {
		s.address.heard(time.Since(l.began))
	}
	s.seen.received(&l.reply)
	if m.Strength != protocol.No {
		return s.found(l, m)
	}
	s.seen.unrecognized(&l.reply, m)
	return false
}

// found takes over a match, and reports whether the service is known. It closes the
// connection then.
func (s *session) found(l *line, m protocol.Match) bool {
	if m.App == httpApp {
		l.Close()
		return s.foundHTTP(&l.reply, m)
	}
	s.silence.close()
	s.adopt(&l.reply, m)
	if m.App == sshApp && l.reply.Request == "" && !l.reply.TLS && byApp(s.table, sshApp) != nil {
		s.hostKeys(l)
	}
	l.Close()
	s.details(&l.reply, m)
	return true
}

// adopt copies a match into the finding.
func (s *session) adopt(r *protocol.Reply, m protocol.Match) {
	f := &s.Finding
	f.App, f.Limited, f.Evidence = m.App, m.Limited, r.Request
	if p := byApp(s.all, m.App); f.Evidence == "" || p != nil && p.Greets > 0 && !p.Owns(f.Evidence) {
		f.Evidence = endpoint.EvidenceGreeting // perhaps a late one, before any reply
		if !r.TLS {
			f.Banner = s.seen.first
		}
	}
	f.HTTP, f.SSH = m.HTTP, m.SSH
	s.adoptProduct(m)
}

// refine adopts the match of a further reply. The evidence is still the first.
func (s *session) refine(r *protocol.Reply, m protocol.Match) {
	evidence := s.Evidence
	s.adopt(r, m)
	s.Evidence = evidence
}

// adoptProduct copies what a match reveals about the product.
func (s *session) adoptProduct(m protocol.Match) {
	f := &s.Finding
	f.Product, f.Version, f.Vendor, f.OS, f.Device = m.Product, m.Version, m.Vendor, m.OS, m.Device
	s.lookUp(m.Texts)
}

// lookUp replaces what the service reports by what the database of products knows.
func (s *session) lookUp(texts []protocol.Text) {
	if s.Products == nil {
		return
	}
	for _, t := range texts {
		m, ok := s.Products.Match(t.Kind, t.Value)
		if !ok {
			continue
		}
		f := &s.Finding
		for _, v := range []struct {
			to   *string
			from string
		}{{&f.Product, m.Product}, {&f.Version, m.Version}, {&f.Vendor, m.Vendor}, {&f.OS, m.OS}, {&f.Device, m.Device}} {
			if v.from != "" {
				*v.to = v.from
			}
		}
		for _, cpe := range m.CPE {
			if !slices.Contains(f.CPE, cpe) {
				f.CPE = append(f.CPE, cpe)
			}
		}
	}
}

// details finds out more about a service that is recognized, on other connections.
func (s *session) details(r *protocol.Reply, m protocol.Match) {
	p := byApp(s.table, m.App)
	if p == nil || s.Effort == Quick && !m.Limited {
		return
	}
	switch {
	case m.Limited && m.Product == "":
		s.retryLimited()
	case m.App == sshApp:
		s.moreKeys(r.Request != "")
	case m.Product == "":
		s.product(p, r.Request)
	}
	if p.Upgrade != nil && s.StartTLS && !s.seen.secure && !p.Once && !s.Limited {
		s.upgrade(p.Upgrade)
	}
}

// retryLimited listens once more after a pause.
func (s *session) retryLimited() {
	select {
	case <-s.ctx.Done():
		return
	case <-time.After(limitedPause):
	}
	again, err := s.dial()
	if err != nil {
		return
	}
	defer again.Close()
	m := again.read(time.Now().Add(max(s.listenTime(), s.plan.greets)))
	if m.Strength != protocol.No && m.App == s.App && !m.Limited {
		s.adopt(&again.reply, m)
		s.Limited = true // it was: the next client may be refused
	}
}

// product sends the other requests of a protocol until the product is known.
func (s *session) product(p *protocol.Protocol, sent string) {
	for i := range p.Requests {
		q := &p.Requests[i]
		if s.Product != "" || q.Name == sent {
			continue
		}
		if l, _ := s.connect(); l != nil {
			if m := s.request(l, q); m.Strength != protocol.No && m.App == s.App && m.Product != "" {
				s.refine(&l.reply, m)
			}
			l.Close()
		}
	}
}

const sshApp = "ssh"

// hostKeys fetches the host key on the connection that has greeted: a server may punish
// clients that make connections and end the key exchange.
func (s *session) hostKeys(l *line) { s.fetchKey(l, l.reply.Data, sshkey.Types()) }

// moreKeys fetches the host key if the connection that has greeted had received
// something else; and with thorough effort the keys of all types, one per connection.
func (s *session) moreKeys(first bool) {
	types := sshkey.Types()
	if first {
		s.anotherKey(types)
	}
	for known := 0; s.Effort == Thorough && known < len(s.SSH.Keys); {
		known = len(s.SSH.Keys)
		s.anotherKey(slices.DeleteFunc(slices.Clone(types), func(t string) bool {
			return slices.ContainsFunc(s.SSH.Keys, func(k endpoint.SSHKey) bool { return k.Type == t })
		}))
	}
}

// anotherKey fetches a host key on a connection of its own.
func (s *session) anotherKey(types []string) {
	if len(types) == 0 {
		return
	}
	if l, err := s.dial(); err == nil {
		s.fetchKey(l, nil, types)
		l.Close()
	}
}

// fetchKey adds a host key to the finding. ahead was read from the connection before.
func (s *session) fetchKey(l *line, ahead []byte, types []string) {
	l.SetReadDeadline(time.Now().Add(httpTimeout + 2*s.RTT))
	_, key, err := sshkey.Fetch(&tap{Conn: l.Conn, ahead: ahead}, s.Options.Version, types)
	if err == nil {
		s.SSH.Keys = append(s.SSH.Keys, key)
	}
}
