package protocol

import (
	"slices"
	"strings"
)

// Tags of LDAP's messages (RFC 4511 section 4).
const (
	ldapSearch   = 0x63
	ldapEntry    = 0x64
	ldapDone     = 0x65
	ldapExtended = 0x77
	ldapResponse = 0x78 // of an extended request, or unsolicited
)

// ldapRequest is a search for the root entry (RFC 4512 section 5.1), which servers
// return without a bind.
func ldapRequest(*Target) []byte {
	var names []string
	for _, name := range []string{
		"objectClass", "namingContexts", "vendorName", "vendorVersion",
		"supportedCapabilities", "domainControllerFunctionality",
	} {
		names = append(names, ber(berOctets, name))
	}
	return []byte(ber(berSequence, "\x02\x01\x01", ber(ldapSearch,
		"\x04\x00\x0a\x01\x00\x0a\x01\x00"+ // base object "", aliases are not followed
			"\x02\x01\x00\x02\x01\x00\x01\x01\x00", // no limits, with values
		ber(0x87, "objectClass"), ber(berSequence, names...))))
}

// ldapMatch recognizes the reply to a search, and a notice of disconnection.
func ldapMatch(r *Reply) (m Match) {
	if len(r.Data) > 0 && r.Data[0] != berSequence {
		return m
	}
	attributes := map[string][]string{}
	c := cursor{rest: r.Data}
	for ended := false; !ended; {
		message := c.expect(berSequence)
		if c.short {
			m.More = !r.Ended && ldapBegins(r.Data)
			break
		}
		tag, ok := ldapMessage(message, attributes)
		if !ok {
			return m
		}
		m.Strength = Certain
		ended = tag != ldapEntry
	}
	if m.Strength == Certain {
		ldapProduct(&m, attributes)
		m.Texts = []Text{{"ldap.search_result", string(r.Data)}}
	}
	return m
}

// ldapBegins reports whether an incomplete reply may be a message: within the SEQUENCE
// comes a message id.
func ldapBegins(data []byte) bool {
	size := 2
	if len(data) > 1 && data[1] >= 0x80 {
		size += int(data[1] & 0x7f)
	}
	return len(data) <= size || size <= 6 && data[size] == berInteger
}

// ldapMessage parses one message, and collects the attributes of an entry.
func ldapMessage(c *cursor, attributes map[string][]string) (tag byte, ok bool) {
	c.integer(berInteger)
	tag, body := c.element()
	if c.short {
		return 0, false
	}
	switch tag {
	case ldapEntry:
		return tag, ldapAttributes(body, attributes)
	case ldapDone, ldapResponse:
		code := body.integer(berEnum)
		body.expect(berOctets)                  // matched DN
		body.expect(berOctets)                  // diagnostic message
		return tag, !body.short && code <= 4096 // the highest in use
	}
	return tag, false
}

// ldapAttributes parses a SearchResultEntry.
func ldapAttributes(c *cursor, attributes map[string][]string) bool {
	c.expect(berOctets) // name
	list := c.expect(berSequence)
	for !list.short && len(list.rest) > 0 {
		attribute := list.expect(berSequence)
		name := strings.ToLower(string(attribute.expect(berOctets).rest))
		values := attribute.expect(berSet)
		for !values.short && len(values.rest) > 0 {
			v := values.expect(berOctets)
			if len(attributes[name]) < 64 {
				attributes[name] = append(attributes[name], string(v.rest))
			}
		}
		list.short = list.short || attribute.short || values.short || name == ""
	}
	return c.done() && !list.short
}

// ldapProduct finds the product among attributes of the root entry (RFC 3045). Active
// Directory and OpenLDAP have no vendor there.
func ldapProduct(m *Match, attributes map[string][]string) {
	first := func(name string) string {
		if v := attributes[name]; len(v) > 0 {
			return v[0]
		}
		return ""
	}
	capable := func(oid string) bool {
		return slices.Contains(attributes["supportedcapabilities"], "1.2.840.113556.1.4."+oid)
	}
	m.Vendor = first("vendorname")
	switch version := first("vendorversion"); {
	case strings.HasPrefix(m.Vendor, "Samba"):
		m.Product = "Samba"
	case version != "":
		m.Product, m.Version = ldapVersion(version)
	case slices.Contains(attributes["objectclass"], "OpenLDAProotDSE"):
		m.Product = "OpenLDAP"
	case m.Vendor == "" && capable("1851"):
		m.Product = "Microsoft AD LDS"
	case m.Vendor == "" && capable("800"):
		m.Product = "Microsoft Active Directory"
	}
}

// ldapVersion splits "389-Directory/2.3.1 B2022.300.1912" and the like.
func ldapVersion(s string) (product, version string) {
	if strings.Trim(s, "0123456789.") == "" {
		return "", s
	}
	product, version = splitVersion(s)
	version, _, _ = strings.Cut(version, " ")
	return product, version
}

// ldapUpgrade starts TLS by an extended request (RFC 4511 section 4.14).
func ldapUpgrade() *Upgrade {
	return &Upgrade{Steps: []UpgradeStep{{
		Build: func(*Target) []byte {
			return []byte(ber(berSequence, "\x02\x01\x01", ber(ldapExtended, ber(0x80, "1.3.6.1.4.1.1466.20037"))))
		},
		Next: ldapMayStartTLS,
	}}}
}

func ldapMayStartTLS(data []byte) (complete, ok bool) {
	c := cursor{rest: data}
	message := c.expect(berSequence)
	if c.short {
		return len(data) > 0 && !ldapBegins(data) || len(data) > 0 && data[0] != berSequence, false
	}
	message.integer(berInteger)
	code := message.expect(ldapResponse).integer(berEnum)
	return true, c.done() && !message.short && code == 0
}
