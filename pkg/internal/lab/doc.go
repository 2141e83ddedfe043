// Package lab makes hosts that answer in every way a port can be answered,
// in network namespaces of its own: for tests of truth and for benchmarks
// side by side with other scanners. It is for tests only.
//
// The whole test binary runs in a fresh network namespace that holds nothing
// but loopback and the lab's own veth links, so nothing a test sends can
// leave the machine, and nothing of the machine is touched:
//
//	func TestMain(m *testing.M) { lab.Main(m) }
//
//	func TestTruth(t *testing.T) {
//		l := lab.New(t) // skips by name where namespaces cannot be had
//		h := l.Host("", lab.Listen("22,80"), lab.Silent("1000-1999"))
//		ask(h.Addr(), 22) // open; 1000: silence; 23: refused
//	}
//
// As root a network namespace is enough; otherwise a user namespace gives
// the rights (user_namespaces(7)). Linux only: elsewhere Need skips. No nft
// or ip program is needed. The namespace of the process is called the
// scanner's here.
package lab
