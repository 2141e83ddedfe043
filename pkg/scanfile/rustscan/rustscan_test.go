package rustscan

import (
	"testing"

	"portkit/pkg/internal/scantest"
)

func TestRead(t *testing.T) {
	open := func(ip, port string) string {
		return `"ip":"` + ip + `","port":` + port + `,"proto":"tcp","state":"open","reason":"syn-ack"`
	}
	scantest.Run(t, Read, []scantest.Case{
		{Name: "two addresses", File: "192.0.2.7 -> [22,80]\n2001:db8::7 -> [443]\n", Want: []string{open("192.0.2.7", "22"), open("192.0.2.7", "80"), open("2001:db8::7", "443")}},
		{Name: "spaces", File: "192.0.2.7 -> [22, 80]\r\n", Want: []string{open("192.0.2.7", "22"), open("192.0.2.7", "80")}},
		{Name: "no ports", File: "192.0.2.7 -> []\n192.0.2.8 -> [22]\n", Want: []string{open("192.0.2.8", "22")}},
		{Name: "bad port", File: "192.0.2.7 -> [22,70000,80]\n", Want: []string{open("192.0.2.7", "22"), open("192.0.2.7", "80")}, Err: `line 1: "70000" is not a port`},
		{Name: "torn", File: "192.0.2.7 -> [22]\n192.0.2.8 -> [2", Want: []string{open("192.0.2.7", "22")}, Err: "line 2, byte 18: the last line is incomplete"},
		{Name: "bad", File: "Open 192.0.2.7:22\n192.0.2.7 -> [22]\n", Want: []string{open("192.0.2.7", "22")}, Err: "line 1: not a result"},
	})
}
