package payload

import (
	"bufio"
	"encoding/hex"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// golden is a reply to a request, recorded or made from the specification.
type golden struct {
	name   string
	asked  *Request
	q      Query
	answer []byte
}

// goldens returns the replies of real daemons in testdata, which
// pkg/internal/lab/daemons writes with -capture, and those of made.
func goldens(tb testing.TB) []golden {
	tb.Helper()
	files, err := filepath.Glob("testdata/answers/*.txt")
	if err != nil || len(files) < 40 {
		tb.Fatalf("%d answers in testdata, %v", len(files), err)
	}
	all := made(tb)
	for _, f := range files {
		all = append(all, readGolden(tb, f))
	}
	return all
}

// readGolden reads a file whose name ends in the number of the request among those of
// the port. Its lines are "key value" or of a hex dump.
func readGolden(tb testing.TB, path string) golden {
	tb.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		tb.Fatal(err)
	}
	g := golden{name: strings.TrimSuffix(filepath.Base(path), ".txt")}
	app := ""
	lines := bufio.NewScanner(strings.NewReader(string(text)))
	for lines.Scan() {
		key, value, _ := strings.Cut(lines.Text(), " ")
		switch key {
		case "#":
		case "app":
			app = value
		case "to":
			g.q.To = netip.MustParseAddrPort(value)
		case "token":
			if g.q.Token, err = strconv.ParseUint(value, 16, 64); err != nil {
				tb.Fatal(err)
			}
		default:
			digits, _, _ := strings.Cut(value, "|")
			b, err := hex.DecodeString(strings.ReplaceAll(digits, " ", ""))
			if err != nil {
				tb.Fatalf("%s: %v", path, err)
			}
			g.answer = append(g.answer, b...)
		}
	}
	n, err := strconv.Atoi(g.name[strings.LastIndexByte(g.name, '-')+1:])
	if err != nil {
		tb.Fatal(err)
	}
	if g.asked = For(g.q.To.Port())[n]; g.asked.App != app {
		tb.Fatalf("%s: request %d of port %d is %q", path, n, g.q.To.Port(), g.asked.App)
	}
	return g
}

// made returns replies made from the specifications: of protocols without a daemon at
// hand, and rarer ones of others.
func made(tb testing.TB) []golden {
	tb.Helper()
	const token = 0x0123456789abcdef
	var all []golden
	add := func(name string, port uint16, n int, bytes string, args ...any) {
		tb.Helper()
		q := Query{To: netip.AddrPortFrom(netip.MustParseAddr("192.0.2.7"), port), Token: token}
		text := strings.ReplaceAll(fmt.Sprintf(bytes, args...), " ", "")
		b, err := hex.DecodeString(text)
		if err != nil {
			tb.Fatalf("%s: %v", name, err)
		}
		all = append(all, golden{"made-" + name, For(port)[n], q, b})
	}
	text := func(s string) string { return hex.EncodeToString([]byte(s)) }
	q := Query{Token: token}

	add("dns-notimp", 53, 0, "%04x 8004 0000 0000 0000 0000", q.id16("dns"))
	add("mdns-services", 5353, 1, "%04x 8400 0001 0001 0000 0000 %s 00 000c 0001 c00c 000c 0001 0000000a 000c 05 %s 04 %s c023",
		q.id16("mdns-services"), "09"+text("_services")+"07"+text("_dns-sd")+"04"+text("_udp")+"05"+text("local"), text("_http"), text("_tcp"))
	add("cldap-entry", 389, 0, "30 0d 02 04 %08x 64 05 04 00 30 01 00", q.positive("cldap"))
	add("cldap-done", 389, 0, "30 0f 02 04 %08x 65 07 0a 01 00 04 00 04 00", q.positive("cldap"))
	add("rpc-mismatch", 111, 0, "%08x 00000001 00000000 00000000 00000000 00000002 00000003 00000004", q.id32("rpcbind"))
	add("rpc-denied", 111, 0, "%08x 00000001 00000001 00000001 00000005", q.id32("rpcbind"))
	add("mssql", 1434, 0, "05 2e00 %s", text("ServerName;LAB;InstanceName;MSSQLSERVER;tcp;1;"))
	add("slp-saadvert", 427, 0, "02 0b 00002b 0000 000000 %04x 0002 656e 0014 %s 0000 0000 00", q.id16("slp"), text("service:service-agent")[:40])
	add("slp-reply", 427, 0, "02 02 000014 0000 000000 %04x 0002 656e 0000 0000", q.id16("slp"))
	add("iax-pong", 4569, 0, "8001 %04x 00000001 00 01 06 03", q.id16("iax2")&0x7fff|1)
	add("a2s-challenge", 27015, 0, "ffffffff 41 4ba1d522")
	add("a2s-info", 27015, 0, "ffffffff 49 11 %s 00 %s 00 %s 00 %s 00 f000 05 10 00 64 6c 00 00 31 00", text("A server"), text("de_dust"), text("cstrike"), text("Game"))
	add("mqtt-sn", 1884, 0, "03 02 01")
	add("enip", 44818, 0, "6300 0200 00000000 00000000 %016x 00000000 0000", q.id("enip"))
	add("bacnet-ack", 47808, 0, "81 0a 0017 01 00 30 %02x 0c 0c 02003039 19 4b 3e c4 02003039 3f", byte(q.id("bacnet")))
	add("bacnet-error-behind-router", 47808, 0, "81 0a 0012 01 08 0005 01 0b 50 %02x 0c 91 01 91 1f 00", byte(q.id("bacnet")))
	add("bacnet-reject", 47808, 0, "81 0a 0009 01 00 60 %02x 09", byte(q.id("bacnet")))
	add("dtls-alert", 5684, 0, "15 fefd 0000 000000000000 0002 02 28")
	add("dtls-server-hello", 4433, 1, "16 fefd 0000 000000000000 0032 02 000026 0000 000000 000026 fefd %064x 00 c02b 00", 1)
	add("ike1-invalid-version", 500, 0, "%016x 0000000000000000 0b 10 05 00 00000000 00000028 0000000c 00000001 01000005", q.id("ike")|1)
	add("ike2-invalid-ke", 500, 0, "%016x 1111111111111111 29 20 22 20 00000000 00000026 0000000a 00000011 000e", q.id("ike")|1)
	add("gtp-other-version", 2123, 0, "40 03 0004 000001 00")
	add("memcached-error", 11211, 0, "%04x 0000 0001 0000 %s", q.id16("memcached"), text("ERROR\r\n"))
	add("kerberos-long", 88, 0, "7e 81 8c 30 81 89 a003020105 a10302011e %s", strings.Repeat("00", 127))
	add("natpmp-unsupported", 5351, 0, "0080 0001 00000000")
	add("time-rfc", 37, 0, "eeaf91df")
	return all
}
