package manual

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"portkit/pkg/payload"
)

// requests lists the UDP requests by protocol, in the order of their ports.
func (r *roff) requests(all []payload.Request) {
	byApp := map[string][]payload.Request{}
	var apps []string
	for _, q := range all {
		if byApp[q.App] == nil {
			apps = append(apps, q.App)
		}
		byApp[q.App] = append(byApp[q.App], q)
	}
	slices.SortStableFunc(apps, func(a, b string) int { return cmp.Compare(byApp[a][0].Ports[0], byApp[b][0].Ports[0]) })
	for _, app := range apps {
		var ports []uint16
		var text []string
		for _, q := range byApp[app] {
			ports = append(ports, q.Ports...)
			for _, s := range requestText(q) {
				if !slices.Contains(text, s) {
					text = append(text, s)
				}
			}
		}
		r.item(app, portList(ports), strings.Join(text, " "))
	}
}

// requestText returns a request's source and note; large ones have a section of
// their own.
func requestText(q payload.Request) []string {
	switch {
	case q.Large:
		return []string{q.Source + ".", "See LARGE REPLIES."}
	case q.Note != "":
		return []string{q.Source + ".", q.Note}
	}
	return []string{q.Source + "."}
}

func (r *roff) largeReplies(all []payload.Request) {
	for _, q := range all {
		if q.Large {
			r.item(q.App, portList(q.Ports), q.Note)
		}
	}
}

func (r *roff) silentServices(all []payload.SilentService) {
	for _, m := range all {
		r.item(m.Name, portList(m.Ports), m.Why)
	}
}

// portList returns ports as text, each once.
func portList(ports []uint16) string {
	var words []string
	for _, p := range ports {
		if s := strconv.Itoa(int(p)); !slices.Contains(words, s) {
			words = append(words, s)
		}
	}
	return strings.Join(words, ", ")
}
