package protocol

import "testing"

func TestNATSReplies(t *testing.T) {
	const info = `INFO {"server_id":"NC3ASPLI45PERDJF","server_name":"NC3A","version":"2.9.10","proto":1,"port":20055}` + " \r\n"
	checkReplies(t, "nats", []replyCase{
		// Debian's nats-server.
		{data: info, want: Certain, product: "NATS Server", version: "2.9.10"},
		{data: info + "-ERR 'Unknown Protocol Operation'\r\n", request: "http", want: Certain, product: "NATS Server", version: "2.9.10"},
		{data: "INFO {\"server_id\":\r\n"},
		{data: "INFO {}\r\n"},
		{data: "INFO server\r\n", request: "redis"},
	})
}

func TestSTOMPReplies(t *testing.T) {
	checkReplies(t, "stomp", []replyCase{
		// STOMP 1.2, "Protocol Negotiation" and "ERROR".
		{data: "ERROR\nversion:1.2,2.1\ncontent-type:text/plain\n\nSupported protocol versions are 1.2 2.1\x00", request: "stomp", want: Certain},
		{data: "ERROR\r\nserver:RabbitMQ/3.10.8\r\nmessage:Version mismatch\r\n\r\nx\x00\n", request: "stomp", want: Certain, product: "RabbitMQ", version: "3.10.8"},
		{data: "CONNECTED\nversion:1.2\n\n\x00", request: "stomp", want: Certain},
		{data: "ERROR\r\nERROR\r\nERROR\r\n", request: "stomp"},
		{data: "ERROR\nno header\n\n\x00", request: "stomp"},
		{data: "ERROR\nname:x\n\n\x00", request: "stomp"},
		{data: string(stompRequest(sampleTarget())), request: "stomp"},
		{data: "HTTP/1.1 400 Bad Request\r\n\r\n", request: "stomp"},
	})
	if got := string(stompRequest(&Target{Name: "a:b\n\x00c"})); got != "CONNECT\naccept-version:9.9\nhost:a\\cbc\n\n\x00" {
		t.Errorf("request %q", got)
	}
}

func TestBeanstalkdReplies(t *testing.T) {
	checkReplies(t, "beanstalkd", []replyCase{
		// Debian's beanstalkd.
		{data: "OK 957\r\n---\ncurrent-jobs-urgent: 0\ncurrent-jobs-ready: 0\nversion: \"1.12\"\nrusage-utime: 0.001\n", request: "beanstalkd", want: Certain, product: "beanstalkd", version: "1.12"},
		{data: "UNKNOWN_COMMAND\r\nUNKNOWN_COMMAND\r\n", request: "http", want: Certain},
		{data: "OK 1.1.20+ds\n", request: "beanstalkd"},
		{data: "OK 957\r\n---\nother: 1\n", request: "beanstalkd"},
		{data: "ERR UNKNOWN_COMMAND\r\n", request: "beanstalkd"},
		{data: "stats\r\n", request: "beanstalkd"},
	})
}

func TestGearmanReplies(t *testing.T) {
	checkReplies(t, "gearman", []replyCase{
		// Debian's gearmand; PROTOCOL, "ECHO_RES".
		{data: "\x00RES\x00\x00\x00\x11\x00\x00\x00\x00OK 1.1.20+ds\n", request: "gearman", want: Certain, product: "gearmand", version: "1.1.20+ds"},
		{data: "ERR UNKNOWN_COMMAND Unknown+server+commandGET\r\n", request: "http", want: Certain},
		{data: "OK 1.1.20+ds\n", request: "memcached"},
		{data: string(gearmanRequest(nil)), request: "gearman"},
	})
}

func TestAsteriskReplies(t *testing.T) {
	checkReplies(t, "asterisk-ami", []replyCase{
		// Asterisk documentation, "AMI v2 specification".
		{data: "Asterisk Call Manager/9.0.0\r\n", want: Certain, product: "Asterisk Call Manager", version: "9.0.0"},
		{data: "Asterisk Call Manager/x\r\n"},
		{data: "Asterisk\r\n"},
	})
}
