package resolve

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// server is a name server in virtual time. It calls admit for each query, which
// returns a response code, or -1 to drop it.
type server struct {
	admit   func(now time.Time, q dnsmessage.Question) int
	mu      sync.Mutex
	queries atomic.Int64
}

const (
	ok       = int(dnsmessage.RCodeSuccess)
	notFound = int(dnsmessage.RCodeNameError)
	servfail = int(dnsmessage.RCodeServerFailure)
	denied   = int(dnsmessage.RCodeRefused)
	drop     = -1
)

// configure makes package net read its configuration: the lock for that must not be
// created inside a synctest bubble.
func configure() {
	r := &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) { return nil, io.EOF }}
	_, _ = r.LookupNetIP(context.Background(), "ip", "n.example.")
}

// resolver returns a Resolver whose queries all go to the server.
func (s *server) resolver(o Options) *Resolver {
	return System(&net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		client, server := net.Pipe()
		go s.serve(server)
		return named{client}, nil
	}}, o)
}

// named is a connection to a name server's address.
type named struct{ net.Conn }

func (named) RemoteAddr() net.Addr {
	return net.UDPAddrFromAddrPort(netip.MustParseAddrPort("192.0.2.53:53"))
}

func (s *server) serve(c net.Conn) {
	defer c.Close()
	var size [2]byte
	if _, err := io.ReadFull(c, size[:]); err != nil {
		return
	}
	query := make([]byte, binary.BigEndian.Uint16(size[:]))
	if _, err := io.ReadFull(c, query); err != nil {
		return
	}
	time.Sleep(200 * time.Microsecond)
	reply := s.reply(query)
	if reply == nil {
		_, _ = io.Copy(io.Discard, c) // until the client closes
		return
	}
	_, _ = c.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(reply))), reply...))
}

func (s *server) reply(query []byte) []byte {
	var m dnsmessage.Message
	if m.Unpack(query) != nil {
		return nil
	}
	q := m.Questions[0]
	s.queries.Add(1)
	s.mu.Lock()
	code := s.admit(time.Now(), q)
	s.mu.Unlock()
	if code == drop {
		return nil
	}
	m.Response, m.RecursionAvailable, m.RCode, m.Additionals = true, true, dnsmessage.RCode(code), nil
	if q.Type == dnsmessage.TypeA && code == ok {
		m.Answers = []dnsmessage.Resource{{
			Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class, TTL: 60},
			Body:   &dnsmessage.AResource{A: [4]byte{192, 0, 2, 1}},
		}}
	}
	packed, _ := m.Pack()
	return packed
}

// atMost admits n queries in each span of time; the others get code.
func atMost(n int, span time.Duration, code int) func(time.Time, dnsmessage.Question) int {
	var since time.Time
	used := 0
	return func(now time.Time, _ dnsmessage.Question) int {
		if now.Sub(since) >= span {
			since, used = now, 0
		}
		if used++; used > n {
			return code
		}
		return ok
	}
}

// outage drops all queries for a while, soon after the first.
func outage(span time.Duration) func(time.Time, dnsmessage.Question) int {
	var first time.Time
	return func(now time.Time, _ dnsmessage.Question) int {
		if first.IsZero() {
			first = now
		}
		if at := now.Sub(first); at > time.Millisecond && at < span {
			return drop
		}
		return ok
	}
}

// lookUpAll looks up n names like the tools. It returns the failures and the time for
// all.
func lookUpAll(r *Resolver, n int) (failed []string, took time.Duration) {
	began := time.Now()
	var mu sync.Mutex
	var wait sync.WaitGroup
	slots := make(chan struct{}, maxConcurrent)
	for i := range n {
		slots <- struct{}{}
		wait.Go(func() {
			defer func() { <-slots }()
			if _, err := r.Lookup(context.Background(), "ip", fmt.Sprintf("n%d.example.", i)); err != nil {
				mu.Lock()
				failed = append(failed, err.Error())
				mu.Unlock()
			}
		})
	}
	wait.Wait()
	return failed, time.Since(began)
}

// TestLimitedResolverLosesNoName: A and AAAA of each name are two queries.
func TestLimitedResolverLosesNoName(t *testing.T) {
	configure()
	for _, c := range []struct {
		name  string
		admit func(time.Time, dnsmessage.Question) int
		names int
		rate  float64
		most  time.Duration
	}{
		{"100 queries a second", atMost(100, time.Second, drop), 600, 0, 60 * time.Second},
		{"1000 a minute, then REFUSED", atMost(1000, time.Minute, denied), 800, 0, 90 * time.Second},
		{"1024 a second", atMost(1024, time.Second, drop), 3000, 0, 45 * time.Second},
		{"20 a second, REFUSED", atMost(20, time.Second, denied), 200, 0, 120 * time.Second},
		{"50 a second, SERVFAIL", atMost(50, time.Second, servfail), 300, 0, 90 * time.Second},
		{"down for a minute", outage(time.Minute), 600, 0, 100 * time.Second},
		{"no limit", atMost(1<<30, time.Second, drop), 3000, 0, time.Second},
		{"a rate that is given", atMost(100, time.Second, drop), 600, 95, 14 * time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := &server{admit: c.admit}
				failed, took := lookUpAll(s.resolver(Options{Rate: c.rate}), c.names)
				t.Logf("%d names: %d failed, %d queries, %v", c.names, len(failed), s.queries.Load(), took)
				if len(failed) > 0 || took > c.most {
					t.Errorf("%d failed (%.1q), %v, want none within %v", len(failed), failed, took, c.most)
				}
			})
		})
	}
}

// TestFailingNamesDelayNoOthers: names that always fail neither lose nor slow down the
// others much.
func TestFailingNamesDelayNoOthers(t *testing.T) {
	configure()
	for _, c := range []struct {
		name string
		code int
		some int // every some-th name fails
		want string
		most time.Duration
	}{
		{"SERVFAIL", servfail, 10, "could not be looked up: SERVFAIL by 192.0.2.53", 40 * time.Second},
		{"REFUSED", denied, 10, "could not be looked up: REFUSED by 192.0.2.53", 40 * time.Second},
		{"a quarter SERVFAIL", servfail, 4, "could not be looked up: SERVFAIL by 192.0.2.53", 200 * time.Second},
		{"silence", drop, 50, "could not be looked up: no reply from 192.0.2.53", 90 * time.Second},
		{"nothing works", denied, 1, "could not be looked up: REFUSED by 192.0.2.53", 60 * time.Second},
		{"nothing replies", drop, 1, "could not be looked up: no reply from 192.0.2.53", 60 * time.Second},
		{"no such name", notFound, 2, "has no address: no such host", time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := &server{admit: func(_ time.Time, q dnsmessage.Question) int {
					var n int
					if fmt.Sscanf(q.Name.String(), "n%d", &n); n%c.some == 0 {
						return c.code
					}
					return ok
				}}
				failed, took := lookUpAll(s.resolver(Options{}), 2000)
				t.Logf("%d failed, %d queries, %v", len(failed), s.queries.Load(), took)
				if len(failed) != 2000/c.some || took > c.most {
					t.Errorf("%d failed, %v, want %d within %v", len(failed), took, 2000/c.some, c.most)
				}
				for _, text := range failed {
					if !strings.HasSuffix(text, c.want) {
						t.Fatalf("%s, want %s", text, c.want)
					}
				}
			})
		})
	}
}
