package protocol

import "strings"

// zookeeperMatch recognizes the reply to "srvr", or that the command is disabled
// (ZooKeeper Administrator's Guide, "The Four Letter Words").
func zookeeperMatch(r *Reply) (m Match) {
	line, _, whole := strings.Cut(string(r.Data[:min(512, len(r.Data))]), "\n")
	const version, disabled = "Zookeeper version: ", " is not executed because it is not in the whitelist."
	switch rest, ok := strings.CutPrefix(line, version); {
	case !isText([]byte(line)):
	case ok && whole:
		m.Strength, m.Product = Certain, "Apache ZooKeeper"
		rest, _, _ = strings.Cut(rest, "-")
		rest, _, _ = strings.Cut(rest, ",")
		m.Version = clean(rest)
	case whole && len(line) == 4+len(disabled) && line[4:] == disabled:
		m.Strength, m.Product = Certain, "Apache ZooKeeper"
	default:
		m.More = !r.Ended && !whole && (mayBegin(line, version) || len(line) <= 4 || mayBegin(line[4:], disabled))
	}
	return m
}
