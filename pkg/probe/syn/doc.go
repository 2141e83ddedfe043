// Package syn probes TCP ports with a bare SYN. It requires Linux and CAP_NET_RAW.
//
// # Sending
//
// On Ethernet a SYN leaves in a frame of our own through a memory-mapped ring
// (packet(7)): routeCache finds the route, neighborTable the next hop's MAC address.
// On other links it leaves through a raw IP socket, and the kernel does both. The
// ring costs about 450 lines more than raw sockets alone. Measured in the lab, in
// processor time per probe with records in and out (medians of seven runs or more):
//
//	                                                ring    raw
//	one host, 65,535 ports, IPv4                  9.8 µs  11.2 µs
//	one host, 65,535 ports, IPv6                 13.1 µs  15.1 µs
//	341 on-link hosts, 200 ports each            12.6 µs  14.6 µs
//	32,768 hosts behind a router, 2 ports each   17.0 µs  17.1 µs
//	the same hosts silent, 4 ports each          11.4 µs  12.2 µs
//	one host, with a stateful firewall here       9.6 µs  13.2 µs
//	/20 on-link, one address in 100 in use         54 µs  1338 µs (3.6 s, 25 s)
//
// The last row is why the ring stays: the kernel's neighbor table holds 1,024
// entries, shared with everything else on the machine (gc_thresh3, arp(7)).
//
// # Receiving
//
// Replies arrive through rings with a filter for the source ports of one worker, so
// that no reply reaches another worker. The kernel's TCP gets them too. It knows of
// no connection and resets an answered handshake; we send a reset as well because a
// firewall on this machine may hide the reply from the kernel.
//
// # Terms
//
//	cookie   secret hash of an endpoint; its low half is the SYN's sequence number
//	lane     a group of source ports: one endpoint has one probe in flight per lane
//	route    how the kernel would reach an address: link, next hop, source
//	neighbor the MAC address of a next hop on a link
package syn
