// Package payload knows what to say to a udp port so that its service
// answers, and how to tell that answer from another. It is pure functions on
// bytes: a transport sends what Build makes and shows Match what came back.
//
// Every request is one that the service's specification says it answers, and
// of these the one with the smallest answer. None changes anything at the
// other end, none carries a password, a community string or the like, and
// none opens a session that would have to be closed. Where all that leaves
// nothing to say, the protocol is listed by Silent, with the reason, and its
// port gets the empty datagram alone.
//
// One protocol stands in each file, with the sections it was made from. They
// meet in one literal table, in table.go.
package payload
