package protocol

import "testing"

func TestMemcachedReplies(t *testing.T) {
	checkReplies(t, "memcached", []replyCase{
		// Debian's memcached and doc/protocol.txt.
		{data: "VERSION 1.6.18\r\n", request: "memcached", want: Certain, product: "memcached", version: "1.6.18"},
		{data: "ERROR Too many open connections\r\n", want: Certain, limited: true},
		{data: "CLIENT_ERROR unauthenticated\r\n", request: "http", want: Certain, limited: true},
		{data: "STAT pid 21\r\nSTAT uptime 64\r\nSTAT version 1.6.18\r\nSTAT libevent 2.1.12-stable\r\n", request: "beanstalkd", want: Certain, product: "memcached", version: "1.6.18"},
		// Replies that others have, an echo.
		{data: "ERROR\r\nERROR\r\n", request: "http"},
		{data: "VERSION 1.0 of our service\r\n", request: "memcached"},
		{data: "VERSION \r\n", request: "memcached"},
		{data: "version\r\n", request: "memcached"},
		{data: "OK 1.1.20+ds\n", request: "memcached"},
		{data: "munins node on vm version: 2.0.73\n", request: "memcached"},
	})
}
