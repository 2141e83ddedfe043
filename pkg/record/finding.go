package record

import (
	"encoding/hex"
	"net/netip"
	"strconv"
	"time"
	"unicode/utf8"

	"portkit/pkg/endpoint"
	"portkit/pkg/ndjson"
)

// Maximum lengths of what a finding adds to a record, as written and with escapes. All
// of it together is at most MaxFinding.
const (
	MaxFinding = 12 << 10

	maxWord     = 64
	maxProduct  = 256
	maxCPE      = 768 // all names
	maxDN       = 384 // of a certificate's subject and issuer
	maxNames    = 3 << 10
	maxLocation = 512
	maxKeys     = 8
	maxBanner   = 1 << 10
	maxHex      = 256 // bytes before they are written
)

// Finding appends the record of a port that came as open: the known fields as written,
// then those of the finding, then extra. addr is added unless it is invalid.
func (e *Encoder) Finding(dst, known []byte, addr netip.Addr, f *endpoint.Finding, extra []byte) []byte {
	dst = append(append(dst, '{'), known...)
	if addr.IsValid() {
		dst = appendAddr(append(dst, `,"ip":`...), addr)
	}
	return end(appendFinding(dst, f), extra)
}

// ResultFinding appends the record of a port that came without a state: its result, the
// finding, and extra.
func (e *Encoder) ResultFinding(dst, host []byte, r *endpoint.Result, f *endpoint.Finding, extra []byte) []byte {
	return end(appendFinding(e.appendResult(dst, host, r), f), extra)
}

// appendFinding appends the fields of a finding, each with a comma before it.
func appendFinding(dst []byte, f *endpoint.Finding) []byte {
	dst = appendSoftware(dst, f)
	dst = strconv.AppendInt(append(dst, `,"conns":`...), int64(f.Conns), 10)
	dst = appendMillis(append(dst, `,"id_ms":`...), max(f.Took, 0))
	return appendFacts(dst, f)
}

// appendSoftware appends the fields up to the number of connections.
func appendSoftware(dst []byte, f *endpoint.Finding) []byte {
	dst = appendCut(dst, `,"app":`, f.App, maxWord)
	dst = appendCut(dst, `,"product":`, f.Product, maxProduct)
	dst = appendCut(dst, `,"version":`, f.Version, maxProduct)
	dst = appendCut(dst, `,"vendor":`, f.Vendor, maxProduct)
	dst = appendCut(dst, `,"os":`, f.OS, maxProduct)
	dst = appendCut(dst, `,"device":`, f.Device, maxProduct)
	dst = appendList(dst, `,"cpe":`, f.CPE, maxCPE)
	dst = appendCut(dst, `,"evidence":`, f.Evidence, maxWord)
	return appendTrue(dst, `,"limited":`, f.Limited)
}

// appendFacts appends the fields of single protocols, and the banner.
func appendFacts(dst []byte, f *endpoint.Finding) []byte {
	if f.TLS != nil {
		dst = appendObject(dst, `,"tls":`, func(dst []byte) []byte { return appendTLS(dst, f.TLS) })
	}
	if f.HTTP != nil {
		dst = appendObject(dst, `,"http":`, func(dst []byte) []byte { return appendHTTP(dst, f.HTTP) })
	}
	if f.SSH != nil {
		dst = appendObject(dst, `,"ssh":`, func(dst []byte) []byte { return appendSSH(dst, f.SSH) })
	}
	return appendBanner(dst, f.Banner)
}

// appendObject appends a field whose members, each with a comma before it, members
// appends.
func appendObject(dst []byte, name string, members func([]byte) []byte) []byte {
	dst = append(dst, name...)
	at := len(dst)
	if dst = appendMembers(dst, members); len(dst) == at {
		dst = append(dst, `{}`...)
	}
	return dst
}

// appendMembers appends an object; nothing if members appends nothing.
func appendMembers(dst []byte, members func([]byte) []byte) []byte {
	at := len(dst)
	if dst = members(dst); len(dst) > at {
		dst[at] = '{' // in place of the first comma
		dst = append(dst, '}')
	}
	return dst
}

func appendTLS(dst []byte, t *endpoint.TLS) []byte {
	dst = appendCut(dst, `,"version":`, t.Version, maxWord)
	dst = appendCut(dst, `,"cipher":`, t.Cipher, maxWord)
	dst = appendCut(dst, `,"signature":`, t.Signature, maxWord)
	dst = appendCut(dst, `,"alpn":`, t.ALPN, maxWord)
	dst = appendCut(dst, `,"sni":`, t.SNI, maxProduct)
	dst = appendTrue(dst, `,"starttls":`, t.StartTLS)
	dst = appendCut(dst, `,"subject":`, t.Subject, maxDN)
	dst = appendCut(dst, `,"issuer":`, t.Issuer, maxDN)
	dst = appendList(dst, `,"names":`, t.Names, maxNames)
	dst = appendPositive(dst, `,"names_total":`, t.NamesTotal)
	dst = appendCut(dst, `,"serial":`, t.Serial, maxWord)
	dst = appendDate(dst, `,"not_before":`, t.NotBefore)
	dst = appendDate(dst, `,"not_after":`, t.NotAfter)
	dst = appendCut(dst, `,"key":`, t.Key, maxWord)
	dst = appendCut(dst, `,"sha256":`, t.SHA256, maxWord+2)
	dst = appendPositive(dst, `,"chain":`, t.Chain)
	dst = appendCut(dst, `,"verify":`, t.Verify, maxWord)
	return appendTrue(dst, `,"client_cert":`, t.ClientCert)
}

func appendHTTP(dst []byte, h *endpoint.HTTP) []byte {
	dst = appendPositive(dst, `,"status":`, h.Status)
	dst = appendCut(dst, `,"server":`, h.Server, maxProduct)
	dst = appendCut(dst, `,"title":`, h.Title, maxProduct)
	dst = appendCut(dst, `,"location":`, h.Location, maxLocation)
	dst = appendCut(dst, `,"realm":`, h.Realm, maxProduct)
	dst = appendCut(dst, `,"powered_by":`, h.PoweredBy, maxProduct)
	return appendCut(dst, `,"version":`, h.Version, maxWord)
}

func appendSSH(dst []byte, s *endpoint.SSH) []byte {
	dst = appendCut(dst, `,"banner":`, s.Banner, maxProduct)
	for i, k := range s.Keys[:min(len(s.Keys), maxKeys)] {
		if i == 0 {
			dst = append(dst, `,"keys":[`...)
		} else {
			dst = append(dst, ',')
		}
		dst = append(dst, '{')
		dst = appendCut(dst, `"type":`, k.Type, maxWord)
		dst = append(appendCut(dst, `,"sha256":`, k.SHA256, maxWord), '}')
	}
	if len(s.Keys) > 0 {
		dst = append(dst, ']')
	}
	return dst
}

// appendBanner appends the first bytes received, and what is not text in hexadecimal
// too.
func appendBanner(dst, b []byte) []byte {
	if len(b) == 0 {
		return dst
	}
	dst = appendCut(dst, `,"banner":`, b, maxBanner)
	if isText(b) {
		return dst
	}
	dst = append(dst, `,"banner_hex":"`...)
	dst = hex.AppendEncode(dst, b[:min(len(b), maxHex)])
	return append(dst, '"')
}

// isText reports whether bytes are UTF-8 without control characters other than white
// space. The last character may be cut off.
func isText(b []byte) bool {
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		switch {
		case r == utf8.RuneError && n == 1 && utf8.FullRune(b):
			return false
		case r < ' ' && (r < '\t' || r > '\r'), r == 0x7f:
			return false
		}
		b = b[n:]
	}
	return true
}

// appendCut appends a field with any text, cut at a character so that its value is at
// most limit bytes long as written with its quotes, unless the text is empty.
func appendCut[T string | []byte](dst []byte, name string, text T, limit int) []byte {
	if len(text) == 0 {
		return dst
	}
	return appendCutString(append(dst, name...), text, limit)
}

// appendCutString appends a string of at most limit bytes, including its quotes.
func appendCutString[T string | []byte](dst []byte, text T, limit int) []byte {
	dst, _ = cutString(dst, text, limit)
	return dst
}

// cutString is appendCutString. It also returns the length of the text in the string.
func cutString[T string | []byte](dst []byte, text T, limit int) (out []byte, n int) {
	at := len(dst)
	n = whole(text, min(len(text), limit-len(`""`)))
	for {
		dst = ndjson.AppendString(dst[:at], text[:n])
		over := len(dst) - at - limit
		if over <= 0 {
			return dst, n
		}
		n = whole(text, max(0, n-(over+5)/6)) // an escape has at most six bytes
	}
}

// whole returns the largest length up to n that does not cut a character.
func whole[T string | []byte](text T, n int) int {
	if n >= len(text) {
		return len(text)
	}
	for back := 0; back < utf8.UTFMax && back <= n; back++ {
		if utf8.RuneStart(text[n-back]) {
			return n - back
		}
	}
	return n
}

// appendList appends an array of the first strings, which together have at most limit
// bytes as written, unless it is empty.
func appendList(dst []byte, name string, list []string, limit int) []byte {
	separator := byte('[')
	for _, s := range list[:fitting(list, limit)] {
		if separator == '[' {
			dst = append(dst, name...)
		}
		dst = ndjson.AppendString(append(dst, separator), s)
		separator = ','
	}
	if separator == '[' {
		return dst
	}
	return append(dst, ']')
}

// fitting returns how many of the first strings have together at most limit bytes as
// written, with a comma between them.
func fitting(list []string, limit int) int {
	var text []byte
	for i, s := range list {
		if text = ndjson.AppendString(text, s); len(text) > limit {
			return i
		}
		text = append(text, ',')
	}
	return len(list)
}

func appendPositive(dst []byte, name string, n int) []byte {
	if n <= 0 {
		return dst
	}
	return strconv.AppendInt(append(dst, name...), int64(n), 10)
}

func appendTrue(dst []byte, name string, is bool) []byte {
	if !is {
		return dst
	}
	return append(append(dst, name...), `true`...)
}

// appendDate appends a time with seconds (RFC 3339 section 5.6), unless it is zero or
// outside the years 0 to 9999 in UTC.
func appendDate(dst []byte, name string, t time.Time) []byte {
	t = t.UTC()
	if t.IsZero() || t.Year() < 0 || t.Year() > 9999 {
		return dst
	}
	dst = append(append(dst, name...), '"')
	return append(t.AppendFormat(dst, time.RFC3339), '"')
}
