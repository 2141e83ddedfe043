package masscan

import (
	"bytes"

	"portkit/pkg/scanfile"
)

const (
	grepableHead = "# Masscan "
	grepableEnd  = "# Masscan done"
)

// IsGrepable reports whether a file that begins with head is from -oG.
func IsGrepable(head []byte) bool {
	return bytes.HasPrefix(head, []byte(grepableHead)) ||
		bytes.HasPrefix(head, []byte("Timestamp: ")) && bytes.Contains(head, []byte("\tHost: "))
}

// ReadGrepable reads the output of -oG: lines of members with tabs between them, as nmap
// writes them but with a time and one port each, and lines of banners without a time.
func ReadGrepable(in *scanfile.Input, out *scanfile.Output) error {
	w := writer{out: out}
	end := scanfile.End{What: "masscan's line " + grepableEnd}
	err := in.EachLine(out, func(no int64, line []byte) error {
		switch {
		case bytes.HasPrefix(line, []byte(grepableEnd)):
			end.Reached()
			return nil
		case bytes.HasPrefix(line, []byte(grepableHead)):
			return end.Begin(no)
		case line[0] == '#':
			return nil
		}
		y, err := grepableLine(line)
		if err != nil {
			return err
		}
		return w.put(&y)
	})
	return end.Check(in, err)
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
			y.isBanner, y.port, y.proto = true, value, []byte("tcp")
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
