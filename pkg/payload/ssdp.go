package payload

import "bytes"

// SSDP: a unicast search (UPnP Device Architecture 2.0 section 1.3.2) for root devices.
// Every device has one and replies once for it. To a search for everything it would
// reply once for each device and service.
func ssdpBuild(dst []byte, q Query) []byte {
	dst = append(dst, "M-SEARCH * HTTP/1.1\r\nHOST: "...)
	dst = appendHost(dst, q)
	return append(dst, "\r\nMAN: \"ssdp:discover\"\r\nST: upnp:rootdevice\r\n\r\n"...)
}

func ssdpMatch(b []byte, _ Query) bool {
	return hasPrefix(b, "HTTP/1.1 200 ") && bytes.Contains(b, []byte("upnp:rootdevice"))
}
