package portgen

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"net/netip"
	"strings"
	"testing"

	"portkit/pkg/cli"
	"portkit/pkg/endpoint"
	"portkit/pkg/internal/lab"
	"portkit/pkg/portspec"
	"portkit/pkg/record"
)

// TestEmittedRecordsEqualEncodedOnes: for all combinations of pieces.
func TestEmittedRecordsEqualEncodedOnes(t *testing.T) {
	lab.NotRaced(t) // nothing in it is concurrent
	both := []endpoint.Proto{endpoint.TCP, endpoint.UDP}
	all, err := portspec.Parse("-", both, nil)
	if err != nil {
		t.Fatal(err)
	}
	few, _ := portspec.Parse("1,9,10,99,100,999,1000,1001,9999,10000,65000,65535", both, nil)
	longest := strings.Repeat(strings.Repeat("a", 62)+".", 4) + "x"
	for _, c := range []struct{ host, addr, extra string }{
		{"", "192.0.2.7", ""},
		{"", "0.0.0.1", ""},
		{"", "10.100.0.99", ""},
		{"", "255.255.255.255", ""},
		{"", "255.255.255.255", `"owner":"ops"`},
		{"", "::1", ""},
		{"", "2001:db8::1", ""},
		{"", "2001:db8:1234:5678:9abc:def0:1234:5678", ""},
		{"", "2001:db8:1234:5678:9abc:def0:1234:5678", `"n":0.10`},
		{"", "fe80::1%eth0", ""},
		{"", "fe80::1234:5678:9abc:def0%" + strings.Repeat("z", 64), ""},
		{"a", "", ""},
		{"db.example", "192.0.2.7", ""},
		{"2001:DB8::1", "2001:db8::1", ""},
		{longest + ".", "fe80::1234:5678:9abc:def0%" + strings.Repeat("z", 64), ""},
		{longest, "", `"a":{},"b":"` + strings.Repeat("é", 70000) + `"`},
	} {
		addr, _ := netip.ParseAddr(c.addr)
		set := few
		if c.addr == "192.0.2.7" {
			set = all
		}
		for _, plain := range []bool{false, true} {
			var out bytes.Buffer
			e := newEmitter(&cli.Context{Context: context.Background(), Out: &out}, plain)
			e.extra = []byte(c.extra)
			if c.extra == "" {
				e.extra = nil
			}
			e.head.set(c.host, addr)
			if !e.ports(set, 0, set.Len()) || !e.flush() {
				t.Fatal(e.err)
			}
			if want := encoded(c.host, addr, set, e.extra, plain); !bytes.Equal(out.Bytes(), want) {
				t.Errorf("host %.50q addr %s plain %v: %s", c.host, c.addr, plain, firstDifference(out.Bytes(), want))
			}
		}
	}
}

// TestColumnsEqualEncodedRecords: of shortest and longest parts, and all octets.
func TestColumnsEqualEncodedRecords(t *testing.T) {
	for _, c := range []struct {
		addr string
		n    int
	}{{"1.2.3.0", 257}, {"9.10.99.250", 300}, {"255.255.254.0", 512}} {
		for _, spec := range []string{"1", "9/udp", "10000", "65535/udp"} {
			set, _ := portspec.Parse(spec, nil, nil)
			port, proto := set.At(0)
			first := netip.MustParseAddr(c.addr)
			for _, plain := range []bool{false, true} {
				var out bytes.Buffer
				e := newEmitter(&cli.Context{Context: context.Background(), Out: &out}, plain)
				if b := first.As4(); !e.writeColumn(binary.BigEndian.Uint32(b[:]), uint64(c.n), port, proto) || !e.flush() {
					t.Fatal(e.err)
				}
				var want []byte
				for i, a := 0, first; i < c.n; i, a = i+1, a.Next() {
					want = append(want, encoded("", a, set, nil, plain)...)
				}
				if !bytes.Equal(out.Bytes(), want) {
					t.Errorf("%s port %s plain %v: %s", c.addr, spec, plain, firstDifference(out.Bytes(), want))
				}
			}
		}
	}
}

// encoded returns the record as encoded by package record.
func encoded(host string, addr netip.Addr, set portspec.Set, extra []byte, plain bool) (lines []byte) {
	var enc record.Encoder
	var name []byte
	if host != "" {
		name = []byte(host)
	}
	for port, proto := range set.All() {
		ep := endpoint.Endpoint{Addr: addr, Port: port, Proto: proto}
		if plain {
			lines = record.AppendPlain(lines, name, ep)
		} else {
			lines = enc.Endpoint(lines, name, ep, extra)
		}
	}
	return lines
}

func firstDifference(got, want []byte) string {
	g, w := bytes.Split(got, []byte("\n")), bytes.Split(want, []byte("\n"))
	for i := range min(len(g), len(w)) {
		if !bytes.Equal(g[i], w[i]) {
			return "line " + string(g[i]) + ", want " + string(w[i])
		}
	}
	return "one has more lines"
}

func TestAllOctetsAndPorts(t *testing.T) {
	e := newEmitter(&cli.Context{}, false)
	for i := range 256 {
		for _, a := range [][4]byte{{byte(i), 1, 22, 255}, {255, byte(i), 0, byte(i)}, {9, 99, byte(i), 1}} {
			e.head.set("", netip.AddrFrom4(a))
			want := record.NewParts(false).Head(nil, nil, netip.AddrFrom4(a))
			if got := e.head.text[:e.head.len]; !bytes.Equal(got, want) {
				t.Fatalf("%s, want %s", got, want)
			}
		}
	}
}

type tornPipe struct{ writes int }

var errTorn = errors.New("torn")

func (p *tornPipe) Write([]byte) (int, error) { p.writes++; return 0, errTorn }

// TestNothingIsWrittenAfterAnError: of writing, or of the context. The rest of the
// space is not generated either.
func TestNothingIsWrittenAfterAnError(t *testing.T) {
	for _, args := range []string{"::/0 -p 80", "::/64 -p 80 --order random", "10.0.0.0/8 -p- --order interleaved", "::/64 -p- --order interleaved", "10.0.0.0/8 -p- --shard 1/3", "2001:db8::/32 -p- --plain"} {
		var w tornPipe
		tool := Tool()
		in := cli.IO{Args: strings.Fields(args), In: strings.NewReader(""), Out: &w, Err: new(bytes.Buffer)}
		if status := cli.Run(tool, in); status != 3 || w.writes != 1 {
			t.Errorf("%s: status %d after %d failed writes", args, status, w.writes)
		}
		ended, cancel := context.WithCancel(context.Background())
		cancel()
		in.Context = ended
		w.writes = 0
		if cli.Run(Tool(), in); w.writes != 0 {
			t.Errorf("%s: %d writes after the context ended", args, w.writes)
		}
	}
}
