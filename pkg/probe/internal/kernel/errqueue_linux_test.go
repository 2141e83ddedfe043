package kernel

import (
	"encoding/binary"
	"net/netip"
	"slices"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"portkit/pkg/endpoint"
	"portkit/pkg/probe"
)

// entry is an entry of an error queue.
type entry struct {
	origin, kind, code uint8
	errno              syscall.Errno
	offender           string
}

// bytes returns the entry as a control message in native byte order.
func (e entry) bytes() []byte {
	level, kind := uint32(unix.SOL_IP), uint32(unix.IP_RECVERR)
	addr := make([]byte, unix.SizeofSockaddrInet4)
	switch a, _ := netip.ParseAddr(e.offender); {
	case a.Is4():
		binary.NativeEndian.PutUint16(addr, unix.AF_INET)
		copy(addr[4:], a.AsSlice())
	case a.Is6():
		level, kind = unix.SOL_IPV6, unix.IPV6_RECVERR
		addr = make([]byte, unix.SizeofSockaddrInet6)
		binary.NativeEndian.PutUint16(addr, unix.AF_INET6)
		copy(addr[8:], a.AsSlice())
	}
	b := make([]byte, unix.CmsgLen(0), 128)
	b = binary.NativeEndian.AppendUint32(b, uint32(e.errno))
	b = append(b, e.origin, e.kind, e.code, 0, 0, 0, 0, 0, 0, 0, 0, 0)
	return header(append(b, addr...), level, kind)
}

// header writes struct cmsghdr to the start of b.
func header(b []byte, level, kind uint32) []byte {
	if unix.SizeofPtr == 8 {
		binary.NativeEndian.PutUint64(b, uint64(len(b)))
	} else {
		binary.NativeEndian.PutUint32(b, uint32(len(b)))
	}
	binary.NativeEndian.PutUint32(b[unix.SizeofPtr:], level)
	binary.NativeEndian.PutUint32(b[unix.SizeofPtr+4:], kind)
	return b
}

const (
	origin4, origin6 = unix.SO_EE_ORIGIN_ICMP, unix.SO_EE_ORIGIN_ICMP6
	gateway4, own4   = "192.0.2.254", "192.0.2.1"
	gateway6, own6   = "2001:db8::fe", "2001:db8::1"
)

// verdicts are the reasons of errors about an attempt at a third address.
var verdicts = []struct {
	entry
	want endpoint.Reason
}{
	{entry{origin4, 3, 0, unix.ENETUNREACH, gateway4}, endpoint.NetUnreach},
	{entry{origin4, 3, 1, unix.EHOSTUNREACH, gateway4}, endpoint.HostUnreach},
	{entry{origin4, 3, 2, unix.ENOPROTOOPT, gateway4}, endpoint.ProtoUnreach},
	{entry{origin4, 3, 3, unix.ECONNREFUSED, gateway4}, endpoint.PortUnreach},
	{entry{origin4, 3, 5, unix.EOPNOTSUPP, gateway4}, endpoint.DestUnreach},
	{entry{origin4, 3, 6, unix.ENETUNREACH, gateway4}, endpoint.DestUnreach},
	{entry{origin4, 3, 9, unix.ENETUNREACH, gateway4}, endpoint.NetProhibited},
	{entry{origin4, 3, 10, unix.EHOSTUNREACH, gateway4}, endpoint.HostProhibited},
	{entry{origin4, 3, 13, unix.EHOSTUNREACH, gateway4}, endpoint.AdminProhibited},
	{entry{origin4, 3, 15, unix.EHOSTUNREACH, gateway4}, endpoint.DestUnreach},
	{entry{origin4, 3, 200, unix.EHOSTUNREACH, gateway4}, endpoint.DestUnreach},
	{entry{origin4, 11, 0, unix.EHOSTUNREACH, gateway4}, endpoint.TimeExceeded},
	{entry{origin6, 1, 0, unix.ENETUNREACH, gateway6}, endpoint.NetUnreach},
	{entry{origin6, 1, 1, unix.EACCES, gateway6}, endpoint.AdminProhibited},
	{entry{origin6, 1, 2, unix.EHOSTUNREACH, gateway6}, endpoint.DestUnreach},
	{entry{origin6, 1, 3, unix.EHOSTUNREACH, gateway6}, endpoint.HostUnreach},
	{entry{origin6, 1, 4, unix.ECONNREFUSED, gateway6}, endpoint.PortUnreach},
	{entry{origin6, 1, 5, unix.EACCES, gateway6}, endpoint.AdminProhibited},
	{entry{origin6, 1, 6, unix.EACCES, gateway6}, endpoint.AdminProhibited},
	{entry{origin6, 1, 9, unix.EPROTO, gateway6}, endpoint.DestUnreach},
	{entry{origin6, 3, 0, unix.EHOSTUNREACH, gateway6}, endpoint.TimeExceeded},
	// Neighbor resolution failed: this machine reports that to itself.
	{entry{origin4, 3, 1, unix.EHOSTUNREACH, own4}, endpoint.HostUnreach},
	{entry{origin6, 1, 3, unix.EHOSTUNREACH, own6}, endpoint.HostUnreach},
	// Other errors from this machine are those of its firewall or routes.
	{entry{origin4, 3, 3, unix.ECONNREFUSED, own4}, endpoint.LocalError},
	{entry{origin4, 3, 13, unix.EHOSTUNREACH, own4}, endpoint.LocalError},
	{entry{origin4, 11, 0, unix.EHOSTUNREACH, own4}, endpoint.LocalError},
	{entry{origin6, 1, 1, unix.EACCES, own6}, endpoint.LocalError},
	{entry{origin6, 1, 4, unix.ECONNREFUSED, own6}, endpoint.LocalError},
	{entry{unix.SO_EE_ORIGIN_LOCAL, 0, 0, unix.EMSGSIZE, ""}, endpoint.LocalError},
	// An unknown sender counts as the network.
	{entry{origin4, 3, 3, unix.ECONNREFUSED, ""}, endpoint.PortUnreach},
}

func TestReasonOfQueuedError(t *testing.T) {
	for _, v := range verdicts {
		q, ok := ParseQueued(v.bytes())
		if !ok {
			t.Errorf("%+v is not parsed", v.entry)
			continue
		}
		to, own := netip.MustParseAddr("192.0.2.9"), netip.MustParseAddr(own4)
		if v.origin == origin6 {
			to, own = netip.MustParseAddr("2001:db8::9"), netip.MustParseAddr(own6)
		}
		got, err := q.Judge(to, own)
		if got != v.want || (err != nil) != (got == endpoint.LocalError) {
			t.Errorf("%+v is %v (%v), want %v", v.entry, got, err, v.want)
		}
	}
}

// TestICMPAboutThePacketIsNoEvidence, whoever sends it.
func TestICMPAboutThePacketIsNoEvidence(t *testing.T) {
	to4, to6 := netip.MustParseAddr("192.0.2.9"), netip.MustParseAddr("2001:db8::9")
	for _, e := range []entry{
		{origin4, 3, 4, unix.EMSGSIZE, gateway4},
		{origin4, 3, 4, unix.EMSGSIZE, own4},
		{origin4, 4, 0, unix.EHOSTUNREACH, gateway4},
		{origin4, 12, 0, unix.EPROTO, gateway4},
		{origin4, 77, 0, unix.EPROTO, gateway4},
		{origin6, 2, 0, unix.EMSGSIZE, gateway6},
		{origin6, 2, 0, unix.EMSGSIZE, own6},
		{origin6, 4, 0, unix.EPROTO, gateway6},
		{origin6, 4, 1, unix.EPROTO, gateway6},
	} {
		q, _ := ParseQueued(e.bytes())
		to, own := to4, netip.MustParseAddr(own4)
		if e.origin == origin6 {
			to, own = to6, netip.MustParseAddr(own6)
		}
		if r, err := q.Judge(to, own); r != endpoint.LocalError || err != probe.ErrPacket {
			t.Errorf("%+v is %v (%v)", e, r, err)
		}
	}
}

func TestErrorFromATargetOnThisMachineIsItsReply(t *testing.T) {
	for _, c := range []struct{ to, own, offender string }{
		{"127.0.0.1", "127.0.0.1", "127.0.0.1"},
		{"127.0.0.2", "127.0.0.1", "127.0.0.2"},
		{"fe80::1%eth0", "fe80::1", "fe80::1"},
	} {
		e := entry{origin4, 3, 3, unix.ECONNREFUSED, c.offender}
		if netip.MustParseAddr(c.to).Is6() {
			e.origin, e.kind, e.code = origin6, 1, 4
		}
		q, _ := ParseQueued(e.bytes())
		if got, err := q.Judge(netip.MustParseAddr(c.to), netip.MustParseAddr(c.own)); got != endpoint.PortUnreach {
			t.Errorf("%+v is %v (%v)", c, got, err)
		}
	}
}

// odd returns control messages that the kernel does not send.
func odd() map[string][]byte {
	whole := verdicts[0].bytes()
	long, short := slices.Clone(whole), slices.Clone(whole)
	for i := range unix.SizeofPtr {
		long[i], short[i] = 0xff, 0
	}
	return map[string][]byte{
		"empty":            nil,
		"cut in header":    whole[:unix.SizeofCmsghdr-1],
		"cut in data":      whole[:len(whole)-1],
		"length too large": long,
		"length 0":         short,
		"another message":  header(make([]byte, 64), unix.SOL_SOCKET, unix.SCM_RIGHTS),
		"no data":          header(make([]byte, unix.CmsgLen(0)), unix.SOL_IP, unix.IP_RECVERR),
		"short data":       header(make([]byte, unix.CmsgLen(15)), unix.SOL_IP, unix.IP_RECVERR),
		"all zero":         make([]byte, 64),
	}
}

func TestMalformedControlMessagesHaveNoError(t *testing.T) {
	for name, b := range odd() {
		if q, ok := ParseQueued(b); ok {
			t.Errorf("%s: %+v", name, q)
		}
	}
}

func TestErrorAfterAnotherMessageIsFound(t *testing.T) {
	first := header(make([]byte, unix.CmsgLen(3)), unix.SOL_SOCKET, unix.SO_TIMESTAMP)
	b := append(first, make([]byte, unix.CmsgSpace(3)-len(first))...)
	q, ok := ParseQueued(append(b, verdicts[3].bytes()...))
	if !ok || q.Kind != 3 || q.Code != 3 || q.Offender.String() != gateway4 {
		t.Errorf("%+v, %v", q, ok)
	}
}

func FuzzParseQueued(f *testing.F) {
	for _, v := range verdicts {
		f.Add(v.bytes())
		f.Add(append(header(make([]byte, unix.CmsgSpace(8)), unix.SOL_SOCKET, 29), v.bytes()...))
	}
	for _, b := range odd() {
		f.Add(b)
	}
	to, own := netip.MustParseAddr("192.0.2.9"), netip.MustParseAddr(own4)
	f.Fuzz(func(t *testing.T, b []byte) {
		n := testing.AllocsPerRun(1, func() {
			q, ok := ParseQueued(b)
			if !ok {
				return
			}
			r, err := q.Judge(to, own)
			if s := r.State(endpoint.TCP); s != endpoint.Filtered && s != endpoint.Error {
				t.Errorf("%x is %v", b, r)
			}
			if (err != nil) != (r == endpoint.LocalError) {
				t.Errorf("%x is %v, %v", b, r, err)
			}
		})
		if n > 1 { // an errno above 255, as an error
			t.Errorf("%v allocations for %x", n, b)
		}
	})
}
