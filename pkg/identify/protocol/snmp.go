package protocol

// snmpMatch reads the engine id of a report (RFC 3412 section 6, RFC 3414 section 2.4).
func snmpMatch(r *Reply) (m Match) {
	c := cursor{rest: r.Data}
	message := c.expect(berSequence)
	version := message.integer(berInteger)
	message.expect(berSequence) // msgGlobalData
	security := message.expect(berOctets)
	parameters := security.expect(berSequence)
	engine := parameters.expect(berOctets)
	if engine.short || security.short || message.short || version != 3 {
		return m
	}
	m.Strength = Certain
	m.Product, m.Vendor = snmpEngine(engine.rest)
	return m
}

// snmpEngine returns the agent or the vendor by the enterprise number in an engine id
// (RFC 3411 section 5). What follows the number is the address or name of the device, or
// random.
func snmpEngine(id []byte) (product, vendor string) {
	const newForm = 0x80
	c := cursor{rest: id}
	number := c.u32()
	if c.short || len(id) < 5 || len(id) > 32 || id[0]&newForm == 0 && len(id) != 12 {
		return "", ""
	}
	for _, e := range snmpEnterprises() {
		if e.number == number&^(newForm<<24) {
			return e.product, e.vendor
		}
	}
	return "", ""
}

type snmpEnterprise struct {
	number          uint32
	product, vendor string
}

// snmpEnterprises returns the commonest of IANA's private enterprise numbers. That of an
// agent which runs on devices of many vendors names a product.
func snmpEnterprises() []snmpEnterprise {
	return []snmpEnterprise{
		{number: 9, vendor: "Cisco"},
		{number: 11, vendor: "HP"},
		{number: 43, vendor: "3Com"},
		{number: 171, vendor: "D-Link"},
		{number: 207, vendor: "Allied Telesis"},
		{number: 311, vendor: "Microsoft"},
		{number: 318, vendor: "APC"},
		{number: 534, vendor: "Eaton"},
		{number: 674, vendor: "Dell"},
		{number: 789, vendor: "NetApp"},
		{number: 1588, vendor: "Brocade"},
		{number: 1916, vendor: "Extreme Networks"},
		{number: 1991, vendor: "Foundry"},
		{number: 2011, vendor: "Huawei"},
		{number: 2021, product: "UCD-SNMP"},
		{number: 2620, vendor: "Check Point"},
		{number: 2636, vendor: "Juniper"},
		{number: 3224, vendor: "NetScreen"},
		{number: 3375, vendor: "F5"},
		{number: 4526, vendor: "Netgear"},
		{number: 5624, vendor: "Enterasys"},
		{number: 5951, vendor: "NetScaler"},
		{number: 6027, vendor: "Force10"},
		{number: 6486, vendor: "Alcatel-Lucent"},
		{number: 6574, vendor: "Synology"},
		{number: 6876, vendor: "VMware"},
		{number: 8072, product: "Net-SNMP"},
		{number: 8741, vendor: "SonicWall"},
		{number: 11863, vendor: "TP-Link"},
		{number: 12356, vendor: "Fortinet"},
		{number: 14179, vendor: "Airespace"},
		{number: 14823, vendor: "Aruba"},
		{number: 14988, vendor: "MikroTik"},
		{number: 24681, vendor: "QNAP"},
		{number: 25053, vendor: "Ruckus"},
		{number: 25461, vendor: "Palo Alto Networks"},
		{number: 25506, vendor: "H3C"},
		{number: 29671, vendor: "Meraki"},
		{number: 30065, vendor: "Arista"},
		{number: 41112, vendor: "Ubiquiti"},
	}
}
