package protocol

import "testing"

func TestServerField(t *testing.T) {
	for _, c := range []struct{ server, product, version, os string }{
		{"", "", "", ""},
		{"nginx", "nginx", "", ""},
		{"Apache/2.4.62 (Debian)", "Apache", "2.4.62", "Debian"},
		{"Apache/2.4.6 (Red Hat Enterprise Linux) OpenSSL/1.0.2k-fips PHP/5.4.16", "Apache", "2.4.6", "Red Hat Enterprise Linux"},
		{"Apache/2.4.58 (Win64) OpenSSL/3.1.3 PHP/8.2.12", "Apache", "2.4.58", "Windows"},
		{"Apache/2.4.58 (Unix)", "Apache", "2.4.58", ""},
		{"Apache", "Apache", "", ""},
		{"Microsoft-IIS/10.0", "Microsoft-IIS", "10.0", ""},
		{"Docker/20.10.24 (linux)", "Docker", "20.10.24", "Linux"},
		{"CouchDB/3.3.2 (Erlang OTP/24)", "CouchDB", "3.3.2", ""},
		{"Jetty(9.4.57.v20241219)", "Jetty", "9.4.57.v20241219", ""},
		{"Icecast 2.4.4", "Icecast", "2.4.4", ""},
		{"Nexus/3.38.1-01 (OSS)", "Nexus", "3.38.1-01", ""},
		{"Oracle HTTP Server", "Oracle HTTP Server", "", ""},
		{"Linux/3.10.14 UPnP/1.0 miniupnpd/1.9", "miniupnpd", "1.9", "Linux 3.10.14"},
		{"Linux/3.10.14 UPnP/1.0", "", "", "Linux 3.10.14"},
		{"Zope/(2.13.22, python 2.7.6, linux2) ZServer/1.1", "Zope", "2.13.22", "Linux"},
		{"x (a (b) y/2) z", "x z", "", ""},
		{"(((", "", "", ""},
		{"/ / /", "", "", ""},
	} {
		product, version, os := serverProduct(c.server)
		if product != c.product || version != c.version || os != c.os {
			t.Errorf("%q: %q %q %q, want %q %q %q", c.server, product, version, os, c.product, c.version, c.os)
		}
	}
}

// The sources of the replies are the manuals of the products, unless they were recorded.
func TestProductsBehindHTTP(t *testing.T) {
	const json = "HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n"
	for _, c := range []struct{ name, data, product, version string }{
		{
			"Elasticsearch: Quick start",
			json + "X-elastic-product: Elasticsearch\r\n\r\n" + `{
  "name" : "instance-0000000000",
  "cluster_name" : "number",
  "cluster_uuid" : "FDgLFqAqTeqQXSq5jV2vEg",
  "version" : {
    "number" : "8.5.0",
    "build_flavor" : "default",
    "lucene_version" : "9.4.1"
  },
  "tagline" : "You Know, for Search"
}`, "Elasticsearch", "8.5.0",
		},
		{
			"Elasticsearch with authentication",
			"HTTP/1.0 401 Unauthorized\r\nX-elastic-product: Elasticsearch\r\nWWW-Authenticate: Basic realm=\"security\", charset=\"UTF-8\"\r\n\r\n{}",
			"Elasticsearch", "",
		},
		{
			"OpenSearch: Installation quickstart",
			json + "\r\n" + `{"name":"a","version":{"distribution":"opensearch","number":"2.11.0"},"tagline":"The OpenSearch Project: https://opensearch.org/"}`,
			"OpenSearch", "2.11.0",
		},
		{
			"CouchDB behind a proxy without Server: Server API",
			json + "\r\n" + `{"couchdb":"Welcome","uuid":"85fb71bf700c17267fef77535820e371","version":"3.3.2"}`, "CouchDB", "3.3.2",
		},
		{
			"Kubernetes: Controlling access",
			"HTTP/1.0 403 Forbidden\r\nAudit-Id: 6f0d3e4b\r\nContent-Type: application/json\r\n\r\n" +
				`{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"forbidden: User \"system:anonymous\" cannot get path \"/\"","reason":"Forbidden","details":{},"code":403}`,
			"Kubernetes", "",
		},
		{"Jenkins", "HTTP/1.1 403 Forbidden\r\nX-Jenkins: 2.401.3\r\nServer: Jetty(10.0.13)\r\n\r\n", "Jenkins", "2.401.3"},
		{"JupyterHub", "HTTP/1.1 302 Found\r\nServer: TornadoServer/6.2\r\nX-JupyterHub-Version: 4.0.1\r\nLocation: /hub/\r\n\r\n", "JupyterHub", "4.0.1"},
		{"Jupyter", "HTTP/1.1 302 Found\r\nServer: TornadoServer/6.2\r\nLocation: /tree?\r\n\r\n", "Jupyter", ""},
		{"not Jupyter", "HTTP/1.1 302 Found\r\nLocation: /tree?\r\n\r\n", "", ""},
		{"Kibana", "HTTP/1.1 302 Found\r\nlocation: /spaces/enter\r\nkbn-name: host\r\nkbn-license-sig: x\r\n\r\n", "Kibana", ""},
		{"Artifactory", "HTTP/1.1 302 Found\r\nX-JFrog-Version: Artifactory/7.41.4 74104900\r\nX-Artifactory-Id: x\r\n\r\n", "Artifactory", "7.41.4"},
		{"RabbitMQ", "HTTP/1.1 200 OK\r\nserver: Cowboy\r\ncontent-type: text/html\r\n\r\n<html><head><title>RabbitMQ Management</title></head>", "RabbitMQ", ""},
		{"a proxy before Jenkins", "HTTP/1.1 403 Forbidden\r\nServer: nginx/1.22.1\r\nX-Jenkins: 2.401.3\r\n\r\n", "nginx", "1.22.1"},
		{"a library", "HTTP/1.1 200 OK\r\nServer: Werkzeug/2.2.2 Python/3.11.2\r\n\r\n", "Werkzeug", "2.2.2"},
		{"Via only", "HTTP/1.1 200 OK\r\nVia: 1.1 lab.example (squid/5.7)\r\n\r\n", "squid", "5.7"},
		{"Via without a product", "HTTP/1.1 200 OK\r\nVia: 1.1 lab.example (a b)\r\n\r\n", "", ""},
		{
			"an exporter with a version: exporter-toolkit, landing page",
			"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n<html><head><title>MySQLd Exporter</title></head><body><h1>x</h1>\n" +
				"<div>Version: (version=0.15.1, branch=HEAD, revision=x)</div><a href=\"/metrics\">Metrics</a>", "mysqld_exporter", "0.15.1",
		},
		{"a page about exporters", "HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n<title>Meet an Exporter</title>", "", ""},
	} {
		if m := httpMatch(httpReply(c.data)); m.Strength != Certain || m.Product != c.product || m.Version != c.version {
			t.Errorf("%s: strength %d, %q %q; want %q %q", c.name, m.Strength, m.Product, m.Version, c.product, c.version)
		}
	}
}

func TestFurtherPaths(t *testing.T) {
	const (
		json     = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"
		redirect = "HTTP/1.0 302 Found\r\nLocation: "
	)
	for _, c := range []struct{ product, root, reply, want string }{
		{"etcd", recorded(t, "etcd.get"), recorded(t, "etcd.path"), "3.4.23"},
		{"Prometheus", recorded(t, "prometheus.get"), recorded(t, "prometheus.path"), "2.42.0+ds"},
		{"Prometheus", redirect + "/graph\r\n\r\n", json + `{"status":"success","data":{"version":"0.31.0","buildUser":"root@x","goVersion":"go1.19"}}`, ""},
		{
			"Docker", "HTTP/1.0 404 Not Found\r\nContent-Type: application/json\r\n\r\n{\"message\":\"page not found\"}\n",
			json + `{"Platform":{"Name":"Docker Engine - Community"},"Components":[{"Name":"Engine","Version":"24.0.7"}],"Version":"24.0.7","ApiVersion":"1.43","MinAPIVersion":"1.12"}`, "24.0.7",
		},
		{"Grafana", redirect + "/login\r\n\r\n", json + "{\n  \"commit\": \"5b85c4c2fc\",\n  \"database\": \"ok\",\n  \"version\": \"10.0.3\"\n}", "10.0.3"},
		{
			"Kubernetes", "HTTP/1.0 401 Unauthorized\r\n\r\n" + `{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"Unauthorized","code":401}`,
			json + "{\n  \"major\": \"1\",\n  \"minor\": \"26\",\n  \"gitVersion\": \"v1.26.1\",\n  \"gitTreeState\": \"clean\"\n}", "1.26.1",
		},
		{"Vault", redirect + "/ui/\r\n\r\n", "HTTP/1.1 503 Service Unavailable\r\n\r\n" + `{"initialized":true,"sealed":true,"standby":true,"server_time_utc":1,"version":"1.13.0"}`, "1.13.0"},
		{"Consul", redirect + "http://192.0.2.7:8500/ui/\r\n\r\n", json + `{"SHA":"3e3b4d","BuildDate":"2023-01-01","HumanVersion":"1.16.1","FIPS":""}`, "1.16.1"},
		{"Gitea", "HTTP/1.0 200 OK\r\nSet-Cookie: i_like_gitea=5a; Path=/\r\n\r\n", json + `{"version":"1.17.3"}`, "1.17.3"},
		{"Jupyter", "HTTP/1.0 302 Found\r\nServer: TornadoServer/6.2\r\nLocation: /tree?\r\n\r\n", json + `{"version": "6.4.12"}`, "6.4.12"},
		{"Kibana", "HTTP/1.0 302 Found\r\nkbn-name: x\r\n\r\n", json + `{"name":"x","version":{"number":"8.5.0","build_hash":"x"}}`, "8.5.0"},
		{"Solr", redirect + "http://192.0.2.7:8983/solr/\r\n\r\n", json + "{\n  \"lucene\":{\n    \"solr-spec-version\":\"9.1.1\"}}", "9.1.1"},
	} {
		for _, p := range HTTPPaths() {
			if p.Product != c.product {
				continue
			}
			if !p.Suits(httpReply(c.root)) {
				t.Errorf("%s: its page does not suit", c.product)
			}
			m := p.Match(&Reply{Request: p.Request().Name, Data: []byte(c.reply), Ended: true})
			if m.Version != c.want || (m.Product == c.product) != (c.want != "") || m.HTTP != nil {
				t.Errorf("%s: %q %q, want version %q", c.product, m.Product, m.Version, c.want)
			}
			for n := range len(c.reply) {
				if m := httpMatch(&Reply{Request: pathRequest, Data: []byte(c.reply[:n])}); !m.More || m.HTTP != nil {
					t.Fatalf("%s: first %d bytes: no more is read", c.product, n)
				}
				if m := p.Match(&Reply{Data: []byte(c.reply[:n])}); m.Strength == No && !m.More || m.Version != "" && m.Version != c.want {
					t.Fatalf("%s: first %d bytes: %+v", c.product, n, m)
				}
			}
		}
	}
}

// No further path is read of a server that reports its own name, and no other product is
// recognized in its pages.
func TestFurtherPathsOfOthers(t *testing.T) {
	for _, p := range HTTPPaths() {
		for _, name := range []string{"nginx.get", "influxdb.get", "caddy.get", "cups.get", "nginxh2c.get", "python.get"} {
			if p.Suits(httpReply(recorded(t, name))) {
				t.Errorf("%s suits %s", p.Product, name)
			}
			if m := p.Match(httpReply(recorded(t, name))); m.Strength != No {
				t.Errorf("%s matches %s", p.Product, name)
			}
		}
	}
}
