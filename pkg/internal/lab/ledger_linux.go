package lab

import (
	"fmt"
	"net/netip"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
	"golang.org/x/sys/unix"
)

// Ledger counts packets by the address they were sent to.
type Ledger struct {
	space  *space
	fw     *firewall
	v4, v6 *nftables.Set
}

// ledgerSize is the most addresses of each family that a Ledger can tell.
const ledgerSize = 1 << 18

// Ledger counts from now on what the scanner sends, past its own firewall,
// loopback included. Packet sockets (AF_PACKET) go round it: for those, ask
// the hosts' ledgers.
func (l *Lab) Ledger() *Ledger {
	l.tb.Helper()
	g, err := newLedger(nil, nftables.ChainHookOutput, 300)
	l.check(err, "counting what is sent")
	l.tb.Cleanup(func() {
		g.fw.conn.DelTable(g.fw.table)
		l.check(g.fw.conn.Flush(), "no longer counting what is sent")
	})
	return g
}

// Ledger counts from now on what reaches the host, before any loss.
func (h *Host) Ledger() *Ledger {
	h.lab.tb.Helper()
	g, err := newLedger(h.space, nftables.ChainHookPrerouting, -500)
	h.lab.check(err, "counting what arrives")
	return g
}

// Read returns the packets counted so far.
func (g *Ledger) Read() (map[netip.Addr]uint64, error) {
	counts := map[netip.Addr]uint64{}
	err := g.space.do(func() error {
		for _, set := range []*nftables.Set{g.v4, g.v6} {
			elements, err := g.fw.conn.GetSetElements(set)
			if err != nil {
				return fmt.Errorf("lab: reading a ledger: %w", err)
			}
			for _, e := range elements {
				if a, ok := netip.AddrFromSlice(e.Key); ok && e.Counter != nil {
					counts[a] = e.Counter.Packets
				}
			}
		}
		return nil
	})
	return counts, err
}

func newLedger(s *space, hook *nftables.ChainHook, priority int32) (*Ledger, error) {
	g := &Ledger{space: s}
	err := s.do(func() (err error) {
		if g.fw, err = newFirewall(unique("ledger")); err != nil {
			return err
		}
		c := g.fw.chain("count", hook, priority)
		if g.v4, err = g.count(c, nftables.TypeIPAddr, true); err != nil {
			return err
		}
		if g.v6, err = g.count(c, nftables.TypeIP6Addr, false); err != nil {
			return err
		}
		return g.fw.conn.Flush()
	})
	return g, err
}

func (g *Ledger) count(c *nftables.Chain, key nftables.SetDatatype, v4 bool) (*nftables.Set, error) {
	set := &nftables.Set{
		Table: g.fw.table, Name: unique("to"), ID: setID(), KeyType: key,
		Dynamic: true, Size: ledgerSize,
	}
	if err := g.fw.conn.AddSet(set, nil); err != nil {
		return nil, err
	}
	load, _ := loadDestination(v4)
	g.fw.add(c, append(load, &expr.Dynset{
		SrcRegKey: 1, SetName: set.Name, SetID: set.ID,
		Operation: unix.NFT_DYNSET_OP_UPDATE, Exprs: []expr.Any{&expr.Counter{}},
	})...)
	return set, nil
}
