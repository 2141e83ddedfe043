package nmap

import (
	"slices"
	"strings"
	"testing"
)

func TestLists(t *testing.T) {
	for list, want := range map[string]int{
		"1-21,23": 22, "5": 1, "3,3": 1, "0-65535": 1 << 16, "63-64,127-128,1-1": 5, "65535": 1,
		strings.Repeat("1-65535,", 40) + "1": 65535,
		"":                                   -1, "a": -1, "2-1": -1, "1-65536": -1, "1,": -1,
	} {
		var s, none portSet
		if valid := s.addList([]byte(list)); valid != (want >= 0) || valid && int(s.beyond(&none)) != want {
			t.Errorf("%.20s: %d ports, valid %v; want %d", list, s.beyond(&none), valid, want)
		}
	}
}

func TestBeyond(t *testing.T) {
	var all, listed portSet
	all.addList([]byte("0,60-70,65535"))
	listed.addList([]byte("61-69"))
	var got []uint16
	all.eachBeyond(&listed, func(port uint16) error { got = append(got, port); return nil })
	if want := []uint16{0, 60, 70, 65535}; !slices.Equal(got, want) || all.beyond(&listed) != 0 {
		t.Errorf("%d, want %d", got, want)
	}
}
