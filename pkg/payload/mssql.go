package payload

// SQL Server Browser: CLNT_UCAST_INST for the default instance names ([MC-SQLR] section
// 2.2.3). The reply contains only that instance. Every browser replies to
// CLNT_UCAST_EX, but one byte of it returns up to 64 KiB.
func mssqlBuild(dst []byte, _ Query) []byte { return append(dst, "\x04MSSQLSERVER\x00"...) }

func mssqlExpressBuild(dst []byte, _ Query) []byte { return append(dst, "\x04SQLEXPRESS\x00"...) }

// mssqlMatch expects SVR_RESP (section 2.2.5), which is little-endian.
func mssqlMatch(b []byte, _ Query) bool {
	return len(b) > 3 && b[0] == 5 && int(b[1])|int(b[2])<<8 == len(b)-3 && hasPrefix(b[3:], "ServerName;")
}
