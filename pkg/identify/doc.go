// Package identify finds out which services are behind open ports.
//
// Engine.Identify is called on one goroutine per endpoint and blocks until the service is
// known or the plan is exhausted. A session connects, listens for a greeting, and then
// sends one request per connection. Each of its parts has one job: the dialer makes the
// connections, a line is the conversation on one of them, the evidence is a value with
// all that was observed, the plan decides from it what is sent next, and the silence
// watches the connections on which nothing was received. What comes back is matched by
// package protocol. Package tlsinfo makes TLS handshakes, and sshkey fetches the host
// keys of SSH servers.
//
// A UDP service is known by the reply that portprobe received. An exchange sends it the
// request that reveals the product, if there is one.
//
// What is known of an address (how many of its endpoints never sent anything) is shared
// by the sessions of the address.
//
// # Terms
//
//   - session: the identification of one endpoint
//   - request, reply, match: see package protocol
//   - reaction: a reply, silence, a close or a reset after a request
//   - trial: a request that was sent, with the reaction
//   - own protocols: the protocols for which the port is registered or customary
//   - secure: inside TLS
package identify
