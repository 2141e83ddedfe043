package protocol

import "testing"

func TestRTSP(t *testing.T) {
	checkReplies(t, "rtsp", []replyCase{
		// RFC 2326 section 10.1, with the field Server of section 12.36.
		{request: "rtsp", data: "RTSP/1.0 200 OK\r\nCSeq: 1\r\nPublic: DESCRIBE, SETUP, TEARDOWN, PLAY, PAUSE\r\n\r\n", want: Certain},
		{request: "rtsp", data: "RTSP/1.0 200 OK\r\nCSeq: 1\r\nServer: VLC/3.0.20\r\nPublic: OPTIONS\r\n\r\n", want: Certain, product: "VLC", version: "3.0.20"},
		// gst-rtsp-server 1.22.0, recorded.
		{
			request: "rtsp", data: "RTSP/1.0 200 OK\r\nCSeq: 1\r\nPublic: OPTIONS, DESCRIBE, ANNOUNCE, GET_PARAMETER, PAUSE, PLAY, RECORD, SETUP, SET_PARAMETER, TEARDOWN\r\n" +
				"Server: GStreamer RTSP server\r\nDate: Sun, 29 Nov 2026 20:45:49 GMT\r\n\r\n", want: Certain, product: "GStreamer RTSP server",
		},
		// The fields Server are those of the examples of Recog.
		{request: "rtsp", data: "RTSP/1.0 200 OK\r\nServer: Dahua Rtsp Server\r\nCSeq: 1\r\n\r\n", want: Certain, product: "Dahua Rtsp Server"},
		{request: "http", data: "RTSP/1.0 400 Bad Request\r\nServer: AirTunes/366.0\r\n\r\n", want: Certain, product: "AirTunes", version: "366.0"},
		{request: "tls", data: "RTSP/1.0 400 Bad Request\n\n", want: Certain},
		{request: "rtsp", data: "RTSP/1.0 4x0 Bad Request\r\n\r\n", want: No},
		{request: "rtsp", data: "HTTP/1.1 400 Bad Request\r\nServer: nginx/1.22.1\r\n\r\n", want: No},
		{request: "rtsp", data: "SIP/2.0 400 Bad Request\r\n\r\n", want: No},
		{request: "rtsp", data: "OPTIONS * RTSP/1.0\r\nCSeq: 1\r\nUser-Agent: portid/1.0\r\n\r\n", want: No},
		{request: "rtsp", data: "SSH-2.0-OpenSSH_9.2p1\r\n", want: No},
	})
}

func TestRTSPRequest(t *testing.T) {
	if got, want := string(rtspBuild(sampleTarget())), "OPTIONS * RTSP/1.0\r\nCSeq: 1\r\nUser-Agent: portid/1.0\r\n\r\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
