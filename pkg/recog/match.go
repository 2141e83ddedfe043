package recog

import (
	"maps"
	"strings"
)

// MaxText is the maximum length of a text in bytes. A longer one matches nothing, which
// bounds the time of a match whatever a service sends.
const MaxText = 8192

// Match contains the values of the first fingerprint that matches a text. A field is ""
// if the fingerprint has no value for it. Text of the service is as received: it may contain control
// characters and bytes that are not UTF-8.
type Match struct {
	Description string // of the fingerprint

	Vendor, Product, Version string // of the service

	OS     string   // such as "Debian Linux 12.0"
	Device string   // such as "HP LaserJet 4200", or its type if the product is not known: "Printer"
	CPE    []string // CPE 2.3 formatted strings, in the order of the fingerprint

	// Params has all values under Recog's names, such as service.product or
	// hw.device. CPEs are URIs here.
	Params map[string]string
}

// Match searches the fingerprints of a kind. Kinds that the database does not have are
// allowed.
func (d *Database) Match(kind, text string) (Match, bool) {
	if d == nil || len(text) > MaxText {
		return Match{}, false
	}
	folded := fold(text)
	for _, f := range d.kinds[kind] {
		if !f.mayMatch(folded) {
			continue
		}
		if m, ok := f.match(text); ok {
			return m, true
		}
	}
	return Match{}, false
}

func (f *fingerprint) match(text string) (Match, bool) {
	groups := f.regexp().FindStringSubmatchIndex(text)
	if groups == nil {
		return Match{}, false
	}
	values, cpes := f.values(text, groups)
	maps.DeleteFunc(values, func(name, _ string) bool { return strings.HasPrefix(name, "_tmp.") })
	return Match{
		Description: strings.Join(strings.Fields(f.description), " "),
		Vendor:      values["service.vendor"],
		Product:     values["service.product"],
		Version:     values["service.version"],
		OS:          system(values),
		Device:      device(values),
		CPE:         cpes,
		Params:      values,
	}, true
}

// system returns the name of the operating system, or "" if only its vendor or its
// version is known.
func system(values map[string]string) string {
	vendor, version := values["os.vendor"], values["os.version"]
	product := first(values, "os.product", "os.family")
	if product == "" && (vendor == "" || version == "") {
		return ""
	}
	return joined(vendor, product, version)
}

// device returns the name of the hardware, or "" if only its vendor is known.
func device(values map[string]string) string {
	product := first(values, "hw.product", "hw.model", "hw.family", "hw.device", "os.device")
	if product == "" {
		return ""
	}
	return joined(values["hw.vendor"], product, "")
}

// first returns the first value of the names that is not "".
func first(values map[string]string, names ...string) string {
	for _, name := range names {
		if values[name] != "" {
			return values[name]
		}
	}
	return ""
}

// joined returns vendor, product and version as one name, without repetitions such as
// "FreeBSD FreeBSD".
func joined(vendor, product, version string) string {
	if begins := strings.ToLower(product + " "); strings.HasPrefix(begins, strings.ToLower(vendor)+" ") {
		vendor = ""
	}
	if strings.HasSuffix(product, " "+version) {
		version = ""
	}
	return strings.Join(strings.Fields(vendor+" "+product+" "+version), " ")
}
