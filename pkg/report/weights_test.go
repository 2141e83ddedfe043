package report

import (
	"bytes"
	"errors"
	"testing"

	"portkit/pkg/endpoint"
	"portkit/pkg/record"
)

func weights(t *testing.T, records []record.Summary) string {
	t.Helper()
	var out bytes.Buffer
	if err := Weights(&out, pointers(records)); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestWeights(t *testing.T) {
	for _, c := range []struct {
		name    string
		records []record.Summary
		want    string
	}{
		{"nothing", nil, ""},
		{"nothing open", []record.Summary{host("192.0.2.1", "192.0.2.1", endpoint.TCP, span(1, 65535, endpoint.Closed, endpoint.ConnRefused)), {Bad: 3}}, ""},
		{"most hosts, then lower ports, then tcp", []record.Summary{
			host("192.0.2.1", "192.0.2.1", endpoint.TCP, span(1, 2, endpoint.Open, endpoint.SynAck), span(53, 53, endpoint.Open, endpoint.SynAck)),
			host("192.0.2.1", "192.0.2.1", endpoint.UDP, span(53, 53, endpoint.Open, endpoint.UDPResponse), span(54, 54, endpoint.OpenFiltered, endpoint.NoResponse)),
			host("192.0.2.2", "192.0.2.2", endpoint.TCP, span(2, 2, endpoint.Open, endpoint.SynAck), span(3, 3, endpoint.Filtered, endpoint.NoResponse), span(65535, 65535, endpoint.Open, endpoint.SynAck)),
		}, "2/tcp 2\n1/tcp 1\n53/tcp 1\n53/udp 1\n65535/tcp 1\n"},
		{"a name at two addresses is two hosts", []record.Summary{
			host("www.example", "192.0.2.1", endpoint.TCP, span(80, 80, endpoint.Open, endpoint.SynAck)),
			host("www.example", "192.0.2.2", endpoint.TCP, span(80, 80, endpoint.Open, endpoint.SynAck)),
		}, "80/tcp 2\n"},
	} {
		if got := weights(t, c.records); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestWeightsReportAFailedWrite(t *testing.T) {
	if err := Weights(full{}, pointers(reports["one-host"])); !errors.Is(err, errFull) {
		t.Errorf("error %v, want %v", err, errFull)
	}
}
