package naabu

import (
	"portkit/pkg/endpoint"
	"portkit/pkg/ndjson"
	"portkit/pkg/recog"
	"portkit/pkg/scanfile"
)

// describe adds what is known of the service to the result. Its names are nmap's.
func (r *reader) describe(fields []ndjson.Field, tls bool) {
	text := func(name string) string { return string(scanfile.Text(fields, name)) }
	f, name, app := &r.found, text("name"), ""
	*f = endpoint.Finding{}
	known := name != "" && name != scanfile.UnknownService && name != scanfile.Wrapped && text("method") != "table" && isConfident(fields)
	tls = tls || text("tunnel") == "ssl" || known && name == "ssl"
	if known {
		var inTLS bool
		app, inTLS = scanfile.App(r.result.Proto, name)
		tls = tls || inTLS
		f.App, f.Version, f.OS, f.Device, f.CPE = app, text("version"), text("os_type"), text("device_type"), cpes(fields)
		if product := text("product"); product != name { // which some versions repeat
			f.Product = product
		}
	}
	if tls {
		f.TLS = &endpoint.TLS{}
	}
	switch {
	case tls && app == "":
		f.Evidence = endpoint.EvidenceTLS
	case known:
		f.Evidence = endpoint.EvidenceProbed
	case name == scanfile.Wrapped:
		f.Evidence = endpoint.EvidenceClosed
	case text("service_fp") != "":
		f.Evidence = endpoint.EvidenceUnrecognized
	}
	if f.Evidence != "" {
		r.result.Finding = f
	}
	r.out.KeepService(&r.result, name, app, known)
	own := &r.result.Own
	own.Text("extrainfo", text("extra_info"))
	own.Text("hostname", text("hostname"))
	own.Text("rpcnum", text("rpc_num"))
}

// isConfident reports whether the confidence, which is nmap's and which most versions do not
// write, is enough.
func isConfident(fields []ndjson.Field) bool {
	n, err := ndjson.Int(ndjson.Last(fields, "confidence"))
	return err != nil || n == 0 || n >= scanfile.MinConfidence
}

// cpes returns the names of the product.
func cpes(fields []ndjson.Field) (names []string) {
	all, _ := ndjson.Elements(ndjson.Last(fields, "cpes"), nil)
	for _, uri := range all {
		names = scanfile.AppendCPE(names, recog.FormatCPE(string(scanfile.Content(uri))))
	}
	return names
}
