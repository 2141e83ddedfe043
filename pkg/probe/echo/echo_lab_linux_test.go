package echo_test

import (
	"net/netip"
	"testing"
	"time"

	"portkit/pkg/internal/lab"
	"portkit/pkg/probe/echo"
)

func TestMain(m *testing.M) { lab.Main(m) }

// The time to wait for replies that come and for those that should not.
const (
	some = 5 * time.Second
	none = 100 * time.Millisecond
)

// repliesOf returns the senders of replies to one request to each address, until as many
// replied or the time to wait has passed.
func repliesOf(t *testing.T, o echo.Options, wait time.Duration, to ...netip.Addr) map[netip.Addr]bool {
	t.Helper()
	s, err := echo.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	replies := make(chan netip.Addr, 16)
	s.Start(func(a netip.Addr) { replies <- a })
	for _, a := range to {
		if err := s.Send(a); err != nil {
			t.Fatal(err)
		}
	}
	from := map[netip.Addr]bool{}
	timeout := time.After(wait)
	for len(from) < len(to) {
		select {
		case a := <-replies:
			from[a] = true
		case <-timeout:
			return from
		}
	}
	return from
}

// Ping sockets and raw ones receive the replies of both families.
func TestReplies(t *testing.T) {
	l := lab.New(t)
	up, other, dark := l.Host(""), l.Host("", lab.Silent("")), l.Host("")
	dark.Dark(true)
	for name, groups := range map[string]string{"ping": "0 0", "raw": "1 0"} {
		t.Run(name, func(t *testing.T) {
			l.Sysctl("net/ipv4/ping_group_range", groups)
			got := repliesOf(t, echo.Options{}, some, up.Addr(), up.Addr6(), up.LinkLocal(), other.Addr(), other.Addr6())
			for _, a := range []netip.Addr{up.Addr(), up.Addr6(), up.LinkLocal(), other.Addr(), other.Addr6()} {
				if !got[a] {
					t.Errorf("no reply of %v: %v", a, got)
				}
			}
			for _, c := range []struct {
				name string
				o    echo.Options
				wait time.Duration // some if a reply is wanted
			}{
				{"the link", echo.Options{Interface: up.Link()}, some},
				{"another link", echo.Options{Interface: other.Link()}, none},
				{"loopback", echo.Options{Interface: "lo"}, none},
				{"source", echo.Options{Source: up.Addr().Prev()}, some},
				{"source of a family", echo.Options{Source: netip.IPv6Loopback()}, none},
			} {
				if got := repliesOf(t, c.o, c.wait, up.Addr()); got[up.Addr()] != (c.wait == some) {
					t.Errorf("%s: replies of %v", c.name, got)
				}
			}
			if got := repliesOf(t, echo.Options{}, none, dark.Addr(), dark.Addr6()); len(got) > 0 {
				t.Errorf("a host that loses all packets replies: %v", got)
			}
		})
	}
}

// Only a reply with the data of this run counts: a raw socket receives those to other
// programs too.
func TestRepliesToOthersAreIgnored(t *testing.T) {
	l := lab.New(t)
	h := l.Host("")
	s, err := echo.Open(echo.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	s.Start(func(a netip.Addr) { t.Errorf("%v replied to another request", a) })
	if got := repliesOf(t, echo.Options{}, some, h.Addr(), h.Addr6()); len(got) != 2 {
		t.Errorf("replies of %v, want both addresses", got)
	}
}
