// Package payload builds a UDP request for a port and recognizes the reply. It consists
// of pure functions on bytes: a transport sends what Build returns and passes replies
// to Match.
//
// Each request is one that the service's specification requires a reply to, with the
// smallest reply. None changes anything at the server, contains a password or community
// string, or opens a session. A protocol without such a request is listed by Silent,
// and its port gets only the empty datagram.
//
// Each file has one protocol, with its sources. The table in table.go lists them all.
package payload
