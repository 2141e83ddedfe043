// Package daemons starts real udp services of Debian in the lab, each with
// the least configuration that has it answer on its registered port:
//
//	for _, d := range daemons.All() {
//		t.Run(d.Name, func(t *testing.T) {
//			h := lab.New(t).Host("")
//			daemons.Start(t, d, h) // skips by name where d is not installed
//			ask(h.Addr(), d.Port)  // answered as d.App
//		})
//	}
//
// A daemon runs in the host's network namespace, and in mount and process
// namespaces of its own with an empty /run, so that it meets neither the
// machine's daemons nor its files, and everything that it starts ends with
// it. All that it writes goes to a temporary directory. It is for tests only.
package daemons
