package nmap

import (
	"slices"
	"strconv"
	"strings"

	"portkit/pkg/endpoint"
	"portkit/pkg/identify/protocol"
	"portkit/pkg/recog"
	"portkit/pkg/scanfile"
	"portkit/pkg/service"
)

// detected is what is known of the service at a port.
type detected struct {
	name, product, version, extraInfo, hostname, os, device, method string
	owner, rpc                                                      string // user of the process, number of the RPC program
	reported                                                        string // evidence in the XML of portsum

	confidence int
	tunnel     bool // TLS from the first byte
	replies    bool // there were some that nmap does not recognize
	cpe        []string
	banner     string // of masscan

	cert  *endpoint.TLS // of the script ssl-cert
	http  endpoint.HTTP // of scripts
	web   bool          // a script had a reply of HTTP
	found endpoint.Finding
}

// readService reads an element service.
func (r *reader) readService() error {
	s := &r.port.detected
	for _, a := range r.xml.Attrs {
		switch string(a.Name) {
		case "name":
			s.name = r.value(a.Value)
		case "product":
			s.product = r.value(a.Value)
		case "version":
			s.version = r.value(a.Value)
		case "extrainfo":
			s.extraInfo = r.value(a.Value)
		case "hostname":
			s.hostname = r.value(a.Value)
		case "ostype":
			s.os = r.value(a.Value)
		case "devicetype":
			s.device = r.value(a.Value)
		case "method":
			s.method = r.value(a.Value)
		case "conf":
			s.confidence, _ = strconv.Atoi(string(a.Value))
		case "tunnel":
			s.tunnel = string(a.Value) == "ssl"
		case "banner":
			s.banner = r.value(a.Value)
		case "rpcnum":
			s.rpc = r.value(a.Value)
		case "servicefp":
			s.replies = len(a.Value) > 0
		}
	}
	if name, is := strings.CutPrefix(s.name, "ssl/"); is {
		s.name, s.tunnel = name, true
	}
	return r.children((*reader).servicePart)
}

func (r *reader) servicePart(name []byte) error {
	if string(name) != "cpe" {
		return nil
	}
	uri, err := r.content()
	s := &r.port.detected
	s.cpe = scanfile.AppendCPE(s.cpe, r.cpes.get(strings.TrimSpace(uri), recog.FormatCPE))
	return err
}

// identified reports whether the service was recognized by its replies.
func (s *detected) identified() bool {
	return s.method == "probed" && s.confidence >= scanfile.MinConfidence
}

// describe adds what is known of the service to the result.
func (r *reader) describe() {
	s, f := &r.port.detected, &r.port.found
	if r.source == scanfile.Masscan {
		r.result.Method = scanfile.MethodOf(r.port.proto, endpoint.SYN) // scaninfo is always that of TCP
		scanfile.Guessed(&r.result, f, s.name, scanfile.Unescape([]byte(s.banner)))
		return
	}
	app, inTLS := "", false
	switch {
	case s.name == scanfile.Wrapped:
		f.Evidence = endpoint.EvidenceClosed
	case s.identified():
		app, inTLS = r.app()
		f.App, f.Product, f.Version, f.OS, f.Device, f.CPE = app, s.product, s.version, s.os, s.device, s.cpe
	}
	if s.http != (endpoint.HTTP{}) {
		f.HTTP = &s.http
	}
	if s.web && app == "" && f.Evidence == "" {
		// Where the name implies TLS, nmap tries both, and does not write which it was.
		if _, inTLS := r.app(); !inTLS || s.tunnel || s.cert != nil {
			app, f.App = webApp, webApp
		}
	}
	r.ownService(app)
	f.TLS = r.tls(app, inTLS)
	if e := s.evidence(app, f.TLS != nil); e != "" {
		f.Evidence = e
	}
	if !isEmpty(f) {
		r.result.Finding = f
	}
}

// webApp is the app of scripts for HTTP.
const webApp = "http"

// evidence returns what the finding is based on; "" if it is not an app, TLS or replies.
func (s *detected) evidence(app string, tls bool) string {
	switch known := s.identified() && s.name != scanfile.Wrapped; {
	case app != "":
		return endpoint.EvidenceProbed
	case s.reported != "":
		return s.reported
	case tls && (s.tunnel || !known || s.name == "ssl"):
		return endpoint.EvidenceTLS
	case known:
		return endpoint.EvidenceProbed // what is not an app
	case s.replies:
		return endpoint.EvidenceUnrecognized
	}
	return ""
}

func isEmpty(f *endpoint.Finding) bool {
	return f.App+f.Product+f.Version+f.OS+f.Device+f.Evidence == "" && len(f.CPE)+len(f.Banner) == 0 && f.TLS == nil && f.HTTP == nil
}

// ownService keeps what has no field in our records.
func (r *reader) ownService(app string) {
	s, own := &r.port.detected, &r.result.Own
	r.out.KeepService(&r.result, s.name, app, s.identified())
	own.Text("extrainfo", s.extraInfo)
	own.Text("hostname", s.hostname)
	own.Text("owner", s.owner)
	own.Text("rpcnum", s.rpc)
}

// tls returns the facts about TLS at the port, or nil if nothing shows TLS. app is the app
// that was recognized; inTLS means that the name of the service implies TLS.
func (r *reader) tls(app string, inTLS bool) *endpoint.TLS {
	s := &r.port.detected
	first := s.tunnel || inTLS || s.name == "ssl" && s.identified() // TLS from the first byte
	begun := slices.Contains(strings.Split(s.extraInfo, "; "), "STARTTLS")
	switch {
	case s.cert != nil && !first:
		if app == "" {
			app, first = r.app()
		}
		s.cert.StartTLS = !first && r.upgrades(app)
		return s.cert
	case s.cert != nil:
		return s.cert
	case first, begun:
		return &endpoint.TLS{StartTLS: !first}
	}
	return nil
}

// upgrades reports whether connections of an app can be upgraded to TLS.
func (r *reader) upgrades(app string) bool {
	if r.upgradable == nil {
		r.upgradable = map[string]bool{}
		for _, p := range protocol.Table() {
			r.upgradable[p.App] = p.Upgrade != nil
		}
		r.upgradable["mssql"], r.upgradable["vnc"] = true, true // by ssl-cert
	}
	return r.upgradable[app]
}

// app returns the app that the name of the service denotes, and whether it implies TLS.
func (r *reader) app() (name string, inTLS bool) {
	proto := r.port.proto
	m := r.apps[proto].get(r.port.name, func(name string) (m service.Meaning) {
		m.App, m.TLS = scanfile.App(proto, name)
		return m
	})
	return m.App, m.TLS
}
