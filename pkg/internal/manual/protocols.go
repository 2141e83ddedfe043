package manual

import (
	"slices"
	"strings"

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
		r.item(p.App, ports, p.Source+".")
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
