package protocol

import "time"

// texts returns the other protocols of lines of text.
func texts() []Protocol {
	return []Protocol{
		{App: "rsync", Source: "rsync, main.c and clientserver.c; rsyncd.conf(5)", Ports: p(873), TLSPorts: p(874), Greets: 3 * time.Second, Match: rsyncMatch},
		{App: "svn", Source: "Subversion, subversion/libsvn_ra_svn/protocol", Ports: p(3690), Greets: 3 * time.Second, Match: svnMatch},
		{App: "git", Source: "gitprotocol-pack(5), gitprotocol-common(5)", Ports: p(9418), Requests: one("git", gitRequest), Match: gitMatch},
		{App: "dict", Source: "RFC 2229 section 3.1", Ports: p(2628), Greets: 3 * time.Second, Match: dictMatch},
		{App: "gopher", Source: "RFC 1436 section 3.8", Ports: p(70), Requests: one("gopher", send("\r\n")), Match: gopherMatch},
		{App: "zookeeper", Source: "ZooKeeper Administrator's Guide, The Four Letter Words", Ports: p(2181), Requests: one("zookeeper", send("srvr")), Match: zookeeperMatch},
		{App: "nut", Source: "Network UPS Tools Developer Guide, Network protocol information", Ports: p(3493), Requests: one("nut", send("VER\n")), Match: nutMatch},
		{App: "munin", Source: "Munin documentation, Data exchange between master and node", Ports: p(4949), Greets: 3 * time.Second, Requests: one("munin", send("version\n")), Match: muninMatch},
		{App: "zabbix-agent", Source: "Zabbix documentation, Header and data length", Ports: p(10050), Requests: one("zabbix-agent", zabbixRequest), Match: zabbixMatch},
		{App: "mpd", Source: "MPD protocol, Protocol overview", Ports: p(6600), Greets: 3 * time.Second, Match: mpdMatch},
		{App: "gpsd", Source: "gpsd_json(5), VERSION", Ports: p(2947), Greets: 3 * time.Second, Match: gpsdMatch},
		{App: "tor-control", Source: "Tor control-spec, section 3.21", Ports: p(9051, 9151), Requests: one("tor-control", send("PROTOCOLINFO 1\r\n")), Match: torControlMatch},
		{App: "clamd", Source: "clamd(8), COMMANDS", Ports: p(3310), Requests: one("clamd", send("zVERSION\x00")), Match: clamdMatch},
	}
}

// one returns a protocol's only request.
func one(name string, build func(*Target) []byte) []Request {
	return []Request{{Name: name, Build: build}}
}
