package record

import (
	"bytes"
	"slices"
)

// AppendWas appends the field was of a change record, without its name: the old values of
// facts, null for those that were absent, in the form in which findings have them. If app
// was absent, evidence is the reason.
func AppendWas(dst []byte, old, new *Facts, facts Fact) []byte {
	return appendObject(dst, "", func(dst []byte) []byte {
		if facts&FactApp != 0 {
			dst = appendCutOrNull(dst, `,"app":`, old.App, maxWord)
		}
		if facts&FactProduct != 0 {
			dst = appendCutOrNull(dst, `,"product":`, old.Product, maxProduct)
		}
		if facts&FactVersion != 0 {
			dst = appendCutOrNull(dst, `,"version":`, old.Version, maxProduct)
		}
		if len(old.App) == 0 && facts&FactApp != 0 {
			dst = appendCut(dst, `,"evidence":`, old.Evidence, maxWord)
		}
		dst = appendTrue(dst, `,"limited":`, old.Limited)
		if facts&FactTLS != 0 {
			dst = appendOldCert(dst, old, new)
		}
		if facts&FactSSH != 0 {
			dst = appendObject(dst, `,"ssh":`, func(dst []byte) []byte { return appendOldKeys(dst, old.Keys, new.Keys) })
		}
		return dst
	})
}

// AppendGone appends the field "was" of an endpoint that is no longer open: what was known of
// its service, in the form of AppendWas. It appends nothing if nothing was known.
func AppendGone(dst []byte, old *Facts) []byte {
	if !old.Partial && len(old.Evidence)+len(old.App)+len(old.Product) == 0 {
		return dst // fields of these names are the user's own
	}
	return appendMembers(dst, func(dst []byte) []byte {
		if len(old.App) == 0 && len(old.Evidence) > 0 {
			dst = append(dst, `,"app":null`...)
		}
		dst = appendCut(dst, `,"app":`, old.App, maxWord)
		dst = appendCut(dst, `,"product":`, old.Product, maxProduct)
		dst = appendCut(dst, `,"version":`, old.Version, maxProduct)
		if len(old.App) == 0 {
			dst = appendCut(dst, `,"evidence":`, old.Evidence, maxWord)
		}
		dst = appendTrue(dst, `,"limited":`, old.Limited)
		if old.TLS {
			dst = appendObject(dst, `,"tls":`, func(dst []byte) []byte {
				return appendTrue(appendWholeCert(dst, &old.Cert), `,"starttls":`, old.StartTLS)
			})
		}
		if len(old.Keys) > 0 {
			dst = appendObject(dst, `,"ssh":`, func(dst []byte) []byte { return appendKeys(dst, old.Keys) })
		}
		return dst
	})
}

func appendWholeCert(dst []byte, cert *Certificate) []byte {
	names, _ := textList(cert.Names)
	dst = appendCut(dst, `,"subject":`, cert.Subject, maxDN)
	dst = appendCut(dst, `,"issuer":`, cert.Issuer, maxDN)
	dst = appendList(dst, `,"names":`, names, maxNames)
	dst = appendDate(dst, `,"not_after":`, cert.NotAfter)
	return appendCut(dst, `,"sha256":`, cert.SHA256, maxWord+2)
}

// AppendExpected appends the field was for an expected service.
func AppendExpected(dst []byte, name string) []byte {
	return append(appendCut(append(dst, '{'), `"service":`, name, maxProduct), '}')
}

func appendCutOrNull(dst []byte, name string, text []byte, limit int) []byte {
	if len(text) == 0 {
		return append(append(dst, name...), `null`...)
	}
	return appendCut(dst, name, text, limit)
}

// appendOldCert appends what of a certificate differs from the new one.
func appendOldCert(dst []byte, before, after *Facts) []byte {
	old, new := &before.Cert, &after.Cert
	if len(old.SHA256) == 0 {
		return append(dst, `,"tls":null`...)
	}
	return appendObject(dst, `,"tls":`, func(dst []byte) []byte {
		if differ(old.Subject, new.Subject) {
			dst = appendCut(dst, `,"subject":`, old.Subject, maxDN)
		}
		if differ(old.Issuer, new.Issuer) {
			dst = appendCut(dst, `,"issuer":`, old.Issuer, maxDN)
		}
		if names, known := namesOf(before); known {
			dst = appendOldNames(dst, names, after)
		}
		if !old.NotAfter.Equal(new.NotAfter) {
			dst = appendDate(dst, `,"not_after":`, old.NotAfter)
		}
		return appendCut(dst, `,"sha256":`, old.SHA256, maxWord+2)
	})
}

// appendOldNames appends the names of a certificate if the new one has others, in any order.
func appendOldNames(dst []byte, old []string, after *Facts) []byte {
	new, known := namesOf(after)
	switch {
	case !known || slices.Equal(slices.Sorted(slices.Values(old)), slices.Sorted(slices.Values(new))):
		return dst
	case len(old) == 0:
		return append(dst, `,"names":[]`...)
	}
	return appendList(dst, `,"names":`, old, maxNames)
}

// differ reports whether two texts are known and differ.
func differ(old, new []byte) bool { return len(old) > 0 && len(new) > 0 && !bytes.Equal(old, new) }

// namesOf returns the names of the certificate. They are not known if they are not strings,
// or absent from a summary.
func namesOf(f *Facts) (names []string, known bool) {
	if len(f.Cert.Names) == 0 {
		return nil, !f.Partial
	}
	names, known = textList(f.Cert.Names) // not known if there are other values
	return names[:fitting(names, maxNames)], known && (len(names) > 0 || !f.Partial)
}

// appendOldKeys appends the keys of which the new one of the same type is another.
func appendOldKeys(dst []byte, old, new []HostKey) []byte {
	return appendKeys(dst, slices.DeleteFunc(slices.Clone(old), func(a HostKey) bool {
		return !slices.ContainsFunc(new, func(b HostKey) bool {
			return bytes.Equal(a.Type, b.Type) && !bytes.Equal(a.SHA256, b.SHA256)
		})
	}))
}

func appendKeys(dst []byte, keys []HostKey) []byte {
	name := `,"keys":[{`
	for _, k := range keys {
		dst = appendCut(append(dst, name...), `"type":`, k.Type, maxWord)
		dst = append(appendCut(dst, `,"sha256":`, k.SHA256, maxWord), '}')
		name = `,{`
	}
	if len(keys) > 0 {
		dst = append(dst, ']')
	}
	return dst
}
