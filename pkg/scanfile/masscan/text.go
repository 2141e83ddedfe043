package masscan

import (
	"bytes"

	"portkit/pkg/scanfile"
)

// listHead is the first line of -oL, and of -oU too.
const listHead = "#masscan"

// IsList reports whether a file that begins with head is from -oL.
func IsList(head []byte) bool {
	line := bytes.TrimPrefix(bytes.TrimSpace(head), []byte(listHead))
	line, _, _ = bytes.Cut(bytes.TrimLeft(line, "\r\n"), []byte("\n"))
	fields := bytes.Fields(line)
	switch {
	case len(fields) == 0, string(line) == "# end":
		return bytes.HasPrefix(bytes.TrimSpace(head), []byte(listHead))
	case len(fields) < 5:
		return false
	}
	_, err := scanfile.ParseAddr(fields[3])
	return err == nil && bytes.IndexByte([]byte("ocb"), fields[0][0]) >= 0
}

// ReadList reads the output of -oL: "open tcp 22 192.0.2.7 1700000000", and "banner" with the
// same fields and with a service and its banner behind them.
func ReadList(in *scanfile.Input, out *scanfile.Output) error {
	w := writer{out: out}
	end := scanfile.End{What: "masscan's line # end"}
	err := in.EachLine(out, func(no int64, line []byte) error {
		switch {
		case string(line) == listHead:
			return end.Begin(no)
		case string(line) == "# end":
			end.Reached()
			return nil
		case line[0] == '#':
			return nil
		}
		f := bytes.SplitN(line, []byte(" "), 7)
		if len(f) < 5 {
			return scanfile.Bad("not a result: want STATE PROTOCOL PORT ADDRESS TIME")
		}
		y := reply{status: f[0], proto: f[1], port: f[2], time: scanfile.Seconds(f[4])}
		var err error
		if y.addr, err = scanfile.ParseAddr(f[3]); err != nil {
			return err
		}
		if y.isBanner = string(f[0]) == "banner"; y.isBanner && len(f) == 7 {
			y.service, y.banner = f[5], scanfile.Unescape(f[6])
		}
		return w.put(&y)
	})
	return end.Check(in, err)
}
