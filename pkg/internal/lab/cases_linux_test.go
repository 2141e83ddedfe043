package lab

import (
	"errors"
	"net"
	"net/netip"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"portkit/pkg/endpoint"
)

// seen is what came of one plain non-blocking connect.
type seen struct {
	errno   unix.Errno // 0: connected; ETIMEDOUT: nothing came
	local   bool       // connect itself failed
	queued  *unix.SockExtendedErr
	offends netip.Addr // who sent the queued error
}

// wait is longer than any answer of the table takes: that nobody is there is
// known after three solicitations.
const wait = 900 * time.Millisecond

// connect asks by one system call, with IP_RECVERR.
func connect(t *testing.T, to netip.AddrPort) (s seen) {
	t.Helper()
	domain, level, opt := unix.AF_INET, unix.SOL_IP, unix.IP_RECVERR
	if to.Addr().Is6() {
		domain, level, opt = unix.AF_INET6, unix.SOL_IPV6, unix.IPV6_RECVERR
	}
	fd, err := unix.Socket(domain, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	if err := unix.SetsockoptInt(fd, level, opt, 1); err != nil {
		t.Fatal(err)
	}
	err = unix.Connect(fd, sockaddr(t, to))
	if err != nil && err != unix.EINPROGRESS {
		s.errno, s.local = err.(unix.Errno), true
	} else if n, _ := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLOUT}}, int(wait.Milliseconds())); n == 0 {
		s.errno = unix.ETIMEDOUT
		return s
	} else if _, err := unix.Getpeername(fd); err != nil {
		code, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_ERROR)
		if err != nil {
			t.Fatal(err)
		}
		s.errno = unix.Errno(code)
	}
	s.queued, s.offends = errorQueue(fd)
	return s
}

func sockaddr(t *testing.T, to netip.AddrPort) unix.Sockaddr {
	t.Helper()
	if to.Addr().Is4() {
		return &unix.SockaddrInet4{Port: int(to.Port()), Addr: to.Addr().As4()}
	}
	sa := &unix.SockaddrInet6{Port: int(to.Port()), Addr: to.Addr().As16()}
	if zone := to.Addr().Zone(); zone != "" {
		link, err := net.InterfaceByName(zone)
		if err != nil {
			t.Fatal(err)
		}
		sa.ZoneId = uint32(link.Index)
	}
	return sa
}

// errorQueue reads one error of the socket's queue (ip(7), IP_RECVERR).
func errorQueue(fd int) (*unix.SockExtendedErr, netip.Addr) {
	var oob [512]byte
	_, n, _, _, err := unix.Recvmsg(fd, nil, oob[:], unix.MSG_ERRQUEUE)
	if err != nil {
		return nil, netip.Addr{}
	}
	messages, err := unix.ParseSocketControlMessage(oob[:n])
	if err != nil || len(messages) == 0 {
		return nil, netip.Addr{}
	}
	d := messages[0].Data
	e := *(*unix.SockExtendedErr)(unsafe.Pointer(&d[0]))
	d = d[unsafe.Sizeof(e):]
	switch *(*uint16)(unsafe.Pointer(&d[0])) {
	case unix.AF_INET:
		return &e, netip.AddrFrom4([4]byte(d[4:8]))
	case unix.AF_INET6:
		return &e, netip.AddrFrom16([16]byte(d[8:24]))
	}
	return &e, netip.Addr{}
}

// expectation is what the kernel must be seen to say for a kind of case.
func expectation(c Case) (errno unix.Errno, local, icmp bool) {
	switch c.Kind {
	case Accepts, AcceptsAndClose, AcceptsAndReset:
		return 0, false, false
	case Refuses, FirewallResets:
		return unix.ECONNREFUSED, false, false
	case StaysSilent, OwnDrop:
		return unix.ETIMEDOUT, false, false
	case Unreachable:
		if c.Want == endpoint.NoResponse {
			return unix.ETIMEDOUT, false, false
		}
		return unreachable(c), false, true
	case GatewayRejects:
		return unix.ECONNREFUSED, false, true
	case HopsRunOut, NobodyThere, NobodyBehind, OwnReject:
		return unix.EHOSTUNREACH, false, true
	case RouteRefuses:
		return unix.EHOSTUNREACH, true, false
	case RouteProhibits:
		return unix.EACCES, true, false
	}
	return unix.ENETUNREACH, true, false
}

// unreachable is Linux's icmp_err_convert and tab_unreach of icmp.c.
func unreachable(c Case) unix.Errno {
	if c.V6 {
		return []unix.Errno{
			unix.ENETUNREACH, unix.EACCES, unix.EHOSTUNREACH, unix.EHOSTUNREACH,
			unix.ECONNREFUSED, unix.EACCES, unix.EACCES,
		}[c.Code]
	}
	return map[uint8]unix.Errno{
		0: unix.ENETUNREACH, 1: unix.EHOSTUNREACH, 2: unix.ENOPROTOOPT, 3: unix.ECONNREFUSED,
		5: unix.EOPNOTSUPP, 6: unix.ENETUNREACH, 9: unix.ENETUNREACH, 10: unix.EHOSTUNREACH, 13: unix.EHOSTUNREACH,
	}[c.Code]
}

func TestCasesReplyAsListed(t *testing.T) {
	for _, c := range Cases() {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			l := New(t)
			to := c.Build(l)
			s := connect(t, to)
			t.Logf("%v: %+v %+v", to, s, s.queued)
			errno, local, icmp := expectation(c)
			if s.errno != errno && !(c.Kind == AcceptsAndReset && s.errno == unix.ECONNRESET) {
				t.Errorf("errno is %v, want %v", s.errno, errno)
			}
			if s.local != local {
				t.Errorf("connect itself failed: %v, want %v", s.local, local)
			}
			if icmp != (s.queued != nil && s.queued.Origin != unix.SO_EE_ORIGIN_LOCAL) {
				t.Errorf("an ICMP error is queued: %+v, want %v", s.queued, icmp)
			}
			if c.Kind == Unreachable && icmp && s.queued != nil && s.queued.Code != c.Code {
				t.Errorf("ICMP code %d, want %d", s.queued.Code, c.Code)
			}
			dialled := net.Dialer{Timeout: wait}
			conn, err := dialled.Dial("tcp", to.String())
			if err == nil {
				conn.Close()
			}
			sameAsDialer(t, c, s, err)
			if c.Kind < LinkBroadcast && udpFails(to) != local {
				t.Errorf("a udp connect fails: %v, want %v", !local, local)
			}
		})
	}
}

// sameAsDialer holds that net.Dialer sees the errno that the call saw.
func sameAsDialer(t *testing.T, c Case, s seen, err error) {
	t.Helper()
	switch {
	case c.Kind == AcceptsAndReset && (s.errno == 0 || s.errno == unix.ECONNRESET) && (err == nil || errors.Is(err, unix.ECONNRESET)):
		// Either may look before the reset comes or after.
	case s.errno == unix.ETIMEDOUT && isTimeout(err):
	case s.errno == 0 && err == nil:
	case s.errno != 0 && errors.Is(err, s.errno):
	default:
		t.Errorf("net.Dialer said %v, the call %v", err, s.errno)
	}
}

// udpFails says whether this machine already knows that it cannot ask.
func udpFails(to netip.AddrPort) bool {
	c, err := net.Dial("udp", to.String())
	if err == nil {
		c.Close()
	}
	return err != nil
}

func TestCasesAreConsistent(t *testing.T) {
	names := map[string]bool{}
	for _, c := range Cases() {
		if names[c.Name] || c.Name == "" {
			t.Errorf("%q is there twice", c.Name)
		}
		names[c.Name] = true
		if c.Want.State(endpoint.TCP) == 0 || c.Portable.State(endpoint.TCP) == 0 {
			t.Errorf("%s: no state", c.Name)
		}
		if (c.Want != c.Portable) != (c.Why != "") {
			t.Errorf("%s: want %v, portable %v, but Why is %q", c.Name, c.Want, c.Portable, c.Why)
		}
	}
}
