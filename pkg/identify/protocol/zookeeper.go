package protocol

import "strings"

// zookeeperMatch recognizes the reply to "srvr", also of a server that starts or has
// disabled the command
// (ZooKeeper Administrator's Guide, "The Four Letter Words").
func zookeeperMatch(r *Reply) (m Match) {
	line, _, whole := strings.Cut(string(r.Data[:min(512, len(r.Data))]), "\n")
	const version, disabled = "Zookeeper version: ", " is not executed because it is not in the whitelist."
	const unready = "This ZooKeeper instance is not currently serving requests"
	switch rest, ok := strings.CutPrefix(line, version); {
	case !isText([]byte(line)):
	case ok && whole:
		m.Strength, m.Product = Certain, "Apache ZooKeeper"
		rest, _, _ = strings.Cut(rest, "-")
		rest, _, _ = strings.Cut(rest, ",")
		m.Version = clean(rest)
	case whole && len(line) == 4+len(disabled) && line[4:] == disabled:
		m.Strength, m.Product = Certain, "Apache ZooKeeper"
	case whole && line == unready:
		m.Strength, m.Product = Certain, "Apache ZooKeeper"
	default:
		m.More = !r.Ended && !whole && (mayBegin(line, version) || mayBegin(line, unready) || len(line) <= 4 || mayBegin(line[4:], disabled))
	}
	return m
}
