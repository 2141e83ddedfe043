package record

import (
	"portkit/pkg/ndjson"
)

// Detail is what results contain of an open port and summaries do not. Texts are empty
// if the result does not have them.
type Detail struct {
	Time, RTT             string // as written
	Vendor, Device        string
	CPE                   []string
	Evidence              string
	TLSVersion, TLSVerify string
	HTTPStatus, HTTPTitle string
	Own                   []ndjson.Field // the user's own fields
}

// appendDetail appends the details of a result as an object. The time comes first, so
// that of two texts the greater one is the later one. f is nil without a finding.
func appendDetail(dst []byte, fields []ndjson.Field, f *Facts) []byte {
	return appendMembers(dst, func(dst []byte) []byte {
		dst = appendCut(dst, `,"time":`, lastText(fields, "time"), maxWord)
		if rtt := Last(fields, "rtt_ms"); rtt != nil {
			if _, err := millis(rtt); err == nil {
				dst = append(append(dst, `,"rtt_ms":`...), rtt...)
			}
		}
		if f != nil {
			dst = appendFindingDetail(dst, fields, f)
		}
		return appendOwnObject(dst, fields)
	})
}

func appendFindingDetail(dst []byte, fields []ndjson.Field, f *Facts) []byte {
	dst = appendCut(dst, `,"vendor":`, lastText(fields, "vendor"), maxProduct)
	dst = appendCut(dst, `,"device":`, lastText(fields, "device"), maxProduct)
	cpe, _ := textList(Last(fields, "cpe"))
	dst = appendList(dst, `,"cpe":`, cpe, maxCPE)
	if len(f.App) > 0 { // summaries contain that of others
		dst = appendCut(dst, `,"evidence":`, f.Evidence, maxWord)
	}
	dst = appendCut(dst, `,"tls_version":`, f.TLSVersion, maxWord)
	dst = appendCut(dst, `,"tls_verify":`, f.TLSVerify, maxWord)
	if http, err := ndjson.Scan(Last(fields, "http"), nil); err == nil {
		if n, err := ndjson.Int(Last(http, "status")); err == nil {
			dst = appendPositive(dst, `,"http_status":`, int(n))
		}
		dst = appendCut(dst, `,"http_title":`, lastText(http, "title"), maxProduct)
	}
	return dst
}

// appendOwnObject appends the user's own fields as an object, unless there are none.
func appendOwnObject(dst []byte, fields []ndjson.Field) []byte {
	const name = `,"own":`
	at := len(dst)
	dst = append(dst, name...)
	own := appendMembers(dst, func(dst []byte) []byte {
		for i := range fields {
			if fieldOfMember(&fields[i]) == unknown && !Blank(fields[i].Value) {
				dst = append(ndjson.AppendString(append(dst, ','), fields[i].Key), ':')
				dst = append(dst, fields[i].Value...)
			}
		}
		return dst
	})
	if len(own) == at+len(name) {
		return dst[:at]
	}
	return own
}

// parseDetail parses a text from appendDetail.
func parseDetail(text string) (d Detail) {
	fields, _ := ndjson.Scan([]byte(text), nil)
	str := func(name string) string { return string(lastText(fields, name)) }
	d = Detail{
		Time: str("time"), RTT: string(Last(fields, "rtt_ms")), Vendor: str("vendor"), Device: str("device"),
		Evidence: str("evidence"), TLSVersion: str("tls_version"), TLSVerify: str("tls_verify"),
		HTTPStatus: string(Last(fields, "http_status")), HTTPTitle: str("http_title"),
	}
	d.CPE, _ = textList(Last(fields, "cpe"))
	d.Own, _ = ndjson.Scan(Last(fields, "own"), nil)
	return d
}
