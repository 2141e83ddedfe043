package protocol

import (
	"strconv"
	"strings"
)

// redisMatch recognizes the reply to INFO and the errors of a server (Redis
// documentation, "Redis serialization protocol specification" and "INFO").
func redisMatch(r *Reply) (m Match) {
	if strings.HasPrefix(string(r.Data[:min(1, len(r.Data))]), "$") {
		return redisInfo(r)
	}
	line, _, whole := strings.Cut(string(r.Data[:min(512, len(r.Data))]), "\r\n")
	for _, e := range []struct {
		text    string
		limited bool
	}{
		{"-NOAUTH Authentication required", false},
		{"-DENIED Redis is running in protected mode", true},
		{"-ERR max number of clients reached", true},
		{"-ERR unknown command '", false},
		{"-ERR unknown command `", false},
		{"-ERR wrong number of arguments for '", false},
		{"-ERR Protocol error: ", false},
		{"-LOADING Redis is loading the dataset in memory", true},
		{"-NOPERM ", false},
	} {
		if strings.HasPrefix(line, e.text) && isText([]byte(line)) {
			m.Strength, m.Limited = Certain, e.limited
			if strings.Contains(e.text, " Redis ") {
				m.Product = "Redis"
			}
			return m
		}
		m.More = m.More || !r.Ended && !whole && mayBegin(line, e.text)
	}
	return m
}

// redisInfo recognizes a bulk string, "$length", with the section "# Server".
func redisInfo(r *Reply) (m Match) {
	lines, rest := r.lines()
	if len(lines) == 0 {
		m.More = !r.Ended && len(rest) < 12 && isText(r.Data)
		return m
	}
	n, err := strconv.Atoi(lines[0][1:])
	if err != nil || n < 1 {
		return m
	}
	if len(lines) < 2 {
		m.More = !r.Ended && mayBegin(rest, "# Server")
		return m
	}
	if lines[1] != "# Server" {
		return m
	}
	for _, line := range lines[2:] {
		name, value, _ := strings.Cut(line, ":")
		switch name {
		case "redis_version":
			m.Strength = Certain
			if m.Product == "" {
				m.Product, m.Version = "Redis", clean(value)
			}
		case "valkey_version":
			m.Product, m.Version = "Valkey", clean(value)
		case "os":
			m.OS = clean(value)
			return m
		}
	}
	m.More = !r.Ended && len(r.Data) < n
	return m
}
