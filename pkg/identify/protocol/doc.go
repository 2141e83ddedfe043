// Package protocol contains what portid knows about application protocols: the ports
// they are registered for, the requests to send, and how to recognize their replies.
// Everything in it is a pure function on bytes. It opens no connection and reads no
// clock. Each protocol has a file of its own, and a row in the table. A second table,
// Datagrams, contains the UDP services whose reply reveals more than the protocol.
//
// # Terms
//
//   - greeting: what a server sends before any request
//   - request: what the client sends, one per connection
//   - reply: everything that a server sent on one connection
//   - match: what a protocol makes of a reply
//
// # Matches
//
// A reply is given to all protocols, whatever request it is for: a web server replies to
// the requests of most other protocols with an error of its own. The strongest match
// wins. Protocols have to be strict: a match requires the grammar of the protocol, never
// only a word that its replies usually contain. If two different protocols match equally
// well, the service is not recognized, unless one of them is that of the request.
//
// # Protocols without a row
//
// A request must not change anything. These servers reply only to requests that do:
// distcc runs a compiler, iperf3 begins a test that shuts out other clients, and a node
// of Erlang begins to authenticate the client under a name. A server of discard never
// replies.
package protocol
