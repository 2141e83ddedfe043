package protocol

import (
	"bytes"
	"net/http"
	"strings"
)

// HTTPPath is a path that reveals the product, or its version, where `/` does not.
type HTTPPath struct {
	Product string
	Path    string
	// Source is the vendor's document.
	Source string
	// suits reports whether the page at `/` may be the product's.
	suits func(*page) bool
	// texts must all occur in the reply.
	texts []string
	// key is the JSON key of the version.
	key string
}

// pathRequest is the name of the requests for further paths. The facts of HTTP are not
// those of their replies.
const pathRequest = "http-path"

// HTTPPaths returns the further paths, each for a product. They are read with GET, which
// changes nothing.
func HTTPPaths() []HTTPPath {
	return []HTTPPath{
		{
			Product: "etcd", Path: "/version", Source: "etcd: Operations guide, Monitoring etcd",
			suits: (*page).likeEtcd, texts: []string{`"etcdserver":`, `"etcdcluster":`}, key: "etcdserver",
		},
		{
			Product: "Docker", Path: "/version", Source: "Docker Engine API, System, Get version",
			suits: notFound(`{"message":"page not found"}`), texts: []string{`"MinAPIVersion":`, `"ApiVersion":`}, key: "Version",
		},
		{
			Product: "Grafana", Path: "/api/health", Source: "Grafana HTTP API, Other, Health",
			suits: redirects("/login"), texts: []string{`"database":`, `"commit":`}, key: "version",
		},
		{
			Product: "Kubernetes", Path: "/version", Source: "Kubernetes API, version",
			suits: onlyNamed, texts: []string{`"gitVersion":`, `"gitTreeState":`}, key: "gitVersion",
		},
		{
			Product: "Prometheus", Path: "/api/v1/status/buildinfo", Source: "Prometheus HTTP API, Build information",
			suits: redirects("/graph", "/classic/graph", "/query"), texts: []string{`"status":"success"`, `"buildUser":`, `"goVersion":`}, key: "version",
		},
		{
			Product: "Vault", Path: "/v1/sys/health", Source: "Vault HTTP API, /sys/health",
			suits: redirects("/ui/"), texts: []string{`"initialized":`, `"sealed":`, `"standby":`}, key: "version",
		},
		{
			Product: "Consul", Path: "/v1/agent/version", Source: "Consul HTTP API, Agent, Retrieve version information",
			suits: redirects("/ui/"), texts: []string{`"HumanVersion":`, `"SHA":`}, key: "HumanVersion",
		},
		{
			Product: "Gitea", Path: "/api/v1/version", Source: "Gitea API, getVersion",
			suits: onlyNamed, texts: []string{`{"version":"`}, key: "version",
		},
		{
			Product: "Jupyter", Path: "/api", Source: "Jupyter Server REST API, /api/",
			suits: onlyNamed, texts: []string{`"version":`}, key: "version",
		},
		{
			Product: "Kibana", Path: "/api/status", Source: "Kibana API, Get Kibana's current status",
			suits: onlyNamed, texts: []string{`"build_hash":`, `"number":`}, key: "number",
		},
		{
			Product: "Solr", Path: "/solr/admin/info/system?wt=json", Source: "Solr Reference Guide, Configuration APIs",
			suits: redirects("/solr/"), texts: []string{`"solr-spec-version":`, `"lucene":`}, key: "solr-spec-version",
		},
	}
}

// Suits reports whether the reply to `http` or `http-1.1` may be from the product, and
// lacks the version.
func (h *HTTPPath) Suits(r *Reply) bool {
	response, ok, _ := parseResponse(r)
	if !ok {
		return false
	}
	p := parsePage(&response, r.Ended)
	product, version, _ := p.product()
	switch {
	case product == h.Product:
		return version == ""
	case product != "" && !isLibrary(product):
		return false
	}
	return h.suits(&p)
}

// Request returns the request for the path. The field Host is part of it, because all
// products in question know it.
func (h *HTTPPath) Request() Request {
	build := func(t *Target) []byte { return httpGet11(t, h.Path) }
	return Request{Name: pathRequest, Build: build, Wait: httpWait}
}

// Match returns the product and version that the reply for the path reveals. Other
// replies do not match.
func (h *HTTPPath) Match(r *Reply) (m Match) {
	response, ok, partial := parseResponse(r)
	if !ok || partial {
		m.More = partial
		return m
	}
	p := parsePage(&response, r.Ended)
	m.More = p.more && !r.Ended
	for _, text := range h.texts {
		if !containsJSON(p.body, text) {
			return m
		}
	}
	version := strings.TrimPrefix(clean(jsonText(p.body, h.key)), "v")
	if version == "" || !isDigit(version[0]) || h.disguised(&p, version) {
		return m
	}
	m.Strength, m.App, m.Product, m.Version, m.More = Certain, "http", h.Product, version, false
	return m
}

// disguised reports whether another product offers the interface of this one.
func (h *HTTPPath) disguised(p *page, version string) bool {
	switch h.Product {
	case "Docker":
		return bytes.Contains(p.body, []byte("Podman"))
	case "Prometheus": // Mimir names itself, and Thanos is older than version 1
		return containsJSON(p.body, `"application":`) || strings.HasPrefix(version, "0.")
	}
	return false
}

// containsJSON reports whether body contains a text, which may be a key with its colon,
// with or without white space after the key.
func containsJSON(body []byte, text string) bool {
	key, ok := strings.CutSuffix(text, ":")
	if !ok || bytes.Contains(body, []byte(text)) {
		return bytes.Contains(body, []byte(text))
	}
	return bytes.Contains(body, []byte(key+" :"))
}

// likeEtcd reports whether a page is etcd's reply to an unknown path: the rules for
// requests from other sites, and nothing found.
func (p *page) likeEtcd() bool {
	return p.status == http.StatusNotFound && p.get("access-control-allow-methods") == "POST, GET, OPTIONS, PUT, DELETE" &&
		strings.HasPrefix(string(p.body), "404 page not found")
}

// onlyNamed is for products that name themselves at `/`.
func onlyNamed(*page) bool { return false }

// notFound returns a function that reports whether nothing was found, in that form.
func notFound(body string) func(*page) bool {
	return func(p *page) bool {
		return p.status == http.StatusNotFound && strings.TrimSpace(string(p.body)) == body
	}
}

// redirects returns a function that reports whether the page redirects to one of the
// paths.
func redirects(paths ...string) func(*page) bool {
	return func(p *page) bool {
		location := p.get("location")
		if _, after, ok := strings.Cut(location, "://"); ok {
			location = after[max(strings.IndexByte(after, '/'), 0):]
		}
		for _, path := range paths {
			if location == path {
				return true
			}
		}
		return false
	}
}
