// Package identify finds out which services are behind open ports.
//
// Engine.Identify is called on one goroutine per endpoint and blocks until the service is
// known or the plan is exhausted. A session holds what is known of one endpoint. It
// connects, listens for a greeting, and then sends one request per connection, in the
// order that the function next decides from the facts so far. What comes back is matched
// by package protocol. Package tlsinfo makes TLS handshakes, and sshkey fetches the host
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
//   - own protocols: the protocols for which the port is registered or customary
//   - secure: inside TLS
package identify
