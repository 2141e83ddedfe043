package protocol

import (
	"strings"
	"testing"

	"portkit/pkg/endpoint"
)

func TestTitles(t *testing.T) {
	for _, c := range []struct{ kind, body, want string }{
		{"text/html", "<title>A</title><title>B</title>", "A"},
		{"", "\r\n<!DOCTYPE html><TITLE lang=en>\n A  &amp;\t&#x42;\r\n</TITLE >", "A & B"},
		{"application/json", `{"a":"<title>A</title>"}`, ""},
		{"text/html", "<!-- <title>A</title> --><title>B</title>", "B"},
		{"text/html", "<script>'<title>A</title>'</script><title>B</title>", "B"},
		{"text/html", "<svg><title>A</title></svg><title>B</title>", "B"},
		{"text/html", "<head></head><title>A</title>", ""},
		{"text/html", "<title>A<b>B</title>", "A<b>B"},
		{"text/html", "<title>cut", "cut"},
		{"text/html", "<title></title>", ""},
		{"text/html", "<title>a\x1b[31m\u009bb&#27;&#0;</title>", "a[31mb\ufffd"},
		{"text/html", "<title>caf\xc3\xa9 \xe9</title>", "café \ufffd"},
		{"text/html; charset=ISO-8859-1", "<title>caf\xe9 \x96 &eacute;</title>", "café – é"},
		{`text/html; x=y; charset="windows-1252"`, "<title>\x80</title>", "€"},
		{"text/html", `<meta charset=latin1><title>caf` + "\xe9</title>", "café"},
		{"text/html", `<meta http-equiv="Content-Type" content="text/html; charset=iso-8859-1" /><title>caf` + "\xe9</title>", "café"},
		{"text/html; charset=utf-8", "<meta charset=latin1><title>é</title>", "é"},
		{"text/html", "<title>" + strings.Repeat("&eacute;", 1000) + "</title>", strings.Repeat("é", 128)},
	} {
		m := httpMatch(httpReply("HTTP/1.1 200 OK\r\nContent-Type: " + c.kind + "\r\n\r\n" + c.body))
		if m.HTTP.Title != c.want {
			t.Errorf("%s %.80q: %q, want %q", c.kind, c.body, m.HTTP.Title, c.want)
		}
	}
}

func TestEndOfHTTPResponses(t *testing.T) {
	const html = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
	for _, c := range []struct {
		data, title string
		more        bool
	}{
		{html, "", true},
		{html + "\r\n", "", true},
		{html + "\r\n<p>", "", true},
		{html + "Server: x\r\n\r\n<title>A</title>", "A", false},
		{html + "\r\n<title>A</title>", "A", true}, // the body may name the product
		{html + "Content-Length: 16\r\n\r\n<title>A</title>", "A", false},
		{html + "\r\n<title>A</title>" + strings.Repeat(" ", enoughBody), "A", false},
		{html + "\r\n<title>A</tit", "", true},
		{html + "Server: x\r\n\r\n</head>", "", false},
		{html + "Content-Length: 3\r\n\r\n<p>", "", false},
		{html + "Content-Length: 4\r\n\r\n<p>", "", true},
		{html + "Content-Length: 18446744073709551616\r\n\r\n<p>", "", true},
		{html + "Content-Length: -1\r\n\r\n<p>", "", true},
		{html + "Content-Length: 0\r\n\r\n", "", false},
		{html + "Transfer-Encoding: chunked\r\nServer: x\r\n\r\n8;x=y\r\n<title>A\r\n9\r\nB</title>\r\n", "AB", false},
		{html + "Transfer-Encoding: chunked\r\n\r\n8\r\n<title>A\r\n", "", true},
		{html + "Transfer-Encoding: chunked\r\n\r\n3\r\n<p>\r\n0\r\n\r\n", "", false},
		{html + "Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n<p>", "", false},
		{"HTTP/1.1 204 No Content\r\n\r\n", "", false},
		{"HTTP/1.1 200 OK\r\nContent-Type: audio/mpeg\r\n\r\n\xff\xfb\x90", "", false},
		{"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nx", "", true},
		{"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n", "", true},
		{"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + html + "Server: x\r\n\r\n<title>A</title>", "A", false},
		{"HTTP/1.0 200 OK\nServer: x\n<html><title>A</title>", "A", false},
	} {
		m := httpMatch(&Reply{Request: "http", Data: []byte(c.data)})
		if m.Strength != Certain || m.More != c.more || m.HTTP.Title != c.title {
			t.Errorf("%q: strength %d, more %v, facts %+v; want more %v, title %q", c.data, m.Strength, m.More, m.HTTP, c.more, c.title)
		}
	}
}

func TestFieldsOfHTTP(t *testing.T) {
	m := httpMatch(httpReply("HTTP/1.0 401\nWWW-Authenticate: Digest nonce=\"a,realm=x\", qop=auth, Realm=\"a \\\"b\\\"\"\n" +
		"Location: " + strings.Repeat("x", 1000) + "\nX-Powered-By:PHP/8.2.12\nnot a field\nServer : x\nSERVER:\ty/1 \nSet-Cookie: a=b\nSet-Cookie: c=d\n\n"))
	want := endpoint.HTTP{
		Status: 401, Server: "y/1", Location: strings.Repeat("x", 512), Realm: `a "b"`, PoweredBy: "PHP/8.2.12", Version: "1.0",
	}
	if *m.HTTP != want {
		t.Errorf("%+v, want %+v", *m.HTTP, want)
	}
	var kinds []string
	for _, text := range m.Texts {
		kinds = append(kinds, text.Kind)
	}
	if got := strings.Join(kinds, " "); got != "http_header.wwwauth http_header.server http_header.cookie http_header.cookie" {
		t.Errorf("texts: %s", got)
	}
	for _, c := range []struct{ challenge, want string }{
		{"Basic", ""},
		{"Basic realm=x", "x"},
		{"Basic realm = \"x", "x"},
		{"Negotiate, Basic realm=\"x\", charset=\"UTF-8\"", "x"},
		{"Basic norealm=\"x\"", ""},
		{"realm", ""},
		{"Basic realm=", ""},
	} {
		if got := realm(c.challenge); got != c.want {
			t.Errorf("%q: realm %q, want %q", c.challenge, got, c.want)
		}
	}
}
