package daemons

// The daemons that serve time, files, management and whatever else a network
// runs on.

func chronyd(e *Env) []string {
	// -x: it leaves the clock alone.
	return []string{"-d", "-x", "-u", "root", "-f", e.Write("conf", `local stratum 8 orphan
allow all
bindaddress %s
cmdport 0
bindcmdaddress /
pidfile %[2]s/pid
driftfile %[2]s/drift
`, e.Addr, e.Dir)}
}

func inetd(service, kind string) func(*Env) []string {
	return func(e *Env) []string {
		return []string{"-d", e.Write("conf", "%s dgram udp %s root internal\n", service, kind)}
	}
}

func tftpd(e *Env) []string {
	return []string{"-L", "-a", e.Addr.String() + ":69", "-u", "root", "-s", e.Dir}
}

func rpcbind(e *Env) []string { return []string{"-f", "-h", e.Addr.String()} }

func ganesha(e *Env) []string {
	return []string{"-F", "-L", "STDOUT", "-p", e.Dir + "/pid", "-f", e.Write("conf", `NFS_CORE_PARAM {
  Bind_addr = %s;
  Protocols = 3;
  Enable_NLM = false;
  Enable_RQUOTA = false;
  Enable_UDP = true;
}
`, e.Addr)}
}

func snmpd(e *Env) []string {
	e.Vars = append(e.Vars, "MIBS=", "SNMP_PERSISTENT_DIR="+e.Dir)
	return []string{"-f", "-Lo", "-C", "-p", e.Dir + "/pid", "-c", e.Write("conf", "agentAddress udp:%s:161\n", e.Addr)}
}

func memcached(e *Env) []string {
	return []string{"-u", "root", "-l", e.Addr.String(), "-U", "11211", "-m", "16"}
}

func ipmisim(e *Env) []string {
	lan := e.Write("lan.conf", `name "lab"
set_working_mc 0x20
  startlan 1
    addr %s 623
    priv_limit admin
    allowed_auths_admin none md5
    guid a123456789abcdefa123456789abcdef
  endlan
  user 1 true "" "" user 10 none md5
`, e.Addr)
	emu := e.Write("emu", "mc_setbmc 0x20\nmc_add 0x20 0 no-device-sdrs 0x23 9 8 0x9f 0x1291 0xf02 persist_sdr\nmc_enable 0x20\n")
	return []string{"-n", "-c", lan, "-f", emu, "-s", e.Folder("state")}
}

func xdm(e *Env) []string {
	e.Write("Xservers", "")
	e.Write("Xaccess", "*\n")
	return []string{"-nodaemon", "-config", e.Write("conf", `DisplayManager.requestPort: 177
DisplayManager.servers: %[1]s/Xservers
DisplayManager.accessFile: %[1]s/Xaccess
DisplayManager.errorLogFile: %[1]s/errors
DisplayManager.authDir: %[1]s
DisplayManager.pidFile:
DisplayManager.willing:
`, e.Dir)}
}

func knxd(e *Env) []string {
	return []string{"-e", "1.0.1", "-E", "1.0.2:4", "-D", "-T", "-S", "-b", "dummy:"}
}

func transmission(e *Env) []string {
	e.Write("settings.json", `{"dht-enabled": true, "peer-port": 51413, "rpc-enabled": false, "lpd-enabled": false,
 "bind-address-ipv4": "%s", "utp-enabled": true, "port-forwarding-enabled": false}`, e.Addr)
	return []string{"-f", "-g", e.Dir}
}

func gtpEcho(e *Env) []string { return []string{"-l", e.Addr.String()} }
