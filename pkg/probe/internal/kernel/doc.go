// Package kernel contains what the Linux transports share: system calls that do not block,
// socket addresses, and the entries of sockets' error queues.
package kernel
