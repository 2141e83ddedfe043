package identify

import (
	"context"
	"io"
	"net"
	"net/netip"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"portkit/pkg/endpoint"
)

// server plays one side of each connection. It returns when the connection is over.
type server func(c net.Conn, n int)

// silent reads until the client closes.
func silent(c net.Conn, _ int) { io.Copy(io.Discard, c) }

// says sends text, then reads.
func says(text string) server {
	return func(c net.Conn, _ int) {
		go io.WriteString(c, text) // a pipe has no buffer
		io.Copy(io.Discard, c)
	}
}

// replies sends a reply to a request that begins with a prefix, and closes at others.
func replies(pairs ...string) server {
	return func(c net.Conn, _ int) {
		buf := make([]byte, 4096)
		n, _ := c.Read(buf)
		for i := 0; i < len(pairs); i += 2 {
			if strings.HasPrefix(string(buf[:n]), pairs[i]) {
				io.WriteString(c, pairs[i+1])
				return
			}
		}
	}
}

// network is a Dial that connects to a server in memory.
type network struct {
	mu    sync.Mutex
	conns int
	open  int
	most  int // open at once
	sent  []string
	serve server
	fail  error
}

func (n *network) dial(ctx context.Context, _ string, _ netip.AddrPort) (net.Conn, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.conns++
	if n.fail != nil {
		return nil, n.fail
	}
	here, there := net.Pipe()
	n.open++
	n.most = max(n.most, n.open)
	go func(serve server, i int) { // a test may change n.serve for later connections
		serve(&recorded{Conn: there, by: n}, i)
		there.Close()
	}(n.serve, n.conns)
	return &clientEnd{Conn: here, of: n}, nil
}

// clientEnd counts connections that the client has not closed.
type clientEnd struct {
	net.Conn
	of   *network
	once sync.Once
}

func (c *clientEnd) Close() error {
	c.once.Do(func() {
		c.of.mu.Lock()
		defer c.of.mu.Unlock()
		c.of.open--
	})
	return c.Conn.Close()
}

// recorded records what a server receives.
type recorded struct {
	net.Conn
	by *network
}

func (r *recorded) Read(b []byte) (int, error) {
	n, err := r.Conn.Read(b)
	if n > 0 {
		r.by.mu.Lock()
		r.by.sent = append(r.by.sent, string(b[:n]))
		r.by.mu.Unlock()
	}
	return n, err
}

// identify runs a session in virtual time.
func identify(t *testing.T, n *network, o Options, port uint16) (got Outcome, err error) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		o.Dial, o.Agent, o.Version = n.dial, "portid/1", "1"
		if o.Timeout == 0 {
			o.Timeout = 30 * time.Second
		}
		e := New(o)
		got, err = e.Identify(t.Context(), Target{Addr: netip.AddrPortFrom(netip.MustParseAddr("192.0.2.1"), port), RTT: -1})
		time.Sleep(5 * time.Second) // a server may sleep between two bytes
		if n.open != 0 {
			t.Errorf("%d connections are open after the end", n.open)
		}
	})
	return got, err
}

func TestSessions(t *testing.T) {
	http := "HTTP/1.1 200 OK\r\nServer: nginx/1.22.1\r\nContent-Length: 0\r\n\r\n"
	bad := "HTTP/1.1 400 Bad Request\r\nServer: nginx/1.22.1\r\nContent-Length: 0\r\n\r\n"
	for _, c := range []struct {
		name          string
		port          uint16
		serve         server
		fail          error
		o             Options
		app, evidence string
		conns         int
	}{
		{"nothing listens", 9999, nil, syscall.ECONNREFUSED, Options{Effort: Normal}, "", "refused", 1},
		{"no reply to SYNs", 9999, nil, context.DeadlineExceeded, Options{Effort: Normal}, "", "unreachable", 1},
		{"silence", 9999, silent, nil, Options{Effort: Normal}, "", "silent", 6},
		{"silence, quick", 9999, silent, nil, Options{Effort: Quick}, "", "silent", 3},
		{"closed without a word", 9999, func(net.Conn, int) {}, nil, Options{Effort: Normal}, "", "closed", 12},
		{"greeting", 9999, says("SSH-2.0-OpenSSH_9.2p1\r\n"), nil, Options{Effort: Normal}, "ssh", "greeting", 1},
		{"garbage", 9999, says("\x01\x02\x03garbage"), nil, Options{Effort: Normal}, "", "unrecognized", 12},
		{"http at its port", 80, replies("GET", http, "", bad), nil, Options{Effort: Normal}, "http", "http", 2},
		{"http at another port", 9999, replies("GET", http, "", bad), nil, Options{Effort: Normal}, "http", "http", 3},
		{"port that is only listened to, closed", 9100, func(net.Conn, int) {}, nil, Options{Effort: Thorough}, "", "closed", 1},
		{"port that is only listened to", 9100, silent, nil, Options{Effort: Thorough}, "", "not-asked", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := &network{serve: c.serve, fail: c.fail}
			got, err := identify(t, n, c.o, c.port)
			if err != nil || got.App != c.app || got.Evidence != c.evidence || got.Conns != c.conns || n.conns != c.conns {
				t.Errorf("app %q, evidence %q, %d connections (%d seen), error %v; want %q, %q, %d",
					got.App, got.Evidence, got.Conns, n.conns, err, c.app, c.evidence, c.conns)
			}
			if n.most > 2 {
				t.Errorf("%d connections at once, want at most 2", n.most)
			}
			if c.evidence == "not-asked" && len(n.sent) > 0 {
				t.Errorf("sent %q, want nothing", n.sent)
			}
			if (c.fail == nil) != got.Connected || c.fail != nil && got.Reason == 0 {
				t.Errorf("connected %v, reason %v", got.Connected, got.Reason)
			}
		})
	}
}

func TestHTTPFactsAreThoseOfAGET(t *testing.T) {
	n := &network{serve: replies(
		"GET", "HTTP/1.1 200 OK\r\nServer: nginx/1.22.1\r\nContent-Type: text/html\r\n\r\n<title>Welcome</title>",
		"", "HTTP/1.1 400 Bad Request\r\nServer: nginx/1.22.1\r\n\r\n<title>400 Bad Request</title>")}
	got, _ := identify(t, n, Options{Effort: Normal}, 9999)
	if got.HTTP == nil || got.HTTP.Status != 200 || got.HTTP.Title != "Welcome" || got.Product != "nginx" || got.Version != "1.22.1" {
		t.Errorf("%+v %+v; want those of the reply with status 200", got.Finding, got.HTTP)
	}
}

// TestWholeReplyToAClientHelloSuffices: the server keeps its connections open.
func TestWholeReplyToAClientHelloSuffices(t *testing.T) {
	n := &network{serve: func(c net.Conn, i int) {
		replies("GET", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "", "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")(c, i)
		io.Copy(io.Discard, c)
	}}
	if got, _ := identify(t, n, Options{Effort: Normal}, 80); got.App != "http" || got.Took > replyTimeout/2 {
		t.Errorf("%q after %v, want http at once", got.App, got.Took)
	}
}

func TestLateReplyCounts(t *testing.T) {
	n := &network{serve: func(c net.Conn, i int) {
		buf := make([]byte, 4096)
		if k, _ := c.Read(buf); k > 0 && strings.HasPrefix(string(buf), "GET") {
			time.AfterFunc(httpTimeout+500*time.Millisecond, func() {
				io.WriteString(c, "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n")
			})
		}
		io.Copy(io.Discard, c)
	}}
	got, _ := identify(t, n, Options{Effort: Normal}, 9999)
	if got.App != "http" || got.HTTP == nil || got.HTTP.Status != 503 {
		t.Errorf("%+v, want HTTP with status 503", got.Finding)
	}
}

// TestOtherRequestsFollowWhileAnHTTPServerMayReply: silence to a GET delays other requests
// by a second, but the conclusion until its time is over.
func TestOtherRequestsFollowWhileAnHTTPServerMayReply(t *testing.T) {
	get := func(after time.Duration, others string) server {
		return func(c net.Conn, _ int) {
			buf := make([]byte, 4096)
			k, _ := c.Read(buf)
			switch {
			case strings.HasPrefix(string(buf[:k]), "GET"):
				time.Sleep(after) // of virtual time
				io.WriteString(c, "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n")
			case others != "":
				if strings.HasPrefix(others, "late") {
					time.Sleep(1500 * time.Millisecond) // of virtual time
				}
				io.WriteString(c, strings.TrimPrefix(others, "late"))
			default:
				io.Copy(io.Discard, c)
			}
		}
	}
	for _, c := range []struct {
		name   string
		serve  server
		port   uint16
		status int
		conns  int
		took   time.Duration // at most
	}{
		{"silence", silent, 9999, 0, 6, 7500 * time.Millisecond},
		{"a slow HTTP server", get(4500*time.Millisecond, ""), 9999, 503, 6, 6 * time.Second},
		{"one that replies to TLS", get(4*time.Second, "HTTP/1.1 400 Bad Request\r\n\r\n"), 9999, 503, 3, 5 * time.Second},
		{"one whose reply to TLS is late", get(3*time.Second, "lateHTTP/1.1 400 Bad Request\r\n\r\n"), 9999, 503, 3, 5 * time.Second},
		{"one at its port", get(4*time.Second, "HTTP/1.1 400 Bad Request\r\n\r\n"), 80, 503, 2, 5 * time.Second},
	} {
		got, _ := identify(t, &network{serve: c.serve}, Options{Effort: Normal}, c.port)
		status := 0
		if got.HTTP != nil {
			status = got.HTTP.Status
		}
		if status != c.status || got.Conns != c.conns || got.Took > c.took {
			t.Errorf("%s: HTTP status %d, %d connections, %v; want %d, %d, at most %v", c.name, status, got.Conns, got.Took, c.status, c.conns, c.took)
		}
	}
}

// TestListeningFollowsTheSlowestGreeting: a host whose SSH server was slow to greet at its
// own port is listened to for longer at others, since another connection may be punished.
func TestListeningFollowsTheSlowestGreeting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := &network{serve: func(c net.Conn, _ int) {
			time.Sleep(300 * time.Millisecond) // of virtual time
			says("SSH-2.0-x\r\n")(c, 0)
		}}
		e := New(Options{Effort: Normal, Timeout: 30 * time.Second, Dial: n.dial})
		for _, port := range []uint16{22, 9999} {
			got, err := e.Identify(t.Context(), Target{Addr: netip.AddrPortFrom(netip.MustParseAddr("192.0.2.1"), port), RTT: -1})
			if err != nil || got.App != "ssh" || got.Conns != 1 {
				t.Errorf("port %d: %+v, %v; want ssh after one connection", port, got.Finding, err)
			}
		}
	})
}

// TestLateReplyOfTheOwnProtocolCounts: the connection that had the port's own request
// stays open however many silent ones follow.
func TestLateReplyOfTheOwnProtocolCounts(t *testing.T) {
	n := &network{serve: func(c net.Conn, i int) {
		if i == 1 {
			time.AfterFunc(4*time.Second, func() { io.WriteString(c, "-NOAUTH Authentication required.\r\n") })
		}
		io.Copy(io.Discard, c)
	}}
	got, _ := identify(t, n, Options{Effort: Normal}, 6379)
	if got.App != "redis" || got.Conns != 3 {
		t.Errorf("%+v, want redis after three connections", got.Finding)
	}
}

// TestReplyMayEndLater: a reply that begins at the end of the wait is still read whole.
func TestReplyMayEndLater(t *testing.T) {
	n := &network{serve: func(c net.Conn, _ int) {
		time.Sleep(990 * time.Millisecond) // one second is the wait for a quotation
		io.WriteString(c, "A quotation ")
		time.Sleep(50 * time.Millisecond) // of virtual time, as above
		io.WriteString(c, "of the day.\n")
	}}
	if got, _ := identify(t, n, Options{Effort: Normal}, 17); got.App != "qotd" || got.Conns != 1 {
		t.Errorf("%+v, want qotd after one connection", got.Finding)
	}
}

func TestLocalTroubleIsAnError(t *testing.T) {
	for _, err := range []error{syscall.EMFILE, syscall.ENOBUFS} {
		if _, got := identify(t, &network{fail: err}, Options{Effort: Normal}, 9999); got == nil {
			t.Errorf("%v: no error", err)
		}
	}
}

func TestAddressThatAcceptsAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := &network{serve: silent}
		e := New(Options{Effort: Normal, Timeout: 30 * time.Second, Dial: n.dial, Common: func(p uint16) bool { return p == 8080 }})
		evidence := map[string]int{}
		for port := uint16(30000); port < 30030; port++ {
			o, _ := e.Identify(t.Context(), Target{Addr: netip.AddrPortFrom(netip.MustParseAddr("192.0.2.1"), port), RTT: time.Millisecond})
			evidence[o.Evidence]++
			if o.Evidence == endpoint.EvidenceAcceptsAll && (o.Conns != 1 || o.Took > 20*time.Millisecond) {
				t.Errorf("port %d: %d connections, %v", port, o.Conns, o.Took)
			}
		}
		if evidence["silent"] != 16 || evidence[endpoint.EvidenceAcceptsAll] != 14 {
			t.Errorf("%v, want 16 silent and 14 accepts-all", evidence)
		}
		if o, _ := e.Identify(t.Context(), Target{Addr: netip.AddrPortFrom(netip.MustParseAddr("192.0.2.1"), 2222), RTT: -1}); o.Evidence != "not-asked" || o.Took > 200*time.Millisecond {
			t.Errorf("port that is only listened to: %q after %v, want a short wait", o.Evidence, o.Took)
		}
		for _, port := range []uint16{22, 8080} {
			if o, _ := e.Identify(t.Context(), Target{Addr: netip.AddrPortFrom(netip.MustParseAddr("192.0.2.1"), port), RTT: -1}); o.Evidence != "silent" {
				t.Errorf("port %d: %q, want the full plan", port, o.Evidence)
			}
		}
		n.serve = says("SSH-2.0-x\r\n")
		if o, _ := e.Identify(t.Context(), Target{Addr: netip.AddrPortFrom(netip.MustParseAddr("192.0.2.1"), 21000), RTT: -1}); o.App != "ssh" {
			t.Errorf("what replies is %q, want ssh", o.App)
		}
		n.serve = silent
		if o, _ := e.Identify(t.Context(), Target{Addr: netip.AddrPortFrom(netip.MustParseAddr("192.0.2.2"), 21000), RTT: -1}); o.Evidence != "silent" {
			t.Errorf("another address: %q, want silent", o.Evidence)
		}
	})
}

func TestTimeoutEndsASession(t *testing.T) {
	trickle := func(c net.Conn, _ int) {
		go io.Copy(io.Discard, c)
		for {
			if _, err := c.Write([]byte{'x'}); err != nil {
				return
			}
			time.Sleep(50 * time.Millisecond) // of virtual time
		}
	}
	got, err := identify(t, &network{serve: trickle}, Options{Effort: Thorough, Timeout: 8 * time.Second}, 9999)
	if err != nil || got.Took > 9*time.Second || got.Evidence != "unrecognized" {
		t.Errorf("%v, %q, %v; want unrecognized within 8 s", got.Took, got.Evidence, err)
	}
	got, err = identify(t, &network{serve: silent}, Options{Effort: Thorough, Timeout: 8 * time.Second}, 9999)
	if err != nil || got.Evidence != "silent" {
		t.Errorf("%q, %v; want silent: the server closed nothing", got.Evidence, err)
	}
}

func TestAmbiguousGreetingIsSettledByTheRequestsOfItsProtocols(t *testing.T) {
	n := &network{serve: func(c net.Conn, _ int) {
		greeted := make(chan bool)
		go func() { // a pipe has no buffer
			io.WriteString(c, "220 vm Dovecot (Debian) ready.\r\n")
			close(greeted)
		}()
		buf := make([]byte, 512)
		for {
			k, err := c.Read(buf)
			if err != nil {
				return
			}
			<-greeted
			if strings.HasPrefix(string(buf[:k]), "LHLO ") {
				io.WriteString(c, "250 vm\r\n")
			} else {
				io.WriteString(c, "500 5.5.1 Unknown command\r\n")
			}
		}
	}}
	got, err := identify(t, n, Options{Effort: Normal}, 2000)
	if err != nil || got.App != "lmtp" || got.Product != "Dovecot" || got.Conns > 4 {
		t.Errorf("%+v, %v; sent %q", got, err, n.sent)
	}
}
