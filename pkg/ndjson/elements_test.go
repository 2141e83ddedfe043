package ndjson

import (
	"bytes"
	"fmt"
	"testing"
)

func TestElements(t *testing.T) {
	for _, c := range []struct {
		value, want string
		ok          bool
	}{
		{`[]`, ``, true},
		{`[ ]`, ``, true},
		{`[1]`, `1`, true},
		{`[ "a,]" , {"b":[2,3]},[ ] ,null ]`, `"a,]"|{"b":[2,3]}|[ ]|null`, true},
		{`{}`, ``, false},
		{`"[1]"`, ``, false},
		{``, ``, false},
		{`[1`, `1`, true}, // Scan does not find such a value
		{`[x]`, ``, false},
	} {
		got, ok := Elements([]byte(c.value), nil)
		if text := string(bytes.Join(got, []byte("|"))); text != c.want || ok != c.ok {
			t.Errorf("Elements(%s) = %s, %v", c.value, text, ok)
		}
	}
	var into [][]byte
	value := []byte(fmt.Sprintf(`[%q,%q]`, "a", "b"))
	into, _ = Elements(value, into)
	if n := testing.AllocsPerRun(10, func() { into, _ = Elements(value, into) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}
