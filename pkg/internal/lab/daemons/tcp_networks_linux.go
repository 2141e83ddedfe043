package daemons

// The daemons that serve directories, networks and tunnels.

func smbd(e *Env) []string {
	return []string{"-F", "--no-process-group", "-s", e.Write("smb.conf", `[global]
  log file = %[1]s/smbd.log
  log level = 3
  lock directory = %[1]s
  state directory = %[1]s
  cache directory = %[1]s
  pid directory = %[1]s
  private dir = %[1]s
  ncalrpc dir = %[1]s
`, e.Dir)}
}

func slapd(e *Env) []string {
	cert, key := e.Certificate()
	return []string{"-d", "stats", "-h", "ldap://" + e.Addr.String() + " ldaps://" + e.Addr.String(), "-f", e.Write("conf", `include /etc/ldap/schema/core.schema
modulepath /usr/lib/ldap
moduleload back_mdb
TLSCertificateFile %s
TLSCertificateKeyFile %s
database mdb
suffix "dc=lab"
directory %s
`, cert, key, e.Folder("db"))}
}

func kamailioTCP(e *Env) []string {
	return []string{"-DD", "-E", "-m", "16", "-M", "4", "-Y", e.Dir, "-f", e.Write("conf", `#!KAMAILIO
children=1
tcp_children=1
auto_aliases=no
listen=tcp:%s:5060
loadmodule "sl.so"
request_route {
  sl_send_reply("200", "OK");
}
`, e.Addr)}
}

func openvpnTCP(e *Env) []string { return openvpnOver(e, "tcp4-server") }

func pptpd(e *Env) []string {
	return []string{"-f", "-l", e.Addr.String(), "-p", e.Dir + "/pid", "-c", e.Write("conf", "localip 192.0.2.1\nremoteip 192.0.2.2-5\n")}
}

func dante(e *Env) []string {
	return []string{"-p", e.Dir + "/pid", "-f", e.Write("conf", `logoutput: stderr
internal: %[1]s port = 1080
external: %[1]s
socksmethod: none
clientmethod: none
client pass { from: 0/0 to: 0/0 log: connect error }
socks block { from: 0/0 to: 0/0 log: connect error }
`, e.Addr)}
}

func microsocks(e *Env) []string { return []string{"-i", e.Addr.String(), "-p", "1080"} }

func tor(e *Env) []string {
	// The host has no route anywhere, so nothing is published.
	return []string{"--ignore-missing-torrc", "--defaults-torrc", "/dev/null", "-f", e.Write("conf", `SocksPort %[1]s:9050
ORPort %[1]s:9001
ControlPort %[1]s:9051
HashedControlPassword 16:0000000000000000600000000000000000000000000000000000000000
DataDirectory %[2]s
Address %[1]s
ExitRelay 0
AssumeReachable 1
PublishServerDescriptor 0
ContactInfo lab
`, e.Addr, e.Secret("tor"))}
}

func diod(e *Env) []string {
	return []string{"-f", "-n", "-l", e.Addr.String() + ":564", "-e", e.Folder("export"), "-d", "1"}
}

func nbd(e *Env) []string {
	e.Tool("truncate", "-s", "1M", e.Dir+"/disk")
	return []string{"-C", e.Write("conf", "[generic]\nport = 10809\n[lab]\nexportname = %s/disk\n", e.Dir)}
}

// tgt resets connections as long as it exports nothing.
func tgt(e *Env) []string {
	e.Tool("truncate", "-s", "1M", e.Dir+"/disk")
	const script = `tgtd -f --iscsi "portal=$0:3260" &
until tgtadm --lld iscsi --op new --mode target --tid 1 -T iqn.2000-01.invalid.lab:disk; do sleep 0.1; done
tgtadm --lld iscsi --op new --mode logicalunit --tid 1 --lun 1 -b disk
tgtadm --lld iscsi --op bind --mode target --tid 1 -I ALL && echo exported
wait`
	return []string{"-c", script, e.Addr.String()}
}
