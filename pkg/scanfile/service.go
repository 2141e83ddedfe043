package scanfile

import (
	"slices"

	"portkit/pkg/record"
)

// Names that nmap, and scanners that use its data, give to services.
const (
	// Wrapped is a service that closes the connection without a reply.
	Wrapped = "tcpwrapped"
	// UnknownService is one that is neither registered nor recognized.
	UnknownService = "unknown"
)

// MinConfidence is the confidence from which nmap has identified a service: 8 is a match by a
// part of the reply.
const MinConfidence = 8

// KeepService keeps the name of a service as r's own member service if it is not the app. A name
// that was not identified is only kept if it is not the one that is registered for the port.
func (o *Output) KeepService(r *record.Imported, name, app string, identified bool) {
	if name != app && name != UnknownService && (identified || name != o.Registered(r.Proto, r.Port)) {
		r.Own.Text("service", name)
	}
}

// maxCPEs is the number of names of a product that are kept.
const maxCPEs = 16

// AppendCPE appends a name of a product in the form of CPE 2.3, once; "" is none.
func AppendCPE(names []string, cpe string) []string {
	if cpe == "" || len(names) == maxCPEs || slices.Contains(names, cpe) {
		return names
	}
	return append(names, cpe)
}
