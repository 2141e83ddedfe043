package protocol

import "testing"

// mysqlHello is a handshake of protocol version 10 with the capabilities of MariaDB 10.11.
func mysqlHello(version string) string {
	payload := "\x0a" + version + "\x00" +
		"\x1f\x00\x00\x00" + "1<Jw?p%s" + "\x00" + // thread id, nonce, filler
		"\xfe\xff" + "\x2d" + "\x02\x00" + "\xff\x81" + // capabilities, character set, status, capabilities
		"\x15" + "\x00\x00\x00\x00\x00\x00" + "\x1d\x00\x00\x00" + // length of the nonce, reserved, MariaDB's capabilities
		"i7*f9]nU^2cQ\x00" + "mysql_native_password\x00"
	return mysqlPacked(payload)
}

func mysqlPacked(payload string) string {
	return string([]byte{byte(len(payload)), byte(len(payload) >> 8), 0, 0}) + payload
}

func mysqlSamples() []sample {
	refused := func(text string) string { return "D\x00\x00\x00\xffj\x04" + text }
	return []sample{
		{"MariaDB of Debian", "", mysqlHello("5.5.5-10.11.19-MariaDB-0+deb12u1"), Certain, facts{product: "MariaDB", version: "10.11.19"}},
		{"MariaDB 11", "tls", mysqlHello("11.4.2-MariaDB-ubu2404"), Certain, facts{product: "MariaDB", version: "11.4.2"}},
		{"MySQL", "", mysqlHello("8.0.36"), Certain, facts{product: "MySQL", version: "8.0.36"}},
		{"MySQL of Ubuntu", "", mysqlHello("8.0.36-0ubuntu0.22.04.1"), Certain, facts{product: "MySQL", version: "8.0.36"}},
		{"MySQL with a log", "", mysqlHello("5.7.40-log"), Certain, facts{product: "MySQL", version: "5.7.40"}},
		{"TiDB", "", mysqlHello("5.7.25-TiDB-v6.1.0"), Certain, facts{product: "TiDB", version: "6.1.0"}},
		{"Vitess", "", mysqlHello("8.0.30-Vitess"), Certain, facts{product: "Vitess", version: "8.0.30"}},
		{"ProxySQL", "", mysqlHello("8.0.11 (ProxySQL)"), Certain, facts{product: "ProxySQL", version: "8.0.11"}},
		{"another build", "", mysqlHello("8.0.35-27"), Certain, facts{version: "8.0.35-27"}},
		// Debian's MariaDB to a host without privileges.
		{"not allowed", "", refused("Host '10.99.0.1' is not allowed to connect to this MariaDB server"), Certain, facts{product: "MariaDB", limited: true}},
		{"too many connections", "", mysqlPacked("\xff\x10\x04Too many connections"), Certain, facts{limited: true}},
		{"with an SQL state", "", mysqlPacked("\xff\x10\x04#08004Too many connections"), Certain, facts{limited: true}},
		{"blocked", "", mysqlPacked("\xff\x69\x04Host '192.0.2.1' is blocked because of many connection errors; unblock with 'mysqladmin flush-hosts'"), Certain, facts{limited: true}},
		{"another error", "", mysqlPacked("\xff\x13\x04Bad handshake"), Certain, facts{}},
		{"no version", "", mysqlHello("hello"), No, facts{}},
		{"wrong filler", "", mysqlPacked("\x0a8.0.36\x00\x01\x00\x00\x0012345678\x01\xff\xff\x2d\x02\x00"), No, facts{}},
		{"error out of range", "", mysqlPacked("\xff\x10\x64Too many connections"), No, facts{}},
		{"too long", "", "\xff\xff\x01\x00\x0a5.7.40\x00", No, facts{}},
		{"second packet", "", "\x18\x00\x00\x01\xff\x10\x04Too many connections", No, facts{}},
	}
}

func TestMySQL(t *testing.T) {
	t.Parallel()
	checkSamples(t, "mysql", mysqlSamples())
	checkStrangers(t, "mysql")
}

func TestMySQLUpgrade(t *testing.T) {
	t.Parallel()
	u := protocolOf(t, "mysql").Upgrade
	request := "\x20\x00\x00\x01\x00\x8a\x00\x00\x00\x00\x00\x01\x2d" + string(make([]byte, 23))
	checkUpgrade(t, u, true, "", mysqlHello("8.0.36"), request, "")
	plain := mysqlPacked("\x0a5.7.40\x00\x01\x00\x00\x0012345678\x00\xff\xf7\x2d\x02\x00")
	checkUpgrade(t, u, false, "", plain)
	checkUpgrade(t, u, false, "", mysqlPacked("\xff\x10\x04Too many connections"))
	checkUpgrade(t, u, false, "", "220 host.example ESMTP\r\n")
}
