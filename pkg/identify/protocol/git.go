package protocol

import (
	"fmt"
	"strconv"
	"strings"
)

// gitRequest requests the references of a repository that does not exist (gitprotocol-
// pack(5), "Git Transport").
func gitRequest(t *Target) []byte {
	host := t.Name
	if host == "" {
		host = t.Addr.Addr().Unmap().WithZone("").String()
	}
	line := "git-upload-pack /portid-no-repository\x00host=" + strings.ReplaceAll(host, "\x00", "") + "\x00"
	return []byte(fmt.Sprintf("%04x%s", len(line)+4, line))
}

// gitMatch recognizes a pkt-line (gitprotocol-common(5)) that is an error or begins the
// list of references, with the capabilities of the server.
func gitMatch(r *Reply) (m Match) {
	data := string(r.Data)
	if len(data) < 4 {
		m.More = !r.Ended && strings.Trim(data, "0123456789abcdef") == ""
		return m
	}
	n, err := strconv.ParseUint(data[:4], 16, 16)
	if err != nil || n < 8 || n > 65520 || data[:4] != strings.ToLower(data[:4]) {
		return m
	}
	line := data[4:min(int(n), len(data))]
	if len(data) < int(n) {
		m.More = !r.Ended && gitLineBegins(line)
		return m
	}
	if strings.HasPrefix(line, "ERR ") && isText([]byte(line)) {
		m.Strength = Certain
		return m
	}
	id, rest, _ := strings.Cut(line, " ")
	if reference, capabilities, ok := strings.Cut(rest, "\x00"); ok && gitID(id) && reference != "" {
		m.Strength = Certain
		if _, agent, ok := strings.Cut(capabilities, "agent="); ok {
			agent, _, _ = strings.Cut(strings.TrimSpace(agent), " ")
			m.Product, m.Version = splitVersion(clean(agent))
		}
	}
	return m
}

// gitLineBegins reports whether the beginning of a line may become one that counts.
func gitLineBegins(line string) bool {
	return mayBegin(line, "ERR ") || strings.Trim(line[:min(len(line), 40)], "0123456789abcdef") == ""
}

// gitID reports whether s is an object name, SHA-1 or SHA-256.
func gitID(s string) bool {
	return (len(s) == 40 || len(s) == 64) && strings.Trim(s, "0123456789abcdef") == ""
}
