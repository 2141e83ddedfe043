package daemons

// The daemons that serve shells, screens and mail.

func sshd(e *Env) []string {
	e.Tool("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", e.Dir+"/key")
	return []string{"-D", "-e", "-p", "22", "-h", e.Dir + "/key", "-f", "/dev/null", "-o", "LogLevel=VERBOSE"}
}

func dropbear(e *Env) []string {
	e.Tool("dropbearkey", "-t", "ed25519", "-f", e.Dir+"/key")
	return []string{"-F", "-E", "-p", "22", "-r", e.Dir + "/key"}
}

func xrdp(e *Env) []string {
	cert, key := e.Certificate()
	return []string{"-n", "-c", e.Write("conf", `[Globals]
ini_version=1
port=3389
security_layer=negotiate
crypt_level=high
certificate=%s
key_file=%s
ssl_protocols=TLSv1.2, TLSv1.3
[Logging]
LogFile=%s/xrdp.log
LogLevel=INFO
[Xorg]
name=Xorg
lib=libxup.so
username=ask
password=ask
ip=127.0.0.1
port=-1
`, cert, key, e.Dir)}
}

func tigervnc(e *Env) []string {
	return []string{
		":77", "-displayfd", "1", "-rfbport", "5900", "-SecurityTypes", "None", "-localhost=0", "-nolock", "-nolisten", "unix", "-nolisten", "tcp",
		"-Log", "*:stderr:30",
	}
}

func xvfb(*Env) []string {
	return []string{":0", "-displayfd", "1", "-listen", "tcp", "-nolisten", "unix", "-nolock", "-screen", "0", "640x480x8"}
}

func endlessh(*Env) []string { return []string{"-p", "22", "-v"} }

func sslh(e *Env) []string {
	addr := e.Addr.String()
	return []string{"-f", "-u", "nobody", "-p", addr + ":8443", "--tls", addr + ":443", "--http", addr + ":80"}
}

func postfix(e *Env) []string {
	cert, key := e.Certificate()
	e.Write("main.cf", `compatibility_level = 3.6
myhostname = lab.invalid
queue_directory = %[1]s/queue
data_directory = %[1]s/data
inet_interfaces = %[2]s
inet_protocols = ipv4
smtpd_tls_cert_file = %[3]s
smtpd_tls_key_file = %[4]s
smtpd_tls_security_level = may
maillog_file = /var/log/lab-postfix
maillog_file_prefixes = /var
`, e.Dir, e.Addr, cert, key)
	e.Write("master.cf", `smtp inet n - n - - smtpd
anvil unix - - n - 1 anvil
cleanup unix n - n - 0 cleanup
rewrite unix - - n - - trivial-rewrite
tlsmgr unix - - n 1000? 1 tlsmgr
scache unix - - n - 1 scache
proxymap unix - - n - - proxymap
`)
	e.Folder("queue/pid")
	e.Folder("queue/private")
	e.Folder("queue/public")
	e.Folder("data")
	e.Own("data", "postfix")
	e.Own("queue", "postfix")
	e.Tool("chown", "root", e.Dir+"/queue", e.Dir+"/queue/pid")
	return []string{"-s", "-c", e.Dir}
}

func exim(e *Env) []string {
	cert, key := e.Certificate()
	e.Own("", "61184")
	conf := e.Write("conf", `primary_hostname = lab.invalid
spool_directory = %[1]s
log_file_path = %[1]s/%%slog
daemon_smtp_ports = 25 : 465
tls_on_connect_ports = 465
tls_certificate = %[2]s
tls_privatekey = %[3]s
tls_advertise_hosts = *
log_selector = +all
begin routers
begin transports
`, e.Dir, cert, key)
	return []string{"-bdf", "-C", conf}
}

func dovecot(protocol string) func(*Env) []string {
	return func(e *Env) []string {
		cert, key := e.Certificate()
		e.Open()
		return []string{"-F", "-c", e.Write("conf", `base_dir = %[1]s/run
state_dir = %[1]s/run
protocols = %[2]s
log_path = /dev/stderr
ssl = yes
ssl_cert = <%[3]s
ssl_key = <%[4]s
auth_verbose = yes
mail_location = maildir:%[1]s/mail
service lmtp {
  inet_listener lmtp {
    port = 24
  }
}
passdb {
  driver = static
  args = password=only-in-the-lab
}
userdb {
  driver = static
  args = uid=65534 gid=65534 home=/tmp
}
`, e.Dir, protocol, cert, key)}
	}
}

func vsftpd(e *Env) []string {
	cert, key := e.Certificate()
	return []string{e.Write("conf", `listen=YES
background=NO
anonymous_enable=YES
seccomp_sandbox=NO
xferlog_enable=YES
log_ftp_protocol=YES
vsftpd_log_file=%s/ftp.log
ssl_enable=YES
ssl_ciphers=HIGH
rsa_cert_file=%s
rsa_private_key_file=%s
`, e.Dir, cert, key)}
}

func proftpd(e *Env) []string {
	return []string{"-n", "-c", e.Write("conf", `ServerName lab
ServerType standalone
Port 21
User nobody
Group nogroup
UseReverseDNS off
PidFile %[1]s/pid
ScoreboardFile %[1]s/board
SystemLog %[1]s/system.log
DelayEngine off
`, e.Dir)}
}

func ngircd(e *Env) []string {
	return []string{"-n", "-f", e.Write("conf", `[Global]
Name = irc.lab.invalid
Info = lab
Ports = 6667
ServerUID = 65534
ServerGID = 65534
PidFile =
`)}
}

func prosody(e *Env) []string {
	cert, key := e.Certificate()
	return []string{"-F", "--config", e.Write("conf.lua", `modules_enabled = { "tls", "disco", "saslauth", "dialback" }
data_path = "%[1]s"
pidfile = "%[1]s/pid"
log = { info = "*console" }
run_as_root = true
c2s_require_encryption = false
s2s_require_encryption = false
modules_disabled = { "posix" }
VirtualHost "lab.invalid"
ssl = { certificate = "%[2]s", key = "%[3]s" }
`, e.Dir, cert, key)}
}
