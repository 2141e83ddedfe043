package manual

import (
	"slices"
	"strconv"
	"strings"

	"portkit/pkg/identify"
	"portkit/pkg/identify/protocol"
)

// protocols lists the protocols of portid by name.
func (r *roff) protocols(all []protocol.Protocol) {
	slices.SortStableFunc(all, func(a, b protocol.Protocol) int { return strings.Compare(a.App, b.App) })
	for _, p := range all {
		ports := portList(p.Ports)
		if len(p.TLSPorts) > 0 {
			ports = strings.TrimPrefix(ports+", in TLS "+portList(p.TLSPorts), ", ")
		}
		if ports == "" {
			r.term(bold(p.App), p.Source+".")
			continue
		}
		r.item(p.App, ports, p.Source+".")
	}
}

// quietPorts lists the ports that are only listened to, by what is behind them.
func (r *roff) quietPorts(all []identify.PortRange) {
	ports := map[string][]string{}
	var kinds []string
	for _, p := range all {
		if ports[p.What] == nil {
			kinds = append(kinds, p.What)
		}
		text := strconv.Itoa(int(p.First))
		if p.Last > p.First {
			text += "-" + strconv.Itoa(int(p.Last))
		}
		ports[p.What] = append(ports[p.What], text)
	}
	slices.Sort(kinds)
	for _, kind := range kinds {
		r.term(bold(kind), strings.Join(ports[kind], ", ")+".")
	}
}

// words lists the values of a field.
func (r *roff) words(words []string) {
	for i, w := range words {
		end := ","
		if i == len(words)-1 {
			end = "."
		}
		r.line(bold(w) + end)
	}
}
