package wire

import (
	"testing"

	"portkit/pkg/endpoint"
)

func TestICMPReason(t *testing.T) {
	for _, c := range []struct {
		proto, kind, code uint8
		want              endpoint.Reason // 0: not about the destination
	}{
		{ProtoICMP, 3, 0, endpoint.NetUnreach},
		{ProtoICMP, 3, 3, endpoint.PortUnreach},
		{ProtoICMP, 3, 4, 0},
		{ProtoICMP, 3, 5, endpoint.DestUnreach},
		{ProtoICMP, 3, 13, endpoint.AdminProhibited},
		{ProtoICMP, 3, 255, endpoint.DestUnreach},
		{ProtoICMP, 11, 1, endpoint.TimeExceeded},
		{ProtoICMP, 12, 0, 0},
		{ProtoICMP, 1, 3, 0},
		{ProtoICMPv6, 1, 2, endpoint.DestUnreach},
		{ProtoICMPv6, 1, 3, endpoint.HostUnreach},
		{ProtoICMPv6, 1, 4, endpoint.PortUnreach},
		{ProtoICMPv6, 2, 0, 0},
		{ProtoICMPv6, 3, 0, endpoint.TimeExceeded},
		{ProtoICMPv6, 4, 0, 0},
		{ProtoICMPv6, 11, 0, 0},
		{ProtoTCP, 3, 3, 0},
	} {
		if r, ok := ICMPReason(c.proto, c.kind, c.code); r != c.want || ok != (c.want != 0) {
			t.Errorf("protocol %d, type %d, code %d: %v, %v, want %v", c.proto, c.kind, c.code, r, ok, c.want)
		}
	}
}
