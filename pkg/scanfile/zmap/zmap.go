// Package zmap reads the results of ZMap. Each row is a reply. Its fields are those that the
// user chose, with names that have hyphens in older versions and underscores in newer ones.
package zmap

import (
	"bytes"
	"encoding/csv"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"portkit/pkg/endpoint"
	"portkit/pkg/ndjson"
	"portkit/pkg/record"
	"portkit/pkg/scanfile"
)

// field is a field of a row that is read.
type field int

const (
	saddr field = iota
	sport
	class
	success
	repeat
	ttl
	seconds
	micros
	clock
	icmpType
	icmpCode
	responder
	unreach
	seqnum
	window
	fields
)

// names has the fields with underscores.
var names = [fields]string{
	saddr: "saddr", sport: "sport", class: "classification", success: "success", repeat: "repeat",
	ttl: "ttl", seconds: "timestamp_ts", micros: "timestamp_us", clock: "timestamp_str",
	icmpType: "icmp_type", icmpCode: "icmp_code", responder: "icmp_responder",
	unreach: "icmp_unreach_str", seqnum: "seqnum", window: "window",
}

// fieldOf returns the field with a name; -1 if it is not read.
func fieldOf(name string) field {
	return field(slices.Index(names[:], strings.ReplaceAll(name, "-", "_")))
}

// row has the texts of fields, nil for those that a result lacks.
type row [fields][]byte

// IsCSV reports whether a file that begins with head has a header of CSV.
func IsCSV(head []byte) bool {
	line, _, _ := bytes.Cut(head, []byte("\n"))
	return slices.Contains(strings.Split(strings.TrimSpace(string(line)), ","), names[saddr])
}

// ReadCSV reads CSV, or addresses without a header, which is the default output.
func ReadCSV(in *scanfile.Input, out *scanfile.Output) error {
	r := reader{in: in, out: out}
	columns := []field{saddr}
	return in.EachLine(out, func(_ int64, line []byte) error {
		cells, err := split(line)
		if err != nil {
			return scanfile.Bad(err.Error())
		}
		if slices.Contains(cells, names[saddr]) {
			columns = columns[:0]
			for _, c := range cells {
				columns = append(columns, fieldOf(c))
			}
			r.scan, r.known = endpoint.TCP, slices.Contains(columns, seqnum) || slices.Contains(columns, window)
			return nil
		}
		if len(cells) != len(columns) {
			return scanfile.Badf("%d fields, not %d as in the header", len(cells), len(columns))
		}
		r.row = row{}
		for i, c := range cells {
			if f := columns[i]; f >= 0 && c != "" {
				r.row[f] = []byte(c)
			}
		}
		return r.put()
	})
}

// split returns the fields of a line of CSV.
func split(line []byte) ([]string, error) {
	if bytes.IndexByte(line, '"') < 0 {
		return strings.Split(string(line), ","), nil
	}
	return csv.NewReader(bytes.NewReader(line)).Read()
}

// IsJSON reports whether a file that begins with head is from the output module json.
func IsJSON(head []byte) bool {
	object, _ := scanfile.FirstObject(head)
	return object.Has(names[saddr])
}

// ReadJSON reads the output of the output module json.
func ReadJSON(in *scanfile.Input, out *scanfile.Output) error {
	r := reader{in: in, out: out}
	return in.EachObject(out, func(members []ndjson.Field) error {
		r.row = row{}
		for _, m := range members {
			f := fieldOf(string(m.Key))
			switch {
			case f < 0 || string(m.Value) == "null":
			case m.Value[0] == '"':
				r.row[f] = scanfile.Content(m.Value)
			default:
				r.row[f] = m.Value
			}
		}
		return r.put()
	})
}

// reader reads rows.
type reader struct {
	in     *scanfile.Input
	out    *scanfile.Output
	words  scanfile.Translator
	row    row
	result record.Imported

	scan  endpoint.Proto // protocol of the scan
	known bool           // scan is set
	noted bool           // the message that it is assumed was written
}

// put writes the result of a row.
func (r *reader) put() error {
	addr, err := scanfile.ParseAddr(r.row[saddr])
	if err != nil {
		return err
	}
	if isTrue(r.row[repeat]) {
		r.out.Skip(scanfile.Repeated, 1)
		return nil
	}
	class := string(r.row[class])
	if slices.Contains(echoClasses, class) {
		r.out.Skip(scanfile.OtherProto, 1)
		return nil
	}
	r.learn(class)
	e := endpoint.Endpoint{Addr: addr}
	if e.Port, err = r.port(); err != nil {
		return err
	}
	var ok bool
	if e.Proto, ok = r.proto(class); !ok {
		r.out.Skip(scanfile.NoProto, 1)
		return nil
	}
	if !r.state(e) {
		r.out.Skip(scanfile.NoState, 1)
		return nil
	}
	r.result.Time = r.time()
	if n, err := strconv.ParseUint(string(r.row[ttl]), 10, 8); err == nil {
		r.result.TTL = uint8(n)
	}
	return r.out.Put(&r.result)
}

// echoClasses are the replies of the probe module icmp_echoscan, which has no ports.
var echoClasses = []string{"echoreply", "unreach", "sourcequench", "redirect", "timxceed", "timeexceeded", "other"}

// port returns the port that was probed.
func (r *reader) port() (uint16, error) {
	if r.row[sport] != nil {
		return scanfile.ParsePort(r.row[sport])
	}
	return r.in.GivenPort()
}

// learn learns the protocol of the scan from a reply.
func (r *reader) learn(class string) {
	switch {
	case slices.Contains(tcpClasses, class) || r.row[seqnum] != nil || r.row[window] != nil: // UDP has no sequence numbers
		r.scan, r.known = endpoint.TCP, true
	case class == "udp":
		r.scan, r.known = endpoint.UDP, true
	case r.in.HasProto:
		r.scan, r.known = r.in.Proto, true
	case class == "" || class == icmp || r.known && strings.HasPrefix(class, icmp): // of either
	default:
		r.scan, r.known = endpoint.UDP, true
	}
}

// proto returns the protocol of a reply. ok is false if it may be either.
func (r *reader) proto(class string) (p endpoint.Proto, ok bool) {
	if !r.known && class == "" {
		if !r.noted {
			r.noted = true
			r.out.Note("read as results of TCP, because nothing shows their protocol; if they are of UDP, add it with --port, such as 53/udp")
		}
		return endpoint.TCP, true
	}
	return r.scan, r.known
}

// icmp is the class of ICMP errors, and the beginning of others.
const icmp = "icmp"

// state sets the result of an endpoint. ZMap writes successes only, unless told otherwise.
func (r *reader) state(e endpoint.Endpoint) bool {
	state, reason := r.row[class], []byte(nil)
	kind, _ := strconv.Atoi(string(r.row[icmpType]))
	switch {
	case strings.HasPrefix(string(state), icmp):
		if r.row[icmpType] == nil || r.row[icmpCode] == nil {
			return false
		}
		reason = icmpWord(kind, string(r.row[icmpCode]))
		state = r.icmpState(e, reason)
	case string(state) == "rst" && isTrue(r.row[success]):
		return false // reply to a SYN-ACK, which open ports reset too
	case r.row[success] != nil && !isTrue(r.row[success]) && !slices.Contains(replies, string(state)):
	case !slices.Contains(tcpClasses, string(state)):
		state = scanfile.OpenWord
	}
	if !r.words.Begin(&r.result, scanfile.Zmap, e, scanfile.MethodOf(e.Proto, endpoint.SYN), state, reason) {
		return false
	}
	r.result.Own.Text("classification", string(r.row[class]))
	r.result.Own.Text("icmp_responder", string(r.row[responder]))
	r.result.Own.Text("icmp_unreach", string(r.row[unreach]))
	return true
}

// tcpClasses are the classes of replies of TCP, which the table of words has.
var tcpClasses = []string{"synack", "rst"}

// replies are classes of UDP whose failures are replies too, which a module did not expect.
var replies = []string{"udp", "dns", "no-http-header"}

var (
	closed   = []byte(endpoint.Closed.String())
	filtered = []byte(endpoint.Filtered.String())
)

// icmpState returns the state of a port about which an ICMP message came. Only the address
// itself knows that a port of UDP is closed.
func (r *reader) icmpState(e endpoint.Endpoint, reason []byte) []byte {
	if e.Proto != endpoint.UDP || string(reason) != endpoint.PortUnreach.String() {
		return filtered
	}
	from, err := netip.ParseAddr(string(r.row[responder]))
	if err == nil && from.Unmap() != e.Addr {
		return filtered
	}
	return closed
}

// icmpWord returns the word for an ICMP message (RFC 792, RFC 1812 section 5.2.7.1).
func icmpWord(kind int, code string) []byte {
	const unreachable, timeExceeded = 3, 11
	reason := endpoint.DestUnreach
	switch kind {
	case timeExceeded:
		reason = endpoint.TimeExceeded
	case unreachable:
		if r, ok := unreachables[code]; ok {
			reason = r
		}
	}
	return []byte(reason.String())
}

var unreachables = map[string]endpoint.Reason{
	"0": endpoint.NetUnreach, "1": endpoint.HostUnreach, "2": endpoint.ProtoUnreach,
	"3": endpoint.PortUnreach, "9": endpoint.NetProhibited, "10": endpoint.HostProhibited,
	"13": endpoint.AdminProhibited,
}

// time returns the time of the reply.
func (r *reader) time() time.Time {
	t := scanfile.Seconds(r.row[seconds])
	if t.IsZero() {
		t, _ = time.Parse("2006-01-02T15:04:05-0700", string(r.row[clock]))
		return t
	}
	us, err := strconv.Atoi(string(r.row[micros]))
	if err != nil || us < 0 || us >= 1e6 {
		return t
	}
	return t.Add(time.Duration(us) * time.Microsecond)
}

// isTrue reports whether a field is 1 or true, as JSON of newer versions has it.
func isTrue(text []byte) bool { return string(text) == "1" || string(text) == "true" }
