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

// List is ports in the order of their likelihood, each protocol for itself.
type List struct {
	ports [2][]uint16
}

// Ports returns the list of one protocol, likeliest first.
func (l List) Ports(p endpoint.Proto) []uint16 { return l.ports[p&1] }

// Set returns all ports of the list.
func (l List) Set() Set {
	return l.Top(1<<16, []endpoint.Proto{endpoint.TCP, endpoint.UDP})
}

// Top returns the first n ports of each of the protocols, or as many as
// there are.
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

// CommonList returns the built-in list of common ports: the curated ones of
// common.txt (602 tcp, 154 udp), then IANA's registered system ports (1 to
// 1023) that are not among them, ascending. Each call builds it anew.
func CommonList() List {
	var b ranking
	for _, text := range []string{common, system} {
		for line := range strings.Lines(text) {
			b.addCommon(line)
		}
	}
	return b.list()
}

// Common returns the built-in list of one protocol, likeliest first.
func Common(p endpoint.Proto) []uint16 { return CommonList().Ports(p) }

// ReadPortsFile reads a list of lines "PORT[/PROTO] [WEIGHT]", with "#" before
// a comment. PORT is an item of Parse or several with commas between them, for
// which def and names are used. The heaviest come first, and lines of the
// same weight in the order of the file; no weight is weight 0. Of a port met
// twice the likelier place counts. Errors name the line.
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
	case len(b.ranked) == 0:
		return List{}, errors.New("no ports; want lines of PORT[/PROTO] [WEIGHT]")
	}
	return b.list(), nil
}

// ranking is items on the way to their order.
type ranking struct {
	ranked []ranked
}

type ranked struct {
	item
	weight float64
}

// addLine adds the items of one line of a ports file.
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
		b.ranked = append(b.ranked, ranked{i, weight})
	}
	return nil
}

// addCommon adds the port of one line of the built-in files, "port/proto
// name # source", whose form a test holds.
func (b *ranking) addCommon(line string) {
	word, _, _ := strings.Cut(strings.TrimSpace(line), " ")
	number, proto, _ := strings.Cut(word, "/")
	port, err := strconv.ParseUint(number, 10, 16)
	p, ok := endpoint.ParseProto(proto)
	if err == nil && ok {
		b.ranked = append(b.ranked, ranked{item: itemOf(uint16(port), p)})
	}
}

// list puts the items in order, heaviest first, each once.
func (b *ranking) list() List {
	slices.SortStableFunc(b.ranked, func(x, y ranked) int { return cmp.Compare(y.weight, x.weight) })
	var l List
	var seen bitmap
	for _, r := range b.ranked {
		if seen.has(r.item) {
			continue
		}
		seen.add(r.item)
		p := r.proto()
		l.ports[p] = append(l.ports[p], r.port())
	}
	return l
}
