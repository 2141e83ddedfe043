package portfrom

import (
	"fmt"
	"strconv"
	"strings"

	"portkit/pkg/endpoint"
)

// parsePort parses the value of --port: a number, or a number and a protocol.
func parsePort(text string) (port uint16, proto endpoint.Proto, hasProto bool, err error) {
	if text == "" {
		return 0, 0, false, nil
	}
	number, word, hasProto := strings.Cut(text, "/")
	n, err := strconv.ParseUint(number, 10, 16)
	if err != nil || n == 0 {
		return 0, 0, false, fmt.Errorf("--port: %q is not a port; want 1-65535, or with a protocol: 53/udp", text)
	}
	proto, ok := endpoint.ParseProto(word)
	if hasProto && !ok {
		return 0, 0, false, fmt.Errorf("--port: %q is not a protocol; such as 53/udp", word)
	}
	return uint16(n), proto, hasProto, nil
}
