package payload

// SQL Server Browser: CLNT_UCAST_INST for the names that an instance gets
// when nobody chooses one ([MC-SQLR] section 2.2.3), answered with that
// instance alone. CLNT_UCAST_EX would have every browser answer, but one byte
// of it brings up to 64 KiB.
func mssqlBuild(dst []byte, _ Query) []byte { return append(dst, "\x04MSSQLSERVER\x00"...) }

func mssqlExpressBuild(dst []byte, _ Query) []byte { return append(dst, "\x04SQLEXPRESS\x00"...) }

// mssqlMatch wants SVR_RESP (section 2.2.5), little-endian for once.
func mssqlMatch(b []byte, _ Query) bool {
	return len(b) > 3 && b[0] == 5 && int(b[1])|int(b[2])<<8 == len(b)-3 && hasPrefix(b[3:], "ServerName;")
}
