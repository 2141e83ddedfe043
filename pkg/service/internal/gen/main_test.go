package main

import (
	"strings"
	"testing"
)

func TestWrite(t *testing.T) {
	index := map[string][]string{
		"80/tcp": {"http"}, "80/udp": {"http"}, "53/udp": {"domain"}, "0/tcp": {"none"},
		"514/tcp": {"shell"}, "514/udp": {"syslog"}, "9/sctp": {"discard"}, "4/tcp": {""},
		"63/tcp": {"whois++"}, "211/tcp": {"914c/g"}, "66/udp": {"sql*net"},
	}
	want := "53/udp domain\n63/tcp whoispp\n66/udp sql-net\n80 http\n211/tcp 914c-g\n514/tcp shell\n514/udp syslog\n"
	var out strings.Builder
	if err := write(&out, index); err != nil || out.String() != header+want {
		t.Errorf("write gave %v and\n%s", err, out.String())
	}
	if err := write(&out, map[string][]string{"http/tcp": {"x"}}); err == nil {
		t.Error("a key without a port was taken")
	}
}
