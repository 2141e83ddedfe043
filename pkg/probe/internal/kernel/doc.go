// Package kernel is what the transports of Linux share: system calls that never
// wait, socket addresses, and the entries of sockets' error queues.
package kernel
