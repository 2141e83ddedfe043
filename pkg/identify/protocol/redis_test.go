package protocol

import "testing"

func TestRedisReplies(t *testing.T) {
	checkReplies(t, "redis", []replyCase{
		// Debian's Redis; Valkey by its documentation of INFO.
		{data: "$118\r\n# Server\r\nredis_version:7.0.15\r\nredis_git_sha1:00000000\r\nredis_mode:standalone\r\nos:Linux 6.1.0 x86_64\r\narch_bits:64\r\n\r\n", request: "redis", want: Certain, product: "Redis", version: "7.0.15", os: "Linux 6.1.0 x86_64"},
		{data: "$90\r\n# Server\r\nredis_version:7.2.4\r\nserver_name:valkey\r\nvalkey_version:8.0.1\r\nos:Linux\r\n\r\n", request: "redis", want: Certain, product: "Valkey", version: "8.0.1", os: "Linux"},
		{data: "-NOAUTH Authentication required.\r\n", request: "redis", want: Certain},
		{data: "-DENIED Redis is running in protected mode because protected mode is enabled\r\n", want: Certain, product: "Redis", limited: true},
		{data: "-ERR wrong number of arguments for 'get' command\r\n", request: "http", want: Certain},
		{data: "-ERR unknown command 'HELP', with args beginning with: \r\n", request: "irc", want: Certain},
		{data: "-ERR max number of clients reached\r\n", want: Certain, limited: true},
		// NATS, POP3, memcached, an echo.
		{data: "-ERR 'Unknown Protocol Operation'\r\n", request: "redis"},
		{data: "-ERR Unknown command.\r\n", request: "redis"},
		{data: "+OK\r\n", request: "redis"},
		{data: "INFO server\r\n", request: "redis"},
		{data: "$5\r\nhello\r\n", request: "redis"},
		{data: "$x\r\n# Server\r\nredis_version:1\r\n", request: "redis"},
		{data: "HTTP/1.1 400 Bad Request\r\n\r\n", request: "redis"},
	})
}
