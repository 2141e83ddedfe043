package lab

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// Zone maps names without their last dot to addresses. Names that end in .servfail
// fail, those in .silent get no reply, and those in .rotating one address after the
// other. Any other name does not exist.
type Zone map[string][]netip.Addr

// NameServer serves the zone on port 53 of the host until the test ends, and counts
// queries.
func (h *Host) NameServer(z Zone) *NameServer {
	h.lab.tb.Helper()
	s := &NameServer{zone: z, asked: map[string]int{}, At: netip.AddrPortFrom(h.Addr(), 53)}
	h.lab.check(h.Do(func() (err error) {
		s.conn, err = net.ListenUDP("udp", net.UDPAddrFromAddrPort(s.At))
		return err
	}), "opening a name server's socket")
	s.done.Go(s.serve)
	h.lab.tb.Cleanup(s.Close)
	return s
}

// NameServer is a name server of the lab.
type NameServer struct {
	At   netip.AddrPort
	zone Zone
	conn *net.UDPConn
	done sync.WaitGroup

	mu    sync.Mutex
	asked map[string]int

	limit   int // queries per second; 0: none
	second  time.Time
	used    int
	dropped int
}

// Limit has the server drop queries beyond n per second.
func (s *NameServer) Limit(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.limit = n
}

// Dropped returns how many queries were beyond the limit.
func (s *NameServer) Dropped() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.dropped
}

// count counts a query and reports whether it is within the limit.
func (s *NameServer) count(name string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked[name]++
	if now := time.Now(); now.Sub(s.second) >= time.Second {
		s.second, s.used = now, 0
	}
	s.used++
	if s.limit > 0 && s.used > s.limit {
		s.dropped++
		return false
	}
	return true
}

// rotated returns the addresses of a name to answer with.
func (s *NameServer) rotated(name string) []netip.Addr {
	addrs := s.zone[name]
	if len(addrs) == 0 || !strings.HasSuffix(name, ".rotating") {
		return addrs
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return addrs[s.asked[name]/2%len(addrs):][:1]
}

// Close ends the server. Later queries are refused.
func (s *NameServer) Close() {
	s.conn.Close()
	s.done.Wait()
}

// Asked returns the number of queries for a name's addresses of either family.
func (s *NameServer) Asked(name string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked[name]
}

// Resolver returns a resolver that uses this server only.
func (s *NameServer) Resolver() *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		d := net.Dialer{Timeout: time.Second}
		return d.DialContext(ctx, "udp", s.At.String())
	}}
}

func (s *NameServer) serve() {
	var b [1 << 12]byte
	for {
		n, from, err := s.conn.ReadFromUDPAddrPort(b[:])
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if answer := s.answer(b[:n]); err == nil && answer != nil {
			_, _ = s.conn.WriteToUDPAddrPort(answer, from)
		}
	}
}

// answer returns the response to a query (RFC 1035 section 4.1), nil for none.
func (s *NameServer) answer(query []byte) []byte {
	var m dnsmessage.Message
	if m.Unpack(query) != nil || len(m.Questions) != 1 {
		return nil
	}
	q := m.Questions[0]
	name := strings.ToLower(strings.TrimSuffix(q.Name.String(), "."))
	if !s.count(name) {
		return nil
	}
	m.Response, m.Authoritative, m.RecursionAvailable = true, true, true
	m.Additionals = nil
	_, known := s.zone[name]
	addrs := s.rotated(name)
	switch {
	case strings.HasSuffix(name, ".silent"):
		return nil
	case strings.HasSuffix(name, ".servfail"):
		m.RCode = dnsmessage.RCodeServerFailure
	case !known:
		m.RCode = dnsmessage.RCodeNameError
	}
	for _, a := range addrs {
		if body := resource(a); body != nil && typeOf(a) == q.Type {
			m.Answers = append(m.Answers, dnsmessage.Resource{
				Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class, TTL: 60}, Body: body,
			})
		}
	}
	packed, err := m.Pack()
	if err != nil {
		return nil
	}
	return packed
}

func typeOf(a netip.Addr) dnsmessage.Type {
	if a.Is4() {
		return dnsmessage.TypeA
	}
	return dnsmessage.TypeAAAA
}

func resource(a netip.Addr) dnsmessage.ResourceBody {
	if a.Is4() {
		return &dnsmessage.AResource{A: a.As4()}
	}
	return &dnsmessage.AAAAResource{AAAA: a.As16()}
}

func writeTemp(l *Lab, text string) string {
	l.tb.Helper()
	name := filepath.Join(l.tb.TempDir(), "file")
	l.check(os.WriteFile(name, []byte(text), 0o644), "writing a file")
	return name
}
