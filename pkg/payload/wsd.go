package payload

import "bytes"

// WS-Discovery (April 2005, section 5), as used by Windows, printers and cameras: a
// unicast Probe for anything, to which a device replies even without a match. A second
// Probe names the type of the Devices Profile (February 2006), which some responders
// require. The message id is a UUID of RFC 9562 section 5.8.
func wsdBuild(dst []byte, q Query) []byte { return appendProbe(dst, q.id("wsd"), `<d:Probe/>`) }

func wsdDeviceBuild(dst []byte, q Query) []byte {
	return appendProbe(dst, q.id("wsd-device"), `<d:Probe><d:Types xmlns:wsdp="http://schemas.xmlsoap.org/ws/2006/02/devprof">wsdp:Device</d:Types></d:Probe>`)
}

func appendProbe(dst []byte, id uint64, probe string) []byte {
	dst = append(dst, `<?xml version="1.0" encoding="utf-8"?>`+
		`<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"`+
		` xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"`+
		` xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"><s:Header>`+
		`<a:To>urn:schemas-xmlsoap-org:ws:2005:04:discovery</a:To>`+
		`<a:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</a:Action><a:MessageID>urn:uuid:`...)
	dst = appendUUID(dst, id)
	dst = append(append(dst, `</a:MessageID></s:Header><s:Body>`...), probe...)
	return append(dst, `</s:Body></s:Envelope>`...)
}

func wsdMatch(b []byte, q Query) bool { return isProbeMatches(b, q.id("wsd")) }

func wsdDeviceMatch(b []byte, q Query) bool { return isProbeMatches(b, q.id("wsd-device")) }

func isProbeMatches(b []byte, id uint64) bool {
	var uuid [36]byte
	return hasPrefix(b, "<") && bytes.Contains(b, []byte("ProbeMatches")) && bytes.Contains(b, appendUUID(uuid[:0], id))
}

// appendUUID appends a UUID made of an id and its complement. The two probes need
// different ids: receivers drop duplicates.
func appendUUID(dst []byte, id uint64) []byte {
	var digits [32]byte
	d := appendHex(appendHex(digits[:0], id), ^id)
	d[12], d[16] = '8', '8' // version and variant
	for i, c := range d {
		if i == 8 || i == 12 || i == 16 || i == 20 {
			dst = append(dst, '-')
		}
		dst = append(dst, c)
	}
	return dst
}
