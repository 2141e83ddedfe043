package echo

import (
	"errors"
	"net"
	"net/netip"
	"os"

	"golang.org/x/net/icmp"
	"golang.org/x/net/ipv4"
	"golang.org/x/net/ipv6"
)

// family is how an address family is used.
type family struct {
	six            bool
	ping, raw, any string
	protocol       int
	request, reply icmp.Type
}

var families = [...]family{
	{false, "udp4", "ip4:1", "0.0.0.0", 1, ipv4.ICMPTypeEcho, ipv4.ICMPTypeEchoReply},
	{true, "udp6", "ip6:58", "::", 58, ipv6.ICMPTypeEchoRequest, ipv6.ICMPTypeEchoReply},
}

// conn is a socket of one family.
type conn struct {
	*icmp.PacketConn
	family *family
	raw    bool
	link   int // index of the interface; 0: any
	buffer [512]byte
}

// open opens a ping socket, or else a raw one.
func (f *family) open(source netip.Addr, link int) (*conn, error) {
	from := f.any
	if source.IsValid() {
		from = source.String()
	}
	ping, err := icmp.ListenPacket(f.ping, from)
	if err == nil {
		return &conn{PacketConn: ping, family: f, link: link}, nil
	}
	raw, rawErr := icmp.ListenPacket(f.raw, from)
	if rawErr != nil {
		return nil, errors.Join(err, rawErr)
	}
	c := &conn{PacketConn: raw, family: f, raw: true, link: link}
	c.filter()
	return c, nil
}

// filter drops all messages but echo replies, which a raw socket would receive. receive
// checks the type again: not every system has such a filter.
func (c *conn) filter() {
	if p := c.IPv4PacketConn(); p != nil {
		var f ipv4.ICMPFilter
		f.SetAll(true)
		f.Accept(ipv4.ICMPTypeEchoReply)
		_ = p.SetICMPFilter(&f)
	} else if p := c.IPv6PacketConn(); p != nil {
		var f ipv6.ICMPFilter
		f.SetAll(true)
		f.Accept(ipv6.ICMPTypeEchoReply)
		_ = p.SetICMPFilter(&f)
	}
}

// send sends a request with data.
func (c *conn) send(to netip.Addr, data []byte) error {
	// A ping socket sets the identifier itself.
	m := icmp.Message{Type: c.family.request, Body: &icmp.Echo{ID: os.Getpid() & 0xffff, Seq: 1, Data: data}}
	packet, err := m.Marshal(nil)
	if err != nil {
		return err
	}
	var addr net.Addr = &net.UDPAddr{IP: to.AsSlice(), Zone: to.Zone()}
	if c.raw {
		addr = &net.IPAddr{IP: to.AsSlice(), Zone: to.Zone()}
	}
	switch {
	case c.link == 0:
		_, err = c.WriteTo(packet, addr)
	case c.family.six:
		_, err = c.IPv6PacketConn().WriteTo(packet, &ipv6.ControlMessage{IfIndex: c.link}, addr)
	default:
		_, err = c.IPv4PacketConn().WriteTo(packet, &ipv4.ControlMessage{IfIndex: c.link}, addr)
	}
	return err
}

// receive returns the sender and the data of the next echo reply. data is nil if it was
// another message, and valid until the next call.
func (c *conn) receive() (from netip.Addr, data []byte, err error) {
	n, peer, err := c.ReadFrom(c.buffer[:])
	if err != nil {
		return from, nil, err
	}
	m, err := icmp.ParseMessage(c.family.protocol, c.buffer[:n])
	if err != nil || m.Type != c.family.reply {
		return from, nil, nil
	}
	if body, ok := m.Body.(*icmp.Echo); ok {
		data = body.Data
	}
	switch a := peer.(type) {
	case *net.UDPAddr:
		from = a.AddrPort().Addr()
	case *net.IPAddr:
		from, _ = netip.AddrFromSlice(a.IP)
		from = from.WithZone(a.Zone)
	}
	return from.Unmap(), data, nil
}
