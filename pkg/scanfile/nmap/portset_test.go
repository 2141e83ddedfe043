package nmap

import (
	"strings"
	"testing"
)

// TestRangesAreBounded reads lists of ports, of which a short one may have billions.
func TestRangesAreBounded(t *testing.T) {
	for list, want := range map[string]int{
		"1-21,23": 22, "5": 1, "3,3": 2, "0-65535": 1 << 16,
		"0-65535,1": -1, strings.Repeat("1-65535,", 4000) + "1": -1,
		"": -1, "a": -1, "2-1": -1, "1-65536": -1, "1,": -1,
	} {
		n := 0
		valid, err := ranges([]byte(list), func(uint16) error { n++; return nil })
		if err != nil || valid != (want >= 0) || valid && n != want || n > maxPorts {
			t.Errorf("%.20s: %d ports, valid %v, %v; want %d", list, n, valid, err, want)
		}
	}
}
