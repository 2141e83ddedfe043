package portspec

import (
	"bufio"
	"bytes"
	"cmp"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"portkit/pkg/endpoint"
)

//go:embed common.txt
var common string

//go:embed system.txt
var system string

// List has ports by likelihood, for each protocol.
type List struct {
	ports [2][]uint16
}

// Ports returns the ports of a protocol, most likely first.
func (l List) Ports(p endpoint.Proto) []uint16 { return l.ports[p&1] }

// Set returns all ports of the list.
func (l List) Set() Set {
	return l.Top(1<<16, []endpoint.Proto{endpoint.TCP, endpoint.UDP})
}

// Top returns the first n ports of each protocol, or all if there are fewer.
func (l List) Top(n int, protos []endpoint.Proto) Set {
	var found builder
	for _, p := range protos {
		ports := l.Ports(p)
		for _, port := range ports[:max(0, min(n, len(ports)))] {
			found.add(itemOf(port, p))
		}
	}
	return found.set()
}

// CommonList returns the built-in list: the ports of common.txt (602 TCP, 154 UDP),
// then the other system ports registered by IANA (1 to 1023), ascending.
func CommonList() List {
	var b ranking
	for _, text := range []string{common, system} {
		for line := range strings.Lines(text) {
			b.addCommon(line)
		}
	}
	return b.list()
}

// Common returns the built-in list of one protocol, most likely first.
func Common(p endpoint.Proto) []uint16 { return CommonList().Ports(p) }

// ReadPortsFile reads lines PORT[/PROTO] [WEIGHT], with # before a comment. PORT is an
// item of Parse or a comma-separated list of them; def and names are as for Parse. The
// ports are sorted by descending weight (default 0), then by line. Of duplicates the
// first counts. Errors contain the line number.
func ReadPortsFile(r io.Reader, def []endpoint.Proto, names Services) (List, error) {
	in := bufio.NewScanner(r)
	in.Buffer(nil, 1<<20)
	var b ranking
	n := 0
	for in.Scan() {
		n++
		line := in.Bytes()
		if n == 1 {
			line = bytes.TrimPrefix(line, []byte("\ufeff"))
		}
		if err := b.addLine(string(line), maskOf(def), names); err != nil {
			return List{}, fmt.Errorf("line %d: %w", n, err)
		}
	}
	switch err := in.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		return List{}, fmt.Errorf("line %d: longer than 1 MiB", n+1)
	case err != nil:
		return List{}, err
	case len(b) == 0:
		return List{}, errors.New("no ports; want lines of PORT[/PROTO] [WEIGHT]")
	}
	return b.list(), nil
}

// ranking is a list of items to sort.
type ranking []ranked

type ranked struct {
	item
	weight float64
}

// addLine adds the items of a line of a ports file.
func (b *ranking) addLine(line string, mask protoMask, names Services) error {
	line, _, _ = strings.Cut(line, "#")
	fields := strings.Fields(line)
	if len(fields) == 0 {
		return nil
	}
	p := parser{names: names}
	for item := range strings.SplitSeq(fields[0], ",") {
		if err := p.item(item, mask); err != nil {
			return err
		}
	}
	weight := 0.0
	if len(fields) > 1 {
		var err error
		weight, err = strconv.ParseFloat(fields[1], 64)
		if err != nil || !(weight >= 0) || math.IsInf(weight, 0) {
			return fmt.Errorf("weight %s is not a number of at least 0", quote(fields[1]))
		}
	}
	if len(fields) > 2 {
		return fmt.Errorf("unexpected %s after the weight; want PORT[/PROTO] [WEIGHT]", quote(fields[2]))
	}
	for _, i := range p.found.set().items {
		*b = append(*b, ranked{i, weight})
	}
	return nil
}

// addCommon adds the port of a line of the built-in files, "port/proto name # source".
// A test checks the syntax.
func (b *ranking) addCommon(line string) {
	word, _, _ := strings.Cut(strings.TrimSpace(line), " ")
	number, proto, _ := strings.Cut(word, "/")
	port, err := strconv.ParseUint(number, 10, 16)
	p, ok := endpoint.ParseProto(proto)
	if err == nil && ok {
		*b = append(*b, ranked{item: itemOf(uint16(port), p)})
	}
}

// list returns the distinct items, heaviest first.
func (b ranking) list() List {
	slices.SortStableFunc(b, func(x, y ranked) int { return cmp.Compare(y.weight, x.weight) })
	var l List
	var seen bitmap
	for _, r := range b {
		if p := r.proto(); seen.add(r.item) {
			l.ports[p] = append(l.ports[p], r.port())
		}
	}
	return l
}
