package protocol

import (
	"slices"
	"testing"
)

func TestSieveReplies(t *testing.T) {
	checkReplies(t, "sieve", []replyCase{
		// Debian's Dovecot with Pigeonhole, RFC 5804 sections 1.7 and 1.8.
		{data: "\"IMPLEMENTATION\" \"Dovecot (Debian) Pigeonhole\"\r\n\"SIEVE\" \"fileinto reject\"\r\n\"STARTTLS\"\r\n\"VERSION\" \"1.0\"\r\nOK \"Dovecot (Debian) ready.\"\r\n", want: Certain, product: "Dovecot Pigeonhole", os: "Debian"},
		{data: "\"IMPLEMENTATION\" \"Example1 ManageSieved v001\"\r\n\"VERSION\" \"1.0\"\r\n\"SASL\" \"PLAIN\"\r\nOK\r\nNO \"x\"\r\n", request: "http", want: Certain, product: "Example1 ManageSieved", version: "001"},
		{data: "\"SIEVE\" \"fileinto\"\r\n\"IMPLEMENTATION\" \"Cyrus timsieved v2.4.17\"\r\nOK\r\n", want: Certain, product: "Cyrus timsieved", version: "2.4.17"},
		{data: "\"quote of the day\"\r\n"},
		{data: "OK \"ready\"\r\n"},
		{data: "HTTP/1.1 400 Bad Request\r\n\r\n", request: "sieve"},
	})
}

func TestSieveUpgrade(t *testing.T) {
	sent, ok := playUpgrade(t, "sieve", "\"IMPLEMENTATION\" \"x\"\r\n\"STARTTLS\"\r\nOK \"ready\"\r\n", "OK \"Begin TLS negotiation now.\"\r\n")
	if want := []string{"STARTTLS|"}; !ok || !slices.Equal(sent, want) {
		t.Errorf("%q, %v; want %q", sent, ok, want)
	}
	if _, ok := playUpgrade(t, "sieve", "\"IMPLEMENTATION\" \"x\"\r\nOK\r\n", "NO \"no TLS\"\r\n"); ok {
		t.Error("a refusal starts TLS")
	}
}
