package protocol

import "testing"

func TestOracle(t *testing.T) {
	t.Parallel()
	refuse := func(text string) string {
		return "\x00" + string([]byte{byte(12 + len(text))}) + "\x00\x00\x04\x00\x00\x00\x22\x00\x00" + string([]byte{byte(len(text))}) + text
	}
	checkSamples(t, "oracle-tns", []sample{
		{"11.2", "oracle-tns", refuse("(DESCRIPTION=(TMP=)(VSNNUM=186647040)(ERR=12514)(ERROR_STACK=(ERROR=(CODE=12514)(EMFI=4))))"), Certain, facts{product: "Oracle TNS listener", version: "11.2.0.2.0"}},
		{"19", "oracle-tns", refuse("(DESCRIPTION=(TMP=)(VSNNUM=318767104)(ERR=12514))"), Certain, facts{product: "Oracle TNS listener", version: "19.0.0.0.0"}},
		{"no version", "oracle-tns", refuse("(DESCRIPTION=(ERR=1153))"), Certain, facts{}},
		{"another text", "oracle-tns", refuse("ERROR 12514"), No, facts{}},
		{"wrong length", "oracle-tns", refuse("(DESCRIPTION=(ERR=1153))") + "x", No, facts{}},
	})
	checkStrangers(t, "oracle-tns")
}
