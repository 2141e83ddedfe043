package protocol

import (
	"os"
	"runtime"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// bombs are replies that would be expensive to parse without limits.
func bombs() map[string]string {
	const html = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"
	const chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
	fill := func(head, unit string) string { return head + strings.Repeat(unit, 2*MaxReply/len(unit)) }
	return map[string]string{
		"a status line without end": fill("HTTP/1.1 200 ", "a"),
		"interim responses":         fill("", "HTTP/1.1 100 Continue\r\n\r\n"),
		"a field without end":       fill("HTTP/1.1 200 OK\r\nServer: ", "a"),
		"a million fields":          fill("HTTP/1.1 200 OK\r\n", "a:\n"),
		"a million cookies":         fill("HTTP/1.1 200 OK\r\n", "Set-Cookie: a\n"),
		"products":                  fill("HTTP/1.1 200 OK\r\nServer: ", "a "),
		"comments":                  fill("HTTP/1.1 200 OK\r\nServer: ", "("),
		"challenges":                fill("HTTP/1.1 401 x\r\nWWW-Authenticate: ", `a="`),
		"parameters":                fill("HTTP/1.1 401 x\r\nWWW-Authenticate: ", `=`),
		"one-byte chunks":           fill(chunked, "1\r\n<\r\n"),
		"elements":                  fill(html, "<b>"),
		"openings":                  fill(html, "<"),
		"ends":                      fill(html, "</"),
		"comments of HTML":          fill(html, "<!--"),
		"attributes":                fill(html+"<meta ", "a=b "),
		"attributes without end":    fill(html+"<meta ", "\""),
		"drawings":                  fill(html, "<svg>"),
		"metas":                     fill(html, "<meta charset=x>"),
		"a title without end":       fill(html+"<title>", "a"),
		"ends of titles":            fill(html+"<title>", "</titl"),
		"references":                fill(html+"<title>", "&notin;"),
		"unfinished references":     fill(html+"<title>", "&#"),
		"empty titles":              fill(html+"<svg>", "<title></title>"),
		"JSON keys":                 fill(html, `{"number":"`),
		"HTTP/2":                    fill("", "\x00\x00\x00\x04\x00\x00\x00\x00\x00"),
	}
}

// The worst of the bombs costs 384 KiB and, on an idle machine, 2 ms.
func TestBombs(t *testing.T) {
	for name, data := range bombs() {
		for _, ended := range []bool{false, true} {
			r := &Reply{Request: "http", Data: []byte(data), Ended: ended}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			start := time.Now()
			m := httpMatch(r)
			took := time.Since(start)
			runtime.ReadMemStats(&after)
			size := after.TotalAlloc - before.TotalAlloc
			checkHTTP(t, r, m)
			if size > 16*MaxReply || took > 250*time.Millisecond {
				t.Errorf("%s: %d KiB allocated in %v", name, size>>10, took)
			}
			if m.More && m.Strength == No && !ended {
				t.Errorf("%s: waits for more than the maximum", name)
			}
		}
	}
}

// checkHTTP checks the limits of the facts in records.
func checkHTTP(t *testing.T, r *Reply, m Match) {
	t.Helper()
	checkFacts(t, m)
	if m.More && r.Ended {
		t.Errorf("%.80q: waits for more after the end", r.Data)
	}
	if len(m.Texts) > 9 {
		t.Errorf("%.80q: %d texts", r.Data, len(m.Texts))
	}
	if h := m.HTTP; h != nil {
		for _, s := range []string{h.Server, h.Title, h.Realm, h.PoweredBy, h.Version, h.Location[:min(len(h.Location), maxText)]} {
			if len(s) > maxText {
				t.Errorf("%.80q: fact %q", r.Data, s)
			}
		}
		if all := h.Server + h.Title + h.Realm + h.PoweredBy + h.Location; !utf8.ValidString(all) || len(h.Location) > 512 {
			t.Errorf("%.80q: facts %q", r.Data, all)
		}
	}
}

// FuzzHTTP gives arbitrary bytes to the recognizers of this family of formats.
func FuzzHTTP(f *testing.F) {
	files, err := os.ReadDir("testdata/http")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		f.Add([]byte(recorded(f, file.Name())), true)
	}
	for _, bomb := range bombs() {
		f.Add([]byte(bomb[:1<<10]), false)
	}
	f.Add([]byte(kamailio), true)
	f.Add([]byte("RTSP/1.0 200 OK\r\nServer: GStreamer RTSP server\r\n\r\n"), true)
	f.Add([]byte("ICY 200 OK\r\nicy-notice2:SHOUTcast Distributed Network Audio Server/Linux v1.9.8<BR>\r\n\r\n"), true)
	paths := HTTPPaths()
	f.Fuzz(func(t *testing.T, data []byte, ended bool) {
		r := &Reply{Request: "http", Data: data, Ended: ended}
		start := time.Now()
		for _, match := range []func(*Reply) Match{httpMatch, rtspMatch, sipMatch, shoutcastMatch} {
			checkHTTP(t, r, match(r))
		}
		for i := range paths {
			paths[i].Suits(r)
			checkHTTP(t, r, paths[i].Match(r))
		}
		if took := time.Since(start); took > time.Second {
			t.Errorf("%.80q took %v", data, took)
		}
	})
}
