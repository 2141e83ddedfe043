package lab

import (
	"time"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
	"golang.org/x/sys/unix"
)

// blocking is a source that is blocked after a number of probes.
type blocking struct {
	after uint32
	time  time.Duration
	ports []portRange // that are blocked; none: all
}

// Block drops what a source sends to the ports, TCP and UDP, once it has sent more than
// after SYNs or datagrams to any port: for a time, and only once, or for good if that is
// 0. Without ports ("") it drops everything from and to the source except neighbor
// discovery, as an intrusion detection system does. TCP and UDP, IPv4 and IPv6 are
// counted separately.
func Block(ports string, after uint32, d time.Duration) Option {
	return func(c *config) error {
		p, err := parsePorts(ports)
		c.blocks = append(c.blocks, blocking{after, d, p})
		return err
	}
}

// blocks adds rules that count on the way in, and drop in both directions.
func (f *firewall) blocks(in, out *nftables.Chain, all []blocking) error {
	for _, b := range all {
		for _, c := range []*nftables.Chain{in, out} {
			f.add(c, append(neighborDiscovery(), &expr.Verdict{Kind: expr.VerdictAccept})...)
		}
		for _, v4 := range []bool{true, false} {
			if err := f.block(in, out, b, v4); err != nil {
				return err
			}
		}
	}
	return nil
}

func (f *firewall) block(in, out *nftables.Chain, b blocking, v4 bool) error {
	set := &nftables.Set{
		Table: f.table, Name: unique("blocked"), ID: setID(), Dynamic: true, HasTimeout: true, KeyType: nftables.TypeIPAddr,
	}
	if !v4 {
		set.KeyType = nftables.TypeIP6Addr
	}
	if err := f.conn.AddSet(set, nil); err != nil {
		return err
	}
	source, _ := loadSource(v4)
	destination, _ := loadDestination(v4)
	blocked := &expr.Lookup{SourceRegister: 1, SetName: set.Name, SetID: set.ID}
	for _, probe := range [][]expr.Any{syn(), protocol(unix.IPPROTO_UDP)} {
		exprs := append(append(probe, source...),
			&expr.Limit{Type: expr.LimitTypePkts, Rate: 1, Unit: expr.LimitTimeWeek, Burst: b.after, Over: true},
			// The first of them only.
			&expr.Limit{Type: expr.LimitTypePkts, Rate: 1, Unit: expr.LimitTimeWeek, Burst: 1},
			&expr.Dynset{SrcRegKey: 1, SetName: set.Name, SetID: set.ID, Operation: unix.NFT_DYNSET_OP_ADD, Timeout: b.time})
		f.add(in, exprs...)
	}
	drop := &expr.Verdict{Kind: expr.VerdictDrop}
	if len(b.ports) == 0 {
		f.add(in, append(source, blocked, drop)...)
		f.add(out, append(destination, blocked, drop)...)
		return nil
	}
	for _, p := range []byte{unix.IPPROTO_TCP, unix.IPPROTO_UDP} {
		ports, err := f.match(rule{ports: b.ports}, p)
		if err != nil {
			return err
		}
		f.add(in, append(append(ports, source...), blocked, drop)...)
	}
	return nil
}

// syn matches the first packet of a connection.
func syn() []expr.Any {
	const flags, synACK, syn = 13, 0x12, 0x02 // RFC 9293 section 3.1
	return append(protocol(unix.IPPROTO_TCP),
		&expr.Payload{DestRegister: 1, Base: expr.PayloadBaseTransportHeader, Offset: flags, Len: 1},
		&expr.Bitwise{SourceRegister: 1, DestRegister: 1, Len: 1, Mask: []byte{synACK}, Xor: []byte{0}},
		&expr.Cmp{Op: expr.CmpOpEq, Register: 1, Data: []byte{syn}})
}
