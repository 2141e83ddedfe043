package record

import "testing"

func TestTimesOfOtherPrograms(t *testing.T) {
	t.Parallel()
	const want = 1767323045678
	for _, text := range []string{
		`"2026-01-02T03:04:05.678Z"`, `"2026-01-02t03:04:05.678z"`, `"2026-01-02 03:04:05.678"`, `"2026-01-02 03:04:05.678+00:00"`,
		`"2026-01-02T08:34:05.678+0530"`, `"2026-01-02 08:34:05.678 +05:30"`, `"2026-01-02T03:04:05,678000Z"`, `"2026-01-02T03:04:05.678"`,
		"1767323045.678", "1767323045678", "1767323045678000", "1.767323045678e18",
	} {
		var d Decoder
		if got := d.when([]byte(text)); got != want {
			t.Errorf("%s is %d", text, got)
		}
	}
	for _, text := range []string{`"yesterday"`, `"2026-01-02"`, `"02/01/2026 03:04"`, "5", "-1767323045", "1e300", "0", "true", "[]", `"1969-12-31T00:00:00Z"`} {
		var d Decoder
		if got := d.when([]byte(text)); got != 0 {
			t.Errorf("%s is %d", text, got)
		}
	}
}
