package daemons

// The daemons that serve names and directories.

func unbound(e *Env) []string {
	return []string{"-d", "-p", "-c", e.Write("conf", `server:
  interface: %s
  access-control: 0.0.0.0/0 allow
  username: ""
  chroot: ""
  directory: "%s"
  use-syslog: no
  do-daemonize: no
  module-config: "iterator"
remote-control:
  control-enable: no
`, e.Addr, e.Dir)}
}

func bind9(e *Env) []string {
	return []string{"-g", "-n", "1", "-c", e.Write("conf", `options {
  directory "%s";
  listen-on { %s; };
  listen-on-v6 { none; };
  pid-file none;
  recursion no;
};
controls { };
`, e.Dir, e.Addr)}
}

func knotd(e *Env) []string {
	return []string{"-c", e.Write("conf", `server:
    rundir: "%s"
    listen: %s@53
database:
    storage: "%s"
`, e.Dir, e.Addr, e.Dir)}
}

func dnsmasq(e *Env) []string {
	return []string{
		"-k", "--conf-file=/dev/null", "--no-resolv", "--no-hosts", "--bind-interfaces", "--user=root",
		"--pid-file=", "--log-facility=-", "--listen-address=" + e.Addr.String(),
	}
}

func avahi(e *Env) []string {
	return []string{"--no-drop-root", "--no-chroot", "--no-rlimits", "-f", e.Write("conf", `[server]
host-name=lab
enable-dbus=no
use-ipv4=yes
use-ipv6=yes
[publish]
publish-addresses=yes
publish-workstation=no
`)}
}

func nmbd(e *Env) []string {
	return []string{"-F", "--no-process-group", "-l", e.Dir, "-s", e.Write("smb.conf", `[global]
  netbios name = LAB
  workgroup = LABGROUP
  interfaces = eth0
  bind interfaces only = yes
  local master = no
  log file = %[1]s/nmbd.log
  lock directory = %[1]s
  state directory = %[1]s
  cache directory = %[1]s
  pid directory = %[1]s
  private dir = %[1]s
  ncalrpc dir = %[1]s
`, e.Dir)}
}

func krb5kdc(e *Env) []string {
	e.kerberos()
	return []string{"-n"}
}

func kadmind(e *Env) []string {
	e.kerberos()
	e.Write("acl", "")
	return []string{"-nofork"}
}

// kerberos makes the database of a realm that lives as long as the test.
func (e *Env) kerberos() {
	e.Vars = append(e.Vars,
		"KRB5_CONFIG="+e.Write("krb5.conf", `[libdefaults]
 default_realm = LAB.INVALID
[realms]
 LAB.INVALID = {
  kdc = %[1]s
  admin_server = %[1]s
 }
`, e.Addr),
		"KRB5_KDC_PROFILE="+e.Write("kdc.conf", `[kdcdefaults]
 kdc_listen = %[1]s:88
 kdc_tcp_listen = %[1]s:88
[realms]
 LAB.INVALID = {
  database_name = %[2]s/principal
  key_stash_file = %[2]s/stash
  acl_file = %[2]s/acl
  kpasswd_listen = %[1]s:464
  kadmind_listen = %[1]s:749
 }
`, e.Addr, e.Dir))
	e.Tool("/usr/sbin/kdb5_util", "create", "-s", "-r", "LAB.INVALID", "-P", "only-in-the-lab")
}

func miniupnpd(e *Env) []string {
	return []string{"-d", "-f", e.Write("conf", `ext_ifname=lo
listening_ip=eth0
port=5555
enable_natpmp=yes
enable_upnp=yes
secure_mode=yes
uuid=00000000-0000-0000-0000-000000000001
serial=1
model_number=1
`), "-P", e.Dir + "/pid"}
}
