package identify

import (
	"cmp"
	"slices"
)

// distinctive returns the requests whose reactions differ between protocols.
func distinctive() [4]string { return [4]string{tlsRequest, httpRequest, "postgresql", "socks5"} }

// habit is how the servers of a protocol react to the distinctive requests: by a reply
// (r), silence (s), a close (c) or a reset (x). Inside TLS, the reaction to the
// ClientHello is a reply. A server that closes has usually read a header with a length or
// a type. One that is silent waits for more: three or eight bytes are less than its
// header.
type habit struct{ request, reactions string }

// habits returns the habits of the servers that are recognized neither by a greeting nor
// by their reply to a ClientHello or a GET. They were observed at the daemons of Debian,
// but for those of RDP, MSSQL and Kafka, which follow from their specifications. Of equal
// ones the first is the most likely.
func habits() []habit {
	return []habit{
		{"postgresql", "ccr-"},
		{"postgresql", "xxr-"},
		{"socks5", "cccr"},
		{"socks5", "xxxr"},
		{"socks5", "crcr"},
		{"rpcbind", "ssss"},
		{"dns", "ssxs"},
		{"dns", "ccxx"},
		{"smb", "ssss"},
		{"ldap", "cscc"},
		{"ldap", "xxx-"},
		{"ldap", "rs--"}, // inside TLS
		{"tor", "rs--"},
		{"mqtt", "xxxx"},
		{"mqtt", "cccc"},
		{"rdp", "xxx-"},
		{"mssql", "xxx-"},
		{"git", "xxxs"},
		{"pptp", "xxxx"},
		{"epmd", "cccs"},
		{"openvpn", "cccs"},
		{"java-rmi", "cccs"},
		{"ajp", "cccs"},
		{"9p", "cccs"},
		{"zabbix-agent", "cccc"},
		{"iscsi", "cccc"},
		{"ident", "xxss"}, // before those whose servers are not silent to it
		{"stun", "xxss"},
		{"stun", "sxss"},
		{"rpcbind", "xxss"},
		{"x11", "ccss"},
		{"zookeeper", "ccss"},
		{"nrpe", "xxss"},
		{"sip", "scss"},
		{"memcached", "rcss"},
		{"kafka", "ccss"},
	}
}

// likely returns the requests of the habits, those that fit the reactions best first.
func (v *evidence) likely() (names []string) {
	by := habits()
	slices.SortStableFunc(by, func(a, b habit) int { return cmp.Compare(v.misfit(a), v.misfit(b)) })
	for _, h := range by {
		names = append(names, h.request)
	}
	return names
}

// misfit returns how much the reactions differ from a habit. A close and a reset are
// alike: which of them the client sees depends on how much the server has read.
func (v *evidence) misfit(h habit) (n int) {
	for i, request := range distinctive() {
		switch got, want := v.reaction(request), reaction(h.reactions[i]); {
		case got == want || got == reactUnknown || want == reactUnknown:
		case got.ends() && want.ends():
			n++
		default:
			n += 2
		}
	}
	return n
}

// ends reports whether the server ended the connection.
func (r reaction) ends() bool { return r == reactClose || r == reactReset }
