package protocol

import (
	"bytes"
	"strings"

	"portkit/pkg/endpoint"
)

// sshMatch recognizes the identification string (RFC 4253 section 4.2). Lines before it
// are permitted, and must not begin with "SSH-".
func sshMatch(r *Reply) (m Match) {
	data := r.Data
	for len(data) > 0 && !bytes.HasPrefix(data, []byte("SSH-")) {
		i := bytes.IndexByte(data, '\n')
		if i < 0 || len(r.Data)-len(data) > 8192 {
			m.More = !r.Ended && len(r.Data) <= 8192 && isText(data)
			return m
		}
		if !isText(data[:i]) || i > 3 && startsStatus(string(data[:i])) {
			return m // the greeting of another protocol is not waited for
		}
		data = data[i+1:]
	}
	line, _, complete := bytes.Cut(data, []byte("\n"))
	if len(line) > 255 || !complete && !r.Ended {
		m.More = !complete && len(line) <= 255
		return m
	}
	return sshIdentification(strings.TrimSuffix(string(line), "\r"))
}

// sshIdentification parses "SSH-protoversion-softwareversion SP comments".
func sshIdentification(line string) (m Match) {
	version, rest, ok := strings.Cut(strings.TrimPrefix(line, "SSH-"), "-")
	if !ok || version != "2.0" && version != "1.99" && !strings.HasPrefix(version, "1.") {
		return m
	}
	software, _, _ := strings.Cut(rest, " ")
	if software == "" || !isText([]byte(rest)) {
		return m
	}
	m.Strength = Certain
	m.SSH = &endpoint.SSH{Banner: line}
	m.Product, m.Version = splitVersion(clean(software))
	m.Texts = []Text{{"ssh.banner", rest}}
	return m
}
