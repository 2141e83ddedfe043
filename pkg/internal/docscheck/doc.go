// Package docscheck tests README.md and the manual pages that are written in
// Markdown: it runs every command block, compares the output shown, and checks
// that every message and flag quoted is one of the tools.
//
// What the fenced blocks mean to the test:
//
//   - sh is a command block. The blocks of a document run in the order of the
//     text, in one directory that is empty at the start, with bash, set -e and
//     set -o pipefail, and must exit with status 0.
//   - anything else with a file name behind it ("json hosts.ndjson") is that
//     file, which is written before the blocks that follow.
//   - text without a name, next after a command block, is what that block
//     prints. Times are compared by their form only. With -update the
//     text becomes what was printed.
//
// Nothing is ever sent to the hosts in the documents, for four reasons. The tests run
// in a network namespace that holds loopback only, where one can be had. The
// blocks see only the programs that programs_unix_test.go names, and what they
// would run on another machine runs on this one, among these. portprobe is a
// script there that refuses to run unless it is told to simulate, or to send
// from 127.0.0.1, a source from which no system routes outward. And the latter is
// for blocks whose whole text is listed in network_unix_test.go, not in a document.
package docscheck
