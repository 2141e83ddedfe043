package masscan

import (
	"bytes"
	"cmp"

	"portkit/pkg/scanfile"
)

const (
	grepableHead  = "# Masscan "
	grepableEnd   = "# Masscan done"
	grepablePorts = "# Ports scanned:"
)

// IsGrepable reports whether a file that begins with head is from -oG.
func IsGrepable(head []byte) bool {
	return bytes.HasPrefix(head, []byte(grepableHead)) ||
		bytes.HasPrefix(head, []byte("Timestamp: ")) && bytes.Contains(head, []byte("\tHost: "))
}

// ReadGrepable reads the output of -oG: lines of members with tabs between them, as nmap
// writes them but with a time and one port each, and lines of banners without a time and
// without a protocol.
func ReadGrepable(in *scanfile.Input, out *scanfile.Output) error {
	w := writer{out: out}
	scanned := "" // the only protocol that was scanned, if one was
	end := scanfile.End{What: "masscan's line " + grepableEnd}
	err := in.EachLine(out, func(no int64, line []byte) error {
		switch {
		case bytes.HasPrefix(line, []byte(grepableEnd)):
			end.Reached()
			return nil
		case bytes.HasPrefix(line, []byte(grepableHead)):
			scanned = ""
			return end.Begin(no)
		case bytes.HasPrefix(line, []byte(grepablePorts)):
			scanned = onlyProto(line)
			return nil
		case line[0] == '#':
			return nil
		}
		y, err := grepableLine(line)
		if err != nil {
			return err
		}
		if y.isBanner {
			y.proto = []byte(cmp.Or(protoOf[string(y.service)], scanned))
			if len(y.proto) == 0 {
				out.Skip(scanfile.NoProto, 1)
				return nil
			}
		}
		return w.put(&y)
	})
	return end.Check(in, err)
}

// protoOf has the services that masscan recognizes by one protocol only. It parses the banners
// of memcached and of unknown services by both.
var protoOf = map[string]string{
	"coap": "udp", "dns-ver": "udp", "isakmp": "udp", "nbtstat": "udp", "ntp": "udp",
	"snmp": "udp", "zeroaccess": "udp",

	"X509": "tcp", "X509CA": "tcp", "ftp": "tcp", "heartbleed": "tcp", "html": "tcp",
	"http": "tcp", "http.server": "tcp", "imap": "tcp", "minecraft": "tcp", "pop": "tcp",
	"rdp": "tcp", "smb": "tcp", "smtp": "tcp", "ssh": "tcp", "ssl": "tcp", "telnet": "tcp",
	"ticketbleed": "tcp", "title": "tcp", "vnc": "tcp", "vnc-info": "tcp", "vuln": "tcp",
}

// onlyProto returns the protocol of a scan by its line of the ports, such as "TCP(1;80-80)
// UDP(0;)"; "" if there are both or none.
func onlyProto(line []byte) string {
	switch noTCP, noUDP := bytes.Contains(line, []byte(" TCP(0;")), bytes.Contains(line, []byte(" UDP(0;")); {
	case noTCP == noUDP:
		return ""
	case noTCP:
		return "udp"
	}
	return "tcp"
}

// grepableLine parses a line that has a result.
func grepableLine(line []byte) (y reply, err error) {
	for rest := line; len(rest) > 0; {
		name, value := scanfile.Member(&rest)
		switch string(name) {
		case "Timestamp":
			y.time = scanfile.Seconds(value)
		case "Host":
			addr, _, _ := bytes.Cut(value, []byte(" "))
			if y.addr, err = scanfile.ParseAddr(addr); err != nil {
				return y, err
			}
		case "Ports": // port/state/protocol/owner/service/…
			if f := bytes.Split(value, []byte("/")); len(f) > 2 {
				y.port, y.status, y.proto = f[0], f[1], f[2]
			}
		case "Port":
			y.isBanner, y.port = true, value
		case "Service":
			y.service = value
		case "Banner": // which may have tabs
			_, text, _ := bytes.Cut(line, []byte("\tBanner: "))
			y.banner, rest = scanfile.Unescape(text), nil
		}
	}
	if !y.addr.IsValid() || y.port == nil {
		return y, scanfile.Bad("not a result: want Host and Ports")
	}
	return y, nil
}
