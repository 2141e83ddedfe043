package protocol

import (
	"slices"
	"testing"
)

func TestNNTPReplies(t *testing.T) {
	checkReplies(t, "nntp", []replyCase{
		// RFC 3977 sections 5.1, 5.2 and appendix; the greeting of INN.
		{data: "200 NNTP Service Ready, posting permitted\r\n", want: Certain},
		{data: "201 news.example InterNetNews NNRP server INN 2.7.1 ready (no posting)\r\n", want: Certain, product: "INN", version: "2.7.1"},
		{data: "200 NNTP Service 6.0.3790.3959 Version: 6.0.3790.3959 Posting Allowed\r\n", want: Certain, product: "Microsoft NNTP Service", version: "6.0.3790.3959"},
		{data: "200 ready\r\n", want: Likely},
		{data: "200 ready\r\n101 Capability list:\r\nVERSION 2\r\nREADER\r\nIMPLEMENTATION INN 2.7.1\r\n.\r\n", request: "nntp", want: Certain, product: "INN", version: "2.7.1"},
		{data: "200 ready\r\n500 Unknown command\r\n", request: "http", want: Likely},
		{data: "200 ready\r\n500 Unknown command\r\n", request: "nntp"},
		{data: "200 ready\r\n", request: "nntp"},
		{data: "400 NNTP service temporarily unavailable\r\n", want: Certain, limited: true},
		{data: "502 no permission to talk, news.example\r\n"},
		{data: "220 news.example ESMTP\r\n", request: "nntp"},
		{data: "HTTP/1.1 200 OK\r\n\r\n", request: "nntp"},
		{data: "20000 NNTP\r\n"},
	})
}

func TestNNTPUpgrade(t *testing.T) {
	sent, ok := playUpgrade(t, "nntp", "200 ready\r\n", "382 Continue with TLS negotiation\r\n")
	if want := []string{"STARTTLS|"}; !ok || !slices.Equal(sent, want) {
		t.Errorf("%q, %v; want %q", sent, ok, want)
	}
	if _, ok := playUpgrade(t, "nntp", "200 ready\r\n", "580 Can not initiate TLS negotiation\r\n"); ok {
		t.Error("a refusal starts TLS")
	}
}
