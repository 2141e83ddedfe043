package prometheus

import (
	"maps"
	"slices"
	"strconv"

	"portkit/pkg/endpoint"
	"portkit/pkg/record"
	"portkit/pkg/report"
)

// services counts the services on the open ports of a record.
func (g *series) services(r *report.Report, s *record.Summary) {
	for f := range report.OpenFound(s) {
		if f.App == "" {
			continue
		}
		apps := &g.apps[s.Proto&1]
		if *apps == nil {
			*apps = map[string]int{}
		}
		(*apps)[r.Printable(f.App)]++
	}
}

func (m *metrics) apps() {
	m.head("portkit_apps", "gauge", "Open ports by protocol and recognized application protocol.")
	m.eachProto(func(g *series, proto endpoint.Proto, labels string) {
		for _, app := range slices.Sorted(maps.Keys(g.apps[proto])) {
			m.value("portkit_apps", labels+label("app", app), float64(g.apps[proto][app]))
		}
	})
}

// certificates writes a series for each open port with a certificate, labeled with the
// endpoint: its host and address, since several addresses may have one name.
func (m *metrics) certificates() {
	const name = "portkit_tls_not_after_timestamp_seconds"
	m.head(name, "gauge", "Time at which the certificate of an endpoint expires.")
	r := m.endpoint
	by, values := labelNames(r.By, "host", "ip", "proto", "port"), r.Values()
	written := map[string]bool{}
	for s := range r.Records {
		group := ""
		for f := range report.OpenFound(s) {
			if f.Cert == "" {
				continue
			}
			cert := f.Service().Cert
			if cert == nil || cert.NotAfter.IsZero() {
				continue
			}
			if group == "" {
				for i, value := range values.Of(s) {
					group += label(by[i], value)
				}
				group += label("host", r.Printable(string(s.Host))) + label("ip", r.Address(s.Addr)) + label("proto", s.Proto.String())
			}
			labels := group + label("port", strconv.Itoa(int(f.Port)))
			if !written[labels] { // escaped texts may be alike
				written[labels] = true
				m.value(name, labels, float64(cert.NotAfter.Unix()))
			}
		}
	}
}

// label returns a label with the comma after it.
func label(name, value string) string { return name + `="` + labelEscaper.Replace(value) + `",` }
