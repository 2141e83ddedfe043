// Package lab makes hosts in network namespaces whose ports reply in every way that
// a port can, for tests, and for benchmarks beside other scanners.
//
// The test binary runs in a new network namespace with nothing but loopback and the
// veth links of the lab. So no packet leaves the machine, and its configuration is
// not changed:
//
//	func TestMain(m *testing.M) { lab.Main(m) }
//
//	func TestStates(t *testing.T) {
//		l := lab.New(t) // skips the test where there are no namespaces
//		h := l.Host("", lab.Listen("22,80"), lab.Silent("1000-1999"))
//		probe(h.Addr(), 22) // open; 1000 is silent, 23 refuses
//	}
//
// Linux only. Without root, a user namespace provides the privileges, see
// user_namespaces(7). The programs nft and ip are not needed. The namespace of the
// test is called the scanner's.
package lab
