package protocol

import "testing"

func mssqlSamples() []sample {
	// [MS-TDS] section 4.2, with the version of SQL Server 2019.
	reply := "\x04\x01\x00\x20\x00\x00\x01\x00" + "\x00\x00\x10\x00\x06" + "\x01\x00\x16\x00\x01" + "\x02\x00\x17\x00\x01" + "\xff" +
		"\x0f\x00\x07\xd0\x00\x00" + "\x02" + "\x00"
	return []sample{
		{"SQL Server 2019", "mssql", reply, Certain, facts{product: "Microsoft SQL Server", version: "15.0.2000"}},
		{"more data", "mssql", reply + "x", No, facts{}},
		{"a request", "mssql", "\x12" + reply[1:], No, facts{}},
		{"offset outside", "mssql", reply[:10] + "\x7f" + reply[11:], No, facts{}},
		{"no end of the options", "mssql", reply[:23] + "\x03" + reply[24:], No, facts{}},
	}
}

func TestMSSQL(t *testing.T) {
	t.Parallel()
	checkSamples(t, "mssql", mssqlSamples())
	checkStrangers(t, "mssql")
}
