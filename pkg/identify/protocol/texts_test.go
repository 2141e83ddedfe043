package protocol

import (
	"strings"
	"testing"
)

// Replies of Debian's daemons where not stated otherwise.

func TestRsyncReplies(t *testing.T) {
	checkReplies(t, "rsync", []replyCase{
		{data: "@RSYNCD: 32.0 sha512 sha256 sha1 md5 md4\n", want: Certain},
		{data: "@RSYNCD: 31.0\n@ERROR: protocol startup error\n", request: "http", want: Certain},
		{data: "@RSYNCD: OK\n"},
		{data: "@ERROR: x\n"},
	})
}

func TestSVNReplies(t *testing.T) {
	checkReplies(t, "svn", []replyCase{
		{data: "( success ( 2 2 ( ) ( edit-pipeline svndiff1 accepts-svndiff2 absent-entries commit-revprops depth ) ) ) ", want: Certain},
		{data: "( success ( 1 2 ( ANONYMOUS ) ( edit-pipeline ) ) ) ", request: "tls", want: Certain}, // the example of protocol
		{data: "( success ( well ( done ) ( x ) ) ) "},
		{data: "( failure ( ) ) "},
	})
}

func TestGitReplies(t *testing.T) {
	checkReplies(t, "git", []replyCase{
		{data: "0037ERR access denied or repository not exported: /nmap", request: "git", want: Certain},
		// gitprotocol-pack(5), "Reference Discovery".
		{data: "005b" + strings.Repeat("a", 40) + " HEAD\x00multi_ack symref=HEAD:x agent=git/2.39.5\n", request: "git", want: Certain, product: "git", version: "2.39.5"},
		{data: "0021git-upload-pack /nmap\x00host=h\x00", request: "git"},
		{data: string(gitRequest(sampleTarget())), request: "git"},
		{data: "0010ERR\x00binary\x00\x00"},
		{data: "2200 ready\r\n"},
		{data: "220 ready\r\n", request: "git"},
	})
	if got := string(gitRequest(&Target{Name: "h"})); got != "0031git-upload-pack /portid-no-repository\x00host=h\x00" {
		t.Errorf("request %q", got)
	}
}

func TestDictReplies(t *testing.T) {
	checkReplies(t, "dict", []replyCase{
		{data: "220 vm dictd 1.13.0/rf on Linux 6.1.0-13-amd64 <auth.mime> <17.25.1795919113@vm>\r\n", want: Certain, product: "dictd", version: "1.13.0", os: "Linux 6.1.0-13-amd64"},
		// RFC 2229 section 3.1.
		{data: "220 dict.org DICTD <mime.auth> <25.1@dict.org>\r\n", want: Certain},
		{data: "220 mail.example ESMTP <1@mail.example>\r\n"},
		{data: "220 (vsFTPd 3.0.3)\r\n"},
	})
}

func TestGopherReplies(t *testing.T) {
	checkReplies(t, "gopher", []replyCase{
		{data: "3Error: Access denied! File or directory world-writeable\tTITLE\tnull.host\t1\r\n", request: "gopher", want: Certain},
		// RFC 1436 section 2.
		{data: "0About internet Gopher\tStuff:About us\trawBits.micro.umn.edu\t70\r\n1Around University of Minnesota\tZ,5692,AUM\tunderdog.micro.umn.edu\t70\r\n.\r\n", request: "http", want: Certain},
		{data: "Error: File or directory not found! (null)\r\n", request: "gopher"},
		{data: "a\tb\tc\td\r\n", request: "gopher"},
		{data: "HTTP/1.0 400 Bad Request\r\n", request: "gopher"},
	})
}

func TestZooKeeperReplies(t *testing.T) {
	checkReplies(t, "zookeeper", []replyCase{
		{data: "Zookeeper version: 3.8.0-${mvngit.commit.id}, built on 2024-02-13 20:43 UTC\nLatency min/avg/max: 0/0.0/0\n", request: "zookeeper", want: Certain, product: "Apache ZooKeeper", version: "3.8.0"},
		{data: "This ZooKeeper instance is not currently serving requests\n", request: "zookeeper", want: Certain, product: "Apache ZooKeeper"},
		{data: "srvr is not executed because it is not in the whitelist.\n", request: "zookeeper", want: Certain, product: "Apache ZooKeeper"},
		{data: "srvr", request: "zookeeper"},
		{data: "srvr is not a command\n", request: "zookeeper"},
	})
}

func TestNUTReplies(t *testing.T) {
	checkReplies(t, "nut", []replyCase{
		{data: "Network UPS Tools upsd 2.8.0 - http://www.networkupstools.org/\n", request: "nut", want: Certain, product: "Network UPS Tools upsd", version: "2.8.0"},
		{data: "ERR UNKNOWN-COMMAND\nERR UNKNOWN-COMMAND\n", request: "tls", want: Certain},
		{data: "ERR INVALID-ARGUMENT\n", request: "http", want: Certain},
		{data: "ERR ACCESS-DENIED\n", request: "nut", want: Certain, limited: true}, // Developer Guide
		{data: "ERR UNKNOWN_COMMAND Unknown+server+command\r\n", request: "nut"},
		{data: "VER\n", request: "nut"},
	})
}

func TestMuninReplies(t *testing.T) {
	checkReplies(t, "munin", []replyCase{
		{data: "# munin node at vm\n", want: Certain},
		{data: "# munin node at vm\nmunins node on vm version: 2.0.73\n", request: "munin", want: Certain, product: "munin-node", version: "2.0.73"},
		{data: "# munin node at vm\n# Unknown command. Try cap, list\n", request: "http", want: Certain},
		{data: "# a comment\n"},
		{data: "# munin node at our place is down\n"},
	})
}

func TestZabbixReplies(t *testing.T) {
	checkReplies(t, "zabbix-agent", []replyCase{
		{data: "ZBXD\x01\x06\x00\x00\x00\x00\x00\x00\x006.0.14", request: "zabbix-agent", want: Certain, product: "Zabbix agent", version: "6.0.14"},
		// "Header and data length", "Passive and active agent checks".
		{data: "ZBXD\x01\x1a\x00\x00\x00\x00\x00\x00\x00ZBX_NOTSUPPORTED\x00Disabled.", request: "zabbix-agent", want: Certain},
		{data: string(zabbixRequest(nil)), request: "zabbix-agent"},
		{data: "ZBXD\x01\xff\xff\xff\xff\xff\xff\xff\xff6.0.14", request: "zabbix-agent"},
		{data: "ZBXD\x01\x00\x00\x00\x00\x00\x00\x00\x00", request: "zabbix-agent"},
		{data: "\x15\x03\x03\x00\x02\x02\x28", request: "zabbix-agent"},
	})
}

func TestMPDReplies(t *testing.T) {
	checkReplies(t, "mpd", []replyCase{
		{data: "OK MPD 0.23.5\n", want: Certain, product: "MPD"},
		{data: "OK MPD 0.23.5\nACK [5@0] {} unknown command \"GET\"\n", request: "http", want: Certain, product: "MPD"},
		{data: "OK MPD is here\n"},
		{data: "OK 1.1.20\n"},
	})
}

func TestGPSDReplies(t *testing.T) {
	checkReplies(t, "gpsd", []replyCase{
		{data: "{\"class\":\"VERSION\",\"release\":\"3.22\",\"rev\":\"3.22\",\"proto_major\":3,\"proto_minor\":14}\r\n", want: Certain, product: "gpsd", version: "3.22"},
		{data: "{\"class\":\"VERSION\",\"release\":\"3.22\"\r\n"},
		{data: "{\"class\":\"VERSION\"}\r\n"},
		{data: "{\"class\":\"TPV\"}\r\n"},
	})
}

func TestTorControlReplies(t *testing.T) {
	checkReplies(t, "tor-control", []replyCase{
		// control-spec, sections 3.21 and 3.24.
		{data: "250-PROTOCOLINFO 1\r\n250-AUTH METHODS=COOKIE COOKIEFILE=\"/run/tor/control.authcookie\"\r\n250-VERSION Tor=\"0.4.7.16\"\r\n250 OK\r\n", request: "tor-control", want: Certain, product: "Tor", version: "0.4.7.16"},
		{data: "514 Authentication required.\r\n", request: "http", want: Certain},
		{data: "\x00\x60\x00\x00\x00\x01The v0 control protocol is not supported by Tor 0.1.2.17 and later; upgrade your controller.\x00\x00", request: "socks4", want: Certain},
		{data: "250 PROTOCOLINFO\r\n", request: "tor-control"},
		{data: "PROTOCOLINFO 1\r\n", request: "tor-control"},
		{data: "220 mail.example ESMTP\r\n514 x\r\n", request: "tor-control"},
	})
}

func TestTorControlIsNotHTTP(t *testing.T) {
	const reply = "HTTP/1.0 501 Tor ControlPort is not an HTTP proxy\r\nContent-Type: text/html; charset=iso-8859-1\r\n\r\n<html>\n"
	if app := recognized(t, "http", reply, 80); app != "tor-control" {
		t.Errorf("%q, want tor-control", app)
	}
}

func TestClamdReplies(t *testing.T) {
	checkReplies(t, "clamd", []replyCase{
		// clamd(8).
		{data: "ClamAV 1.0.7/27456/Sat Nov 28 09:34:05 2026\x00", request: "clamd", want: Certain, product: "ClamAV", version: "1.0.7"},
		{data: "ClamAV 1.4.3\x00", request: "clamd", want: Certain, product: "ClamAV", version: "1.4.3"},
		{data: "UNKNOWN COMMAND\n", request: "http", want: Likely},
		{data: "ClamAV is the best\n", request: "clamd"},
		{data: "zVERSION\x00", request: "clamd"},
	})
}

func TestVNCReplies(t *testing.T) {
	checkReplies(t, "vnc", []replyCase{
		{data: "RFB 003.008\n", want: Certain},
		{data: "RFB 003.889\n", request: "http", want: Certain},
		{data: "RFB 3.8\n"},
		{data: "RFB 003.00x\n"},
	})
	if !protocolOf(t, "vnc").Once {
		t.Error("more than one connection may be made")
	}
}
