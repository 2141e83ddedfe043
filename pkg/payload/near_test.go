package payload

import (
	"bytes"
	"encoding/hex"
	"testing"
)

// miss is a byte of a reply, from the end if negative, and the bits to invert.
type miss struct {
	at   int
	bits byte
}

// nearMisses are the bytes that a matcher checks, by reply: without one of them it must
// be rejected.
var nearMisses = map[string][]miss{
	"dns-unbound-0":                 {{0, 1}, {1, 1}, {2, 0x80}, {2, 0x08}, {3, 0x40}, {5, 1}, {5, 3}, {13, 1}, {24, 1}, {7, 4}},
	"made-dns-notimp":               {{3, 4}, {1, 1}, {5, 1}},
	"mdns-avahi-0":                  {{0, 1}, {2, 0x80}, {2, 0x08}, {3, 1}, {5, 3}, {7, 1}, {14, 1}, {7, 8}},
	"made-mdns-services":            {{1, 1}, {7, 1}, {14, 1}},
	"netbios-ns-nmbd-0":             {{1, 1}, {2, 0x80}, {2, 0x08}, {5, 1}, {13, 1}, {47, 1}, {55, 2}},
	"ntp-chrony-0":                  {{0, 1}, {24, 1}, {31, 1}},
	"snmp-snmpd-0":                  {{0, 1}, {1, 1}, {4, 1}, {5, 1}, {9, 1}, {12, 1}, {24, 1}},
	"rpcbind-rpcbind-0":             {{3, 1}, {7, 1}, {11, 2}},
	"made-rpc-denied":               {{3, 1}, {7, 1}, {11, 1}},
	"quic-ngtcp2-0":                 {{0, 0x80}, {4, 1}, {5, 1}, {6, 1}, {13, 1}, {14, 1}, {15, 1}, {22, 1}},
	"stun-coturn-0":                 {{0, 2}, {1, 2}, {3, 1}, {4, 1}, {8, 1}, {12, 1}, {19, 1}},
	"ike-charon-0":                  {{0, 1}, {7, 1}, {17, 0x10}, {18, 1}, {19, 0x20}, {27, 1}},
	"ike-charon-nat-0":              {{0, 1}, {3, 1}, {4, 1}, {31, 1}},
	"made-ike1-invalid-version":     {{18, 1}, {27, 1}, {17, 0x20}},
	"l2tp-xl2tpd-0":                 {{0, 0x40}, {1, 1}, {3, 1}, {4, 1}, {5, 1}, {7, 1}, {9, 1}, {11, 1}},
	"xdmcp-xdm-0":                   {{1, 1}, {3, 2}, {5, 1}, {7, 1}, {9, 1}, {-18, 1}},
	"kerberos-krb5kdc-0":            {{0, 1}, {2, 1}, {3, 1}, {10, 1}, {15, 1}},
	"kpasswd-kadmind-0":             {{1, 1}, {3, 2}, {5, 1}, {6, 1}},
	"dtls-openssl-dtls-1":           {{0, 1}, {1, 1}, {2, 0x40}, {4, 1}, {12, 0x40}, {13, 4}, {18, 1}, {21, 1}, {25, 1}},
	"made-dtls-alert":               {{0, 2}, {12, 1}, {13, 4}},
	"openvpn-openvpn-0":             {{0, 0x08}, {9, 1}, {14, 1}, {21, 1}},
	"ipmi-ipmi_sim-0":               {{3, 1}, {4, 1}, {13, 0x40}, {14, 1}, {15, 4}, {16, 1}, {17, 1}, {18, 4}, {19, 1}},
	"rmcp-ipmi_sim-1":               {{3, 1}, {7, 1}, {8, 1}, {9, 1}, {11, 1}},
	"memcached-memcached-0":         {{1, 1}, {3, 1}, {5, 3}, {7, 1}, {8, 1}},
	"made-bacnet-ack":               {{0, 1}, {1, 1}, {3, 1}, {4, 1}, {5, 0x80}, {6, 0x10}, {7, 1}, {8, 1}},
	"made-bacnet-reject":            {{7, 1}, {6, 0x40}},
	"gtp-gtp-echo-responder-0":      {{0, 0x20}, {1, 4}, {3, 1}, {9, 1}},
	"made-gtp-other-version":        {{0, 0x20}, {1, 4}, {3, 1}},
	"tftp-tftpd-0":                  {{1, 1}, {3, 0x10}, {-1, 1}, {5, 0x80}},
	"sip-kamailio-0":                {{0, 1}, {9, 0x40}, {11, 1}},
	"ssdp-miniupnpd-ssdp-0":         {{0, 1}, {9, 1}},
	"made-enip":                     {{0, 1}, {2, 1}, {12, 1}, {19, 1}},
	"made-slp-saadvert":             {{0, 1}, {1, 1}, {4, 1}, {11, 1}},
	"made-iax-pong":                 {{0, 0x80}, {3, 1}, {10, 1}, {11, 0x10}},
	"made-a2s-challenge":            {{3, 1}, {4, 2}},
	"made-a2s-info":                 {{0, 1}, {4, 2}},
	"coap-coap-server-0":            {{0, 0x10}, {0, 0x80}, {1, 1}, {3, 1}},
	"made-natpmp-unsupported":       {{0, 1}, {1, 1}, {3, 0x10}},
	"pcp-miniupnpd-natpmp-1":        {{0, 1}, {1, 1}, {2, 1}, {3, 0x10}},
	"knxnet-knxd-0":                 {{0, 1}, {3, 1}, {5, 1}},
	"made-mssql":                    {{0, 1}, {1, 1}, {3, 1}},
	"made-mqtt-sn":                  {{0, 1}, {1, 1}},
	"made-cldap-done":               {{0, 1}, {1, 1}, {3, 1}, {4, 1}, {8, 2}, {9, 8}},
	"made-time-rfc":                 {{0, 0x80}},
	"echo-inetd-echo-0":             {{0, 1}, {7, 1}},
	"bittorrent-dht-transmission-0": {{0, 1}, {-1, 1}, {-2, 1}},
}

func TestAlmostRightReplyIsRejected(t *testing.T) {
	met := 0
	for _, g := range goldens(t) {
		for _, m := range nearMisses[g.name] {
			b := bytes.Clone(g.answer)
			at := m.at
			if at < 0 {
				at += len(b)
			}
			if b[at] ^= m.bits; g.asked.Match(b, g.q) {
				t.Errorf("%s: matched with byte %d turned by %#x:\n%s", g.name, at, m.bits, hex.Dump(b))
			}
		}
		if nearMisses[g.name] != nil {
			met++
		}
	}
	if met != len(nearMisses) {
		t.Errorf("%d answers are met, %d are in the table", met, len(nearMisses))
	}
}
