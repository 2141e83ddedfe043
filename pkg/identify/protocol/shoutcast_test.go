package protocol

import "testing"

func TestShoutcast(t *testing.T) {
	checkReplies(t, "shoutcast", []replyCase{
		// SHOUTcast DNAS 1.9.8 and 2.6, from the vendor's forum and manual.
		{
			request: "http", data: "ICY 200 OK\r\nicy-notice1:<BR>This stream requires <a href=\"http://www.winamp.com/\">Winamp</a><BR>\r\n" +
				"icy-notice2:SHOUTcast Distributed Network Audio Server/Linux v1.9.8<BR>\r\nicy-name:x\r\nicy-br:128\r\n\r\n\xff\xfb\x90",
			want: Certain, product: "SHOUTcast Distributed Network Audio Server", version: "1.9.8", os: "Linux",
		},
		{
			request: "http", data: "ICY 404 Resource Not Found\r\nicy-notice2:Shoutcast DNAS/posix(linux x64) v2.6.0.750<BR>\r\n\r\n",
			want: Certain, product: "Shoutcast DNAS", version: "2.6.0.750", os: "Linux",
		},
		{request: "http", data: "ICY 401 Service Unavailable\n", want: Certain},
		{request: "http", data: "ICY road ahead\r\n", want: No},
		{request: "http", data: "HTTP/1.0 200 OK\r\nServer: Icecast 2.4.4\r\n\r\n", want: No},
		{request: "", data: "220 ICY 200 OK\r\n", want: No},
	})
	if app := recognized(t, "http", "ICY 200 OK\r\n\r\n", 8000); app != "shoutcast" {
		t.Errorf("%q, want shoutcast", app)
	}
	if app := recognized(t, "http", recorded(t, "icecast.get"), 8000); app != "http" {
		t.Errorf("icecast: %q, want http", app)
	}
}
