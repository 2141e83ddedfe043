package lab

import (
	"encoding/binary"
	"net/netip"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
	"golang.org/x/sys/unix"
)

// verdict is the effect of a rule on a packet.
type verdict uint8

const (
	drop verdict = iota
	rejectReset
	rejectICMP
)

// rule is one line of a firewall. to4 and to6 limit it to one family.
type rule struct {
	ports    []portRange // destination ports; none: all
	to       netip.Prefix
	to4, to6 bool
	verdict  verdict
	code     uint8
}

// firewall is nftables rules being written into one table, which comes into
// being whole or not at all.
type firewall struct {
	conn  *nftables.Conn
	table *nftables.Table
}

// newFirewall must run in the namespace that the table is for.
func newFirewall(name string) (*firewall, error) {
	c, err := nftables.New()
	if err != nil {
		return nil, err
	}
	t := &nftables.Table{Name: name, Family: nftables.TableFamilyINet}
	return &firewall{c, c.AddTable(t)}, nil
}

func (f *firewall) chain(name string, hook *nftables.ChainHook, priority int32) *nftables.Chain {
	return f.conn.AddChain(&nftables.Chain{
		Name: name, Table: f.table, Type: nftables.ChainTypeFilter,
		Hooknum: hook, Priority: nftables.ChainPriorityRef(nftables.ChainPriority(priority)),
	})
}

func (f *firewall) add(c *nftables.Chain, exprs ...expr.Any) {
	f.conn.AddRule(&nftables.Rule{Table: f.table, Chain: c, Exprs: exprs})
}

// filter puts the host's rules, losses and limits into its namespace.
func (h *Host) filter() error {
	return h.space.do(func() error {
		f, err := newFirewall("lab")
		if err != nil {
			return err
		}
		f.loss(f.chain("before", nftables.ChainHookPrerouting, -300), h.cfg.lossIn)
		f.loss(f.chain("after", nftables.ChainHookPostrouting, 300), h.cfg.lossOut)
		blockIn, blockOut := f.chain("block", nftables.ChainHookPrerouting, -350), f.chain("blocked", nftables.ChainHookPostrouting, 350)
		if err := f.blocks(blockIn, blockOut, h.cfg.blocks); err != nil {
			return err
		}
		f.redirects(h.cfg.redirects)
		f.resets(f.chain("resets", nftables.ChainHookOutput, 0), h.cfg.resets)
		for _, c := range []*nftables.Chain{
			f.chain("in", nftables.ChainHookInput, 0),
			f.chain("through", nftables.ChainHookForward, 0),
		} {
			if err := f.rules(c, h.cfg.rules); err != nil {
				return err
			}
		}
		return f.conn.Flush()
	})
}

// Firewall gives the scanner itself a firewall on what it sends, until the
// test ends. Of the options Silent, Reset, Reject4, Reject6 and To count.
func (l *Lab) Firewall(opts ...Option) {
	l.tb.Helper()
	var c config
	for _, o := range opts {
		l.check(o(&c), "reading the scanner's firewall")
	}
	f, err := newFirewall(unique("firewall"))
	l.check(err, "opening nftables")
	l.check(f.rules(f.chain("out", nftables.ChainHookOutput, 0), c.rules), "the scanner's firewall")
	l.check(f.conn.Flush(), "the scanner's firewall")
	l.tb.Cleanup(func() {
		f.conn.DelTable(f.table)
		l.check(f.conn.Flush(), "removing the scanner's firewall")
	})
}

// darken adds or removes a table that drops all but neighbor discovery.
func (h *Host) darken(dark bool) error {
	return h.space.do(func() error {
		f, err := newFirewall("dark")
		if err != nil {
			return err
		}
		if !dark {
			f.conn.DelTable(f.table)
			return f.conn.Flush()
		}
		f.loss(f.chain("before", nftables.ChainHookPrerouting, -400), 1)
		f.loss(f.chain("after", nftables.ChainHookPostrouting, 400), 1)
		return f.conn.Flush()
	})
}

// lossScale is the denominator of losses.
const lossScale = 100000

func (f *firewall) loss(c *nftables.Chain, p float64) {
	if p <= 0 {
		return
	}
	f.add(c, append(neighborDiscovery(), &expr.Verdict{Kind: expr.VerdictAccept})...)
	f.add(c,
		&expr.Numgen{Register: 1, Modulus: lossScale, Type: unix.NFT_NG_RANDOM},
		&expr.Byteorder{SourceRegister: 1, DestRegister: 1, Op: expr.ByteorderHton, Len: 4, Size: 4},
		&expr.Cmp{Op: expr.CmpOpLt, Register: 1, Data: binary.BigEndian.AppendUint32(nil, uint32(p*lossScale+0.5))},
		&expr.Verdict{Kind: expr.VerdictDrop})
}

// redirects changes the destination port of connections.
func (f *firewall) redirects(ports [][2]uint16) {
	if len(ports) == 0 {
		return // connections are not tracked then
	}
	c := f.conn.AddChain(&nftables.Chain{
		Name: "redirects", Table: f.table, Type: nftables.ChainTypeNAT,
		Hooknum: nftables.ChainHookPrerouting, Priority: nftables.ChainPriorityNATDest,
	})
	for _, p := range ports {
		f.add(c, append(protocol(unix.IPPROTO_TCP),
			&expr.Payload{DestRegister: 1, Base: expr.PayloadBaseTransportHeader, Offset: 2, Len: 2},
			&expr.Cmp{Op: expr.CmpOpEq, Register: 1, Data: binary.BigEndian.AppendUint16(nil, p[0])},
			&expr.Immediate{Register: 1, Data: binary.BigEndian.AppendUint16(nil, p[1])},
			&expr.Redir{RegisterProtoMin: 1})...)
	}
}

func (f *firewall) resets(c *nftables.Chain, perSecond uint64) {
	if perSecond == 0 {
		return
	}
	const flags, rst = 13, 4 // RFC 9293 section 3.1
	f.add(c, append(protocol(unix.IPPROTO_TCP),
		&expr.Payload{DestRegister: 1, Base: expr.PayloadBaseTransportHeader, Offset: flags, Len: 1},
		&expr.Bitwise{SourceRegister: 1, DestRegister: 1, Len: 1, Mask: []byte{rst}, Xor: []byte{0}},
		&expr.Cmp{Op: expr.CmpOpNeq, Register: 1, Data: []byte{0}},
		&expr.Limit{Type: expr.LimitTypePkts, Rate: perSecond, Unit: expr.LimitTimeSecond, Burst: 5, Over: true},
		&expr.Verdict{Kind: expr.VerdictDrop})...)
}

// rules writes each rule once for tcp and once for udp, in order.
func (f *firewall) rules(c *nftables.Chain, rules []rule) error {
	for _, r := range rules {
		for _, proto := range []byte{unix.IPPROTO_TCP, unix.IPPROTO_UDP} {
			if r.verdict == rejectReset && proto != unix.IPPROTO_TCP {
				continue
			}
			match, err := f.match(r, proto)
			if err != nil {
				return err
			}
			f.add(c, append(match, r.verdict.expr(r.code))...)
		}
	}
	return nil
}

func (f *firewall) match(r rule, proto byte) ([]expr.Any, error) {
	m := protocol(proto)
	switch {
	case r.to.IsValid():
		m = append(m, destination(r.to)...)
	case r.to4:
		m = append(m, ipFamily(unix.NFPROTO_IPV4)...)
	case r.to6:
		m = append(m, ipFamily(unix.NFPROTO_IPV6)...)
	}
	if len(r.ports) == 0 {
		return m, nil
	}
	ports, err := f.portSet(r.ports)
	return append(m,
		&expr.Payload{DestRegister: 1, Base: expr.PayloadBaseTransportHeader, Offset: 2, Len: 2},
		ports), err
}

func (v verdict) expr(code uint8) expr.Any {
	switch v {
	case rejectReset:
		return &expr.Reject{Type: unix.NFT_REJECT_TCP_RST}
	case rejectICMP:
		return &expr.Reject{Type: unix.NFT_REJECT_ICMP_UNREACH, Code: code}
	}
	return &expr.Verdict{Kind: expr.VerdictDrop}
}
