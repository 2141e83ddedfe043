package protocol

import "testing"

func postgresqlSamples() []sample {
	return []sample{
		{"TLS", "postgresql", "S", Likely, facts{}},
		{"no TLS", "postgresql", "N", Likely, facts{}},
		// Debian's PostgreSQL 15.
		{"unsupported version", "postgresql-startup", postgresqlRefusal("unsupported frontend protocol 9999.0: server supports 3.0 to 3.0"), Certain, facts{product: "PostgreSQL"}},
		{"to SMB", "smb", postgresqlRefusal("unsupported frontend protocol 65363.19778: server supports 3.0 to 3.0"), Certain, facts{product: "PostgreSQL"}},
		{"too many clients", "postgresql-startup", "E\x00\x00\x00\x34SFATAL\x00C53300\x00Msorry, too many clients already\x00\x00", Certain, facts{limited: true}},
		{"S to another request", "mqtt", "S", No, facts{}},
		{"two bytes", "postgresql", "SS", No, facts{}},
		{"another byte", "postgresql", "G", No, facts{}},
		{"no code", "postgresql-startup", "E\x00\x00\x00\x13SFATAL\x00Mhello\x00\x00", No, facts{}},
		{"wrong length", "postgresql-startup", "E\x00\x00\x00\x20SFATAL\x00C53300\x00Mhello\x00\x00Mhello\x00\x00", No, facts{}},
		{"text", "postgresql-startup", "ERROR 1\r\nSFATAL", No, facts{}},
	}
}

func postgresqlRefusal(text string) string {
	body := "SFATAL\x00VFATAL\x00C0A000\x00M" + text + "\x00Fpostmaster.c\x00L2195\x00RProcessStartupPacket\x00\x00"
	return "E\x00\x00\x00" + string([]byte{byte(len(body) + 4)}) + body
}

func TestPostgreSQL(t *testing.T) {
	t.Parallel()
	checkSamples(t, "postgresql", postgresqlSamples())
	checkStrangers(t, "postgresql")
}

func TestPostgreSQLUpgrade(t *testing.T) {
	t.Parallel()
	u := protocolOf(t, "postgresql").Upgrade
	request := "\x00\x00\x00\x08\x04\xd2\x16\x2f"
	checkUpgrade(t, u, true, request, "S")
	checkUpgrade(t, u, false, request, "N")
	checkUpgrade(t, u, false, request, "SX")
	checkUpgrade(t, u, false, request, "E\x00\x00\x00\x10")
}
