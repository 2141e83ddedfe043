package protocol

import (
	"bytes"
	"strings"
)

// product returns the product of a page: that of the field Server, unless it is absent
// or names a library only.
func (p *page) product() (product, version, os string) {
	product, version, os = serverProduct(p.get("server"))
	if _, v, ok := strings.Cut(p.title, " - CUPS v"); ok && product == "CUPS" {
		version = v // the field Server contains two of its three numbers
	}
	if product != "" && !isLibrary(product) {
		return product, version, os
	}
	for _, row := range httpProducts() {
		if row.matches(p) {
			return row.product, clean(row.version(p)), os
		}
	}
	if name, v := p.exporter(); name != "" {
		return name, v, os
	}
	if _, footer, ok := bytes.Cut(p.body, []byte("<h3>Apache Tomcat/")); ok {
		footer, _, _ = bytes.Cut(footer, []byte("<"))
		_, version, os = serverProduct("Tomcat/" + string(footer))
		return "Apache Tomcat", version, os
	}
	if product == "" {
		product, version = viaProduct(p.get("via"))
	}
	return product, version, os
}

// named reports whether the field Server names a product that is no library.
func (p *page) named() bool {
	product, _, _ := serverProduct(p.get("server"))
	return product != "" && !isLibrary(product)
}

// httpProduct describes a product by what it sends in reply to GET.
type httpProduct struct {
	product string
	// field is a field that only this product sends, in lower case.
	field string
	// value is the beginning of the value of the field.
	value string
	// reason is the reason of the status line.
	reason string
	// body are the texts that the body contains, all of them.
	body []string
	// key is the JSON key of the version in the body. If empty, a field of digits is the
	// version.
	key string
}

// httpProducts returns the products that are known by fields and bodies. The sources are
// the replies of the products.
func httpProducts() []httpProduct {
	return []httpProduct{
		{product: "Jenkins", field: "x-jenkins"},
		{product: "JupyterHub", field: "x-jupyterhub-version"},
		{product: "Jupyter", field: "location", value: "/tree?"},
		{product: "Jupyter", field: "location", value: "/lab?"},
		{product: "Jupyter", field: "location", value: "/login?next=%2Ftree"},
		{product: "Jupyter", field: "location", value: "/login?next=%2Flab"},
		{product: "InfluxDB", field: "x-influxdb-version"},
		{product: "Kibana", field: "kbn-version"},
		{product: "Kibana", field: "kbn-name"},
		{product: "GitLab", field: "x-gitlab-meta"},
		{product: "Artifactory", field: "x-jfrog-version", value: "Artifactory/"},
		{product: "Artifactory", field: "x-artifactory-id"},
		{product: "Gitea", field: "set-cookie", value: "i_like_gitea="},
		{product: "Elasticsearch", body: []string{`"tagline"`, `"You Know, for Search"`}, key: "number"},
		{product: "Elasticsearch", field: "x-elastic-product", value: "Elasticsearch"},
		{product: "OpenSearch", body: []string{`"tagline"`, `"The OpenSearch Project: https://opensearch.org/"`}, key: "number"},
		{product: "CouchDB", body: []string{`{"couchdb":"Welcome",`}, key: "version"},
		{product: "Kubernetes", body: []string{`"kind"`, `"Status"`, `"apiVersion"`, `"metadata"`, `"Failure"`}},
		{product: "RabbitMQ", body: []string{"<title>RabbitMQ Management</title>"}},
		{product: "Solr", body: []string{"<title>Solr Admin</title>"}},
		{product: "Prometheus", body: []string{"<title>Prometheus Time Series Collection and Processing Server</title>"}},
		{product: "Alertmanager", body: []string{"<title>Alertmanager</title>"}},
		{product: "Grafana", body: []string{"<title>Grafana</title>"}},
		{product: "Privoxy", reason: "Invalid header received from client", body: []string{"Invalid header received from client."}},
		{product: "HAProxy", body: []string{"<html><body><h1>400 Bad request</h1>\nYour browser sent an invalid request.\n</body></html>"}},
		{product: "HAProxy", body: []string{"<html><body><h1>503 Service Unavailable</h1>\nNo server is available to handle this request.\n</body></html>"}},
	}
}

// isLibrary reports whether a product of the field Server is a library, which serves the
// pages of many products.
func isLibrary(product string) bool {
	switch product {
	case "Cowboy", "TornadoServer", "Jetty", "Apache-Coyote", "Werkzeug", "gunicorn", "uvicorn",
		"Python", "BaseHTTP", "SimpleHTTP", "CherryPy", "TwistedWeb", "Kestrel", "WEBrick", "Mongoose":
		return true
	}
	return false
}

func (d *httpProduct) matches(p *page) bool {
	if d.field != "" && !p.has(d.field, d.value) || d.reason != "" && d.reason != p.reason {
		return false
	}
	if d.product == "Jupyter" && !strings.HasPrefix(p.get("server"), "TornadoServer") {
		return false
	}
	for _, text := range d.body {
		if !bytes.Contains(p.body, []byte(text)) {
			return false
		}
	}
	return true
}

// has reports whether the page has a field with a value that begins with a text.
func (p *page) has(name, value string) bool {
	for i := range p.fields {
		if p.fields[i].name == name && strings.HasPrefix(p.fields[i].value, value) {
			return true
		}
	}
	return false
}

func (d *httpProduct) version(p *page) string {
	if d.key != "" {
		return jsonText(p.body, d.key)
	}
	if d.field == "" {
		return ""
	}
	v, _, _ := strings.Cut(strings.TrimPrefix(p.get(d.field), d.value), " ")
	if v != "" && isDigit(v[0]) && strings.Contains(v, ".") {
		return v
	}
	return ""
}

// exporter returns the product of a page of a Prometheus exporter: its title is
// "Node Exporter", and it has a link to the metrics.
func (p *page) exporter() (product, version string) {
	name, ok := strings.CutSuffix(p.title, " Exporter")
	name = strings.ReplaceAll(name, " ", "_")
	linked := bytes.Contains(p.body, []byte(`href="/metrics"`)) || bytes.Contains(p.body, []byte(`href="metrics"`))
	if !ok || !linked || !isToken([]byte(name)) {
		return "", ""
	}
	product = strings.ToLower(name) + "_exporter"
	if _, after, ok := bytes.Cut(p.body, []byte("(version=")); ok {
		v, _, _ := bytes.Cut(after[:min(len(after), maxText)], []byte(","))
		version = clean(string(v))
	}
	return product, version
}

// viaProduct returns the product that a proxy names in the comment of the field Via
// (RFC 9110 section 7.6.3): "1.1 host (squid/5.7)".
func viaProduct(via string) (product, version string) {
	_, comment, _ := strings.Cut(via, "(")
	comment, _, ok := strings.Cut(comment, ")")
	name, v, slash := strings.Cut(comment, "/")
	if !ok || !slash || !isToken([]byte(name)) {
		return "", ""
	}
	return clean(name), clean(v)
}

// jsonText returns the string of the first member of that name in a JSON text, which may
// be cut off; "" if there is none.
func jsonText(body []byte, key string) string {
	for {
		_, after, ok := bytes.Cut(body, []byte(`"`+key+`"`))
		if !ok {
			return ""
		}
		body = after
		value, ok := bytes.CutPrefix(bytes.TrimLeft(after, " \t\r\n"), []byte(":"))
		if !ok {
			continue
		}
		value, ok = bytes.CutPrefix(bytes.TrimLeft(value, " \t\r\n"), []byte(`"`))
		if i := bytes.IndexAny(value, `"\`); ok && i >= 0 && value[i] == '"' {
			return string(value[:i])
		}
	}
}
