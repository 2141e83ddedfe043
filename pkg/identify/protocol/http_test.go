package protocol

import (
	"net/netip"
	"os"
	"strings"
	"testing"

	"portkit/pkg/endpoint"

	"github.com/google/go-cmp/cmp"
)

// recorded returns a reply that a daemon of Debian 12 sent: NAME.get to `http`,
// NAME.get11 to `http-1.1`, NAME.path to a further path, NAME.bad to "HELP".
func recorded(t testing.TB, name string) string {
	t.Helper()
	data, err := os.ReadFile("testdata/http/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// httpReply returns a complete reply to a request of HTTP.
func httpReply(data string) *Reply {
	return &Reply{Request: "http", Data: []byte(data), Ended: true}
}

func TestRecordedWebServers(t *testing.T) {
	for _, c := range []struct {
		name                 string
		product, version, os string
		want                 endpoint.HTTP
	}{
		{"nginx.get", "nginx", "1.22.1", "", endpoint.HTTP{Status: 200, Server: "nginx/1.22.1", Title: "Welcome to nginx!", Version: "1.1"}},
		{"nginxtls.get", "nginx", "1.22.1", "", endpoint.HTTP{Status: 400, Server: "nginx/1.22.1", Title: "400 The plain HTTP request was sent to HTTPS port", Version: "1.1"}},
		{"nginxh2c.get", "", "", "", endpoint.HTTP{Version: "2"}},
		{"apache.get", "Apache", "2.4.71", "Debian", endpoint.HTTP{Status: 404, Server: "Apache/2.4.71 (Debian)", Title: "404 Not Found", Version: "1.1"}},
		{"tinyproxy.get", "tinyproxy", "1.11.1", "", endpoint.HTTP{Status: 403, Server: "tinyproxy/1.11.1", Title: "403 Access denied", Version: "1.0"}},
		{"privoxy.get", "Privoxy", "", "", endpoint.HTTP{Status: 400, Version: "1.1"}},
		{"haproxy.get", "HAProxy", "", "", endpoint.HTTP{Status: 503, Version: "1.1"}},
		{"icecast.get", "Icecast", "2.4.4", "", endpoint.HTTP{Status: 200, Server: "Icecast 2.4.4", Version: "1.0"}},
		{"node_exporter.get", "node_exporter", "", "", endpoint.HTTP{Status: 200, Title: "Node Exporter", Version: "1.0"}},
		{"blackbox.get", "blackbox_exporter", "", "", endpoint.HTTP{Status: 200, Title: "Blackbox Exporter", Version: "1.0"}},
		{"etcd.get", "", "", "", endpoint.HTTP{Status: 404, Version: "1.0"}},
		{"cups.get", "CUPS", "2.4.2", "", endpoint.HTTP{Status: 400, Server: "CUPS/2.4 IPP/2.1", Title: "Bad Request - CUPS v2.4.2", Version: "1.0"}},
		{"cups.get11", "CUPS", "2.4.2", "", endpoint.HTTP{Status: 404, Server: "CUPS/2.4 IPP/2.1", Title: "Not Found - CUPS v2.4.2", Version: "1.1"}},
		{"prometheus.get", "", "", "", endpoint.HTTP{Status: 302, Location: "/classic/graph", Version: "1.0"}},
		{"alertmanager.get", "Alertmanager", "", "", endpoint.HTTP{Status: 200, Title: "Alertmanager", Version: "1.0"}},
		{"tomcat.get", "Apache Tomcat", "10.1.60", "Debian", endpoint.HTTP{Status: 404, Title: "HTTP Status 404 – Not Found", Version: "1.1"}},
		{"rabbitmq.get", "RabbitMQ", "", "", endpoint.HTTP{Status: 200, Server: "Cowboy", Title: "RabbitMQ Management", Version: "1.1"}},
		{"caddy.get", "Caddy", "", "", endpoint.HTTP{Status: 200, Server: "Caddy", Title: "Lab & page", Version: "1.0"}},
		{"varnish.get", "nginx", "1.22.1", "", endpoint.HTTP{Status: 200, Server: "nginx/1.22.1", Title: "Welcome to nginx!", Version: "1.1"}},
		{"webfs.get", "webfs", "1.21", "", endpoint.HTTP{Status: 200, Server: "webfs/1.21", Title: "Lab & page", Version: "1.1"}},
		{"mini_httpd.get", "mini_httpd", "1.30", "", endpoint.HTTP{Status: 200, Server: "mini_httpd/1.30 26Oct2018", Title: "Lab & page", Version: "1.0"}},
		{"monit.get", "monit", "5.33.0", "", endpoint.HTTP{Status: 401, Server: "monit 5.33.0", Title: "401 Unauthorized", Realm: "monit", Version: "1.0"}},
		{"influxdb.get", "InfluxDB", "1.6.7~rc0", "", endpoint.HTTP{Status: 404, Version: "1.0"}},
		{"gunicorn.get", "gunicorn", "", "", endpoint.HTTP{Status: 200, Server: "gunicorn", Title: "x", Version: "1.0"}},
		{"python.get", "SimpleHTTP", "0.6", "", endpoint.HTTP{Status: 200, Server: "SimpleHTTP/0.6 Python/3.11.7", Title: "Lab & page", Version: "1.0"}},
	} {
		m := httpMatch(httpReply(recorded(t, c.name)))
		if m.Strength != Certain || m.More || m.Product != c.product || m.Version != c.version || m.OS != c.os {
			t.Errorf("%s: strength %d, more %v, %q %q %q; want %q %q %q", c.name, m.Strength, m.More, m.Product, m.Version, m.OS, c.product, c.version, c.os)
		}
		if diff := cmp.Diff(&c.want, m.HTTP); diff != "" {
			t.Errorf("%s: facts (- want, + got):\n%s", c.name, diff)
		}
	}
}

// The facts of HTTP are those of the reply to a GET. Any other request still reveals the
// product.
func TestErrorsOfWebServersToOtherProtocols(t *testing.T) {
	for _, c := range []struct{ name, product, version string }{
		{"nginx.bad", "nginx", "1.22.1"},
		{"apache.bad", "Apache", "2.4.71"},
		{"squid.bad", "squid", "5.7"},
		{"haproxy.bad", "HAProxy", ""},
		{"node_exporter.bad", "", ""},
		{"mosquitto.bad", "", ""}, // a listener for WebSocket only, which closes after a GET
	} {
		m := httpMatch(&Reply{Request: "help", Sent: []byte("HELP\r\n"), Data: []byte(recorded(t, c.name))})
		if m.Strength != Certain || m.HTTP != nil || m.More || m.Product != c.product || m.Version != c.version {
			t.Errorf("%s: %+v, want %q %q without facts of HTTP", c.name, m, c.product, c.version)
		}
	}
}

// A reply that is cut off anywhere is at most recognized as HTTP, and more is expected
// until the title is complete.
func TestCutOffHTTP(t *testing.T) {
	for _, name := range []string{"nginx.get", "nginxh2c.get", "privoxy.get", "apache.get"} {
		all := recorded(t, name)
		for n := 1; n < len(all); n++ {
			data := all[:n]
			m := httpMatch(&Reply{Request: "http", Data: []byte(data)})
			known := strings.HasPrefix(name, "nginxh2c") && n >= 27 || strings.Contains(data, "\n")
			if (m.Strength != No) != known || m.Strength == No && !m.More {
				t.Fatalf("%s: first %d bytes: strength %d, more %v", name, n, m.Strength, m.More)
			}
			if complete := strings.Contains(data, "</title>") || n >= 27 && name == "nginxh2c.get"; m.More == complete {
				t.Fatalf("%s: first %d bytes: more %v", name, n, m.More)
			}
		}
	}
}

func TestNotHTTP(t *testing.T) {
	for _, data := range []string{
		"",
		"HTTP",
		"HTTP/1.1",
		"HTTP/1.1 2x0 OK\r\n\r\n",
		"HTTP/1.1 20 OK\r\n\r\n",
		"HTTP/1.1 2000\r\n\r\n",
		"HTTP/1.1 099 x\r\n\r\n",
		"HTTP/11 200 OK\r\n\r\n",
		"http/1.1 200 OK\r\n\r\n",
		"220 HTTP/1.1 200 OK\r\n",
		"ICY 200 OK\r\nicy-name:x\r\n\r\n",
		"RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n",
		"SIP/2.0 200 OK\r\n\r\n",
		"GET / HTTP/1.0\r\nUser-Agent: portid/1.0\r\n\r\n",
		"SSH-2.0-OpenSSH_9.2p1\r\n",
		"-ERR wrong number of arguments for 'get' command\r\n",
		"\x15\x03\x01\x00\x02\x02\x0a",
		"HTTP/1.0 501 Tor is not an HTTP Proxy\r\nContent-Type: text/html; charset=iso-8859-1\r\n\r\n<html>\n",
		"\x00\x00\x00\x04\x00\x00\x00\x00\x00",                             // an empty SETTINGS frame, or a length
		"\x00\x00\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00\x04\x00\x00\x00", // the same, repeated in part
		"\x00\x00\x06\x04\x00\x00\x00\x00\x00\x00\x02\x00\x00\x00\x01",     // a server that enables push
		"\x01\x00\x06\x04\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x80",     // longer than any SETTINGS frame
		"\x00\x00\x06\x04\x01\x00\x00\x00\x00\x00\x03\x00\x00\x00\x80",     // an acknowledgment
		"\x00\x00\x06\x04\x00\x00\x00\x00\x01\x00\x03\x00\x00\x00\x80",     // of a stream
		"\x00\x00\x05\x04\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00",
	} {
		if m := httpMatch(httpReply(data)); m.Strength != No || m.More {
			t.Errorf("%q: %+v, want no match", data, m)
		}
	}
}

func TestBeginningsOfHTTP2(t *testing.T) {
	for name, data := range map[string]string{
		"haproxy":  "\x00\x00\x0c\x04\x00\x00\x00\x00\x00\x00\x08\x00\x00\x00\x01\x00\x03\x00\x00\x00d\x00\x00\x00\x04\x01\x00\x00\x00\x00",
		"lighttpd": "\x00\x00\x1e\x04\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x08\x00\x04\x00\x01\x00\x00\x00\x06\x00\x00\xff\xff\x00\x08\x00\x00\x00\x01\x00\x09\x00\x00\x00\x01",
		"etcd":     "\x00\x00\x0c\x04\x00\x00\x00\x00\x00\x00\x05\x00\x00\x40\x00\x00\x03\xff\xff\xff\xff\x00\x00\x00\x04\x01\x00\x00\x00\x00",
		"empty":    "\x00\x00\x00\x04\x00\x00\x00\x00\x00\x00\x00\x04\x08\x00\x00\x00\x00\x00\x00\x0f\x00\x01",
	} {
		if m := httpMatch(&Reply{Data: []byte(data)}); m.Strength != Certain || m.HTTP != nil {
			t.Errorf("%s: %+v, want a certain match without facts of HTTP", name, m)
		}
	}
}

func TestServersOfOtherProtocolsInHTTP(t *testing.T) {
	for _, c := range []struct{ data, app, product string }{
		{
			// MongoDB, src/mongo/transport: the reply to a GET.
			"HTTP/1.0 200 OK\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: 85\r\n\r\n" +
				"It looks like you are trying to access MongoDB over HTTP on the native driver port.\r\n", "mongodb", "",
		},
		{
			// gst-rtsp-server 1.22.0, recorded.
			"HTTP/1.0 503 Service Unavailable\r\nServer: GStreamer RTSP Server\r\nConnection: close\r\nCache-Control: no-store\r\n" +
				"Pragma: no-cache\r\nDate: Sun, 29 Nov 2026 20:45:50 GMT\r\n\r\n", "rtsp", "GStreamer RTSP Server",
		},
		{"HTTP/1.0 200 OK\r\nServer: GStreamer RTSP Server\r\n\r\n", "", "GStreamer RTSP Server"},
	} {
		m := httpMatch(httpReply(c.data))
		if m.Strength != Certain || m.App != c.app || m.Product != c.product || (m.HTTP == nil) != (c.app != "") {
			t.Errorf("%q: %+v, want %q %q", c.data, m, c.app, c.product)
		}
	}
}

func TestHTTPRequests(t *testing.T) {
	named := &Target{Addr: netip.MustParseAddrPort("192.0.2.7:8080"), Name: "xn--bcher-kva.example", Agent: "portid/1.0"}
	if got, want := string(httpBuild(named)), "GET / HTTP/1.0\r\nUser-Agent: portid/1.0\r\nAccept: */*\r\n\r\n"; got != want {
		t.Errorf("http: %q, want %q", got, want)
	}
	want := "GET / HTTP/1.1\r\nHost: xn--bcher-kva.example:8080\r\nUser-Agent: portid/1.0\r\nAccept: */*\r\nConnection: close\r\n\r\n"
	if got := string(httpBuild11(named)); got != want {
		t.Errorf("http-1.1: %q, want %q", got, want)
	}
	for _, c := range []struct {
		addr, name string
		tls        bool
		want       string
	}{
		{"192.0.2.7:80", "", false, "192.0.2.7"},
		{"192.0.2.7:443", "", false, "192.0.2.7:443"},
		{"192.0.2.7:443", "host.example", true, "host.example"},
		{"192.0.2.7:80", "host.example", true, "host.example:80"},
		{"[2001:db8::1]:80", "", false, "[2001:db8::1]"},
		{"[fe80::1%eth0]:8080", "", false, "[fe80::1]:8080"},
		{"[::ffff:192.0.2.7]:80", "", false, "192.0.2.7"},
		{"192.0.2.7:80", "a\r\nX: b", false, "192.0.2.7"},
	} {
		if got := httpHost(&Target{Addr: netip.MustParseAddrPort(c.addr), Name: c.name, TLS: c.tls}); got != c.want {
			t.Errorf("host of %s %q: %q, want %q", c.addr, c.name, got, c.want)
		}
	}
}

func TestHTTPRetry(t *testing.T) {
	for _, c := range []struct {
		facts *endpoint.HTTP
		name  string
		want  bool
	}{
		{nil, "host.example", false},
		{&endpoint.HTTP{Status: 200, Version: "1.1"}, "", false},
		{&endpoint.HTTP{Status: 200, Version: "1.1"}, "host.example", true},
		{&endpoint.HTTP{Status: 400, Version: "1.0"}, "", true},
		{&endpoint.HTTP{Status: 426, Version: "1.1"}, "", true},
		{&endpoint.HTTP{Version: "2"}, "host.example", false},
	} {
		if got := HTTPRetry(c.facts, &Target{Name: c.name}); got != c.want {
			t.Errorf("%+v, name %q: %v, want %v", c.facts, c.name, got, c.want)
		}
	}
}
