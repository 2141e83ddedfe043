package portfrom

import (
	"fmt"
	"strings"

	"portkit/pkg/endpoint"
	"portkit/pkg/scanfile"
)

// parsePort parses the value of --port: a number, or a number and a protocol.
func parsePort(text string) (port uint16, proto endpoint.Proto, hasProto bool, err error) {
	if text == "" {
		return 0, 0, false, nil
	}
	number, word, hasProto := strings.Cut(text, "/")
	port, err = scanfile.ParsePort([]byte(number))
	if err != nil {
		return 0, 0, false, fmt.Errorf("--port: %q is not a port; want 1-65535, or with a protocol: 53/udp", text)
	}
	proto, ok := endpoint.ParseProto(word)
	if hasProto && !ok {
		return 0, 0, false, fmt.Errorf("--port: %q is not a protocol; such as 53/udp", word)
	}
	return port, proto, hasProto, nil
}
