package portsum

import (
	"errors"
	"strings"
	"testing"

	"portkit/pkg/endpoint"
	"portkit/pkg/internal/reporttest"
	"portkit/pkg/record"
)

func TestWeightsAreInOrder(t *testing.T) {
	host, span := reporttest.Host, reporttest.Span
	for _, c := range []struct {
		name    string
		records []record.Summary
		want    string
	}{
		{"no records", nil, ""},
		{"no open port", []record.Summary{host("192.0.2.1", "192.0.2.1", endpoint.TCP, span(1, 65535, endpoint.Closed, endpoint.ConnRefused)), {Bad: 3}}, ""},
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
		var out strings.Builder
		if err := writeWeights(&out, reporttest.Records(c.records)); err != nil {
			t.Fatal(err)
		}
		if got := out.String(); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestWriteWeightsReturnsAFailedWrite(t *testing.T) {
	if err := writeWeights(reporttest.Full{}, reporttest.Named("one-host").Records); !errors.Is(err, reporttest.ErrFull) {
		t.Errorf("error %v, want %v", err, reporttest.ErrFull)
	}
}
