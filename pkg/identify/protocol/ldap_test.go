package protocol

import "testing"

const ldapEnd = "0\x0c\x02\x01\x01e\x07\n\x01\x00\x04\x00\x04\x00"

// ldapRoot is a root entry of attributes with a value each, and the end of the search.
func ldapRoot(attributes ...string) string {
	var list []string
	for i := 0; i < len(attributes); i += 2 {
		list = append(list, ber(berSequence, ber(berOctets, attributes[i]), ber(berSet, ber(berOctets, attributes[i+1]))))
	}
	return ber(berSequence, "\x02\x01\x01", ber(ldapEntry, "\x04\x00", ber(berSequence, list...))) + ldapEnd
}

func ldapSamples() []sample {
	return []sample{
		// Debian's slapd 2.5.13.
		{"naming contexts", "ldap", "0%\x02\x01\x01d \x04\x000\x1c0\x1a\x04\x0enamingContexts1\x08\x04\x06dc=lab" + ldapEnd, Certain, facts{}},
		{"OpenLDAP", "ldap", ldapRoot("objectClass", "OpenLDAProotDSE"), Certain, facts{product: "OpenLDAP"}},
		{
			"389", "ldap", ldapRoot("objectClass", "top", "vendorName", "389 Project", "vendorVersion", "389-Directory/2.3.1 B2022.300.1912"), Certain,
			facts{product: "389-Directory", version: "2.3.1", vendor: "389 Project"},
		},
		{
			"eDirectory", "ldap", ldapRoot("vendorName", "NetIQ Corporation", "vendorVersion", "LDAP Agent for NetIQ eDirectory 9.2 (40201.18)"), Certain,
			facts{product: "LDAP Agent for NetIQ eDirectory", version: "9.2", vendor: "NetIQ Corporation"},
		},
		{"a bare version", "ldap", ldapRoot("vendorname", "International Business Machines (IBM)", "vendorversion", "6.4"), Certain, facts{version: "6.4", vendor: "International Business Machines (IBM)"}},
		{"Active Directory", "ldap", ldapRoot("supportedCapabilities", "1.2.840.113556.1.4.800", "domainControllerFunctionality", "7"), Certain, facts{product: "Microsoft Active Directory"}},
		{
			"Samba", "ldap", ldapRoot("supportedCapabilities", "1.2.840.113556.1.4.800", "vendorName", "Samba Team (https://www.samba.org)"), Certain,
			facts{product: "Samba", vendor: "Samba Team (https://www.samba.org)"},
		},
		{"search refused", "ldap", "0\x0c\x02\x01\x01e\x07\n\x01\x32\x04\x00\x04\x00", Certain, facts{}},
		{
			"notice of disconnection", "tls", ber(berSequence, "\x02\x01\x00", ber(ldapResponse, "\n\x01\x02\x04\x00\x04\x00", ber(0x8a, "1.3.6.1.4.1.1466.20036"))), Certain,
			facts{},
		},
		{"another operation", "ldap", ber(berSequence, "\x02\x01\x01", ber(0x42)), No, facts{}},
		{"a certificate", "ldap", ber(berSequence, ber(berSequence, "\x02\x01\x01")), No, facts{}},
		{"wrong length within", "ldap", "0%\x02\x01\x01d \x04\x000\x1d0\x1a\x04\x0enamingContexts1\x08\x04\x06dc=lab" + ldapEnd, No, facts{}},
	}
}

func TestLDAP(t *testing.T) {
	t.Parallel()
	checkSamples(t, "ldap", ldapSamples())
	checkStrangers(t, "ldap")
}

func TestLDAPWaitsForTheEndOfTheSearch(t *testing.T) {
	t.Parallel()
	data := ldapRoot("objectClass", "OpenLDAProotDSE")
	r := replyTo("ldap", data[:len(data)-len(ldapEnd)])
	r.Ended = false
	if m := ldapMatch(r); m.Strength != Certain || !m.More {
		t.Errorf("an entry: %+v, want certain and more", m)
	}
	if m := ldapMatch(replyTo("ldap", data)); m.More {
		t.Errorf("entry and end: more data expected")
	}
}

func TestLDAPUpgrade(t *testing.T) {
	t.Parallel()
	u := protocolOf(t, "ldap").Upgrade
	request := "0\x1d\x02\x01\x01\x77\x18\x80\x161.3.6.1.4.1.1466.20037"
	checkUpgrade(t, u, true, request, "0\x0c\x02\x01\x01\x78\x07\n\x01\x00\x04\x00\x04\x00")
	checkUpgrade(t, u, false, request, "0\x0c\x02\x01\x01\x78\x07\n\x01\x35\x04\x00\x04\x00")
	checkUpgrade(t, u, false, request, ldapEnd)
	checkUpgrade(t, u, false, request, "HTTP/1.1 400 Bad Request\r\n")
	checkUpgrade(t, u, false, request, "0\x80\x16\x03")
}
