package daemons

// The daemons that serve small services, files and measurements.

// inetdRuns returns the Setup of a service that inetd runs as a user.
func inetdRuns(service, user, program string) func(*Env) []string {
	return func(e *Env) []string {
		return []string{"-d", e.Write("conf", "%s stream tcp4 nowait %s %s\n", service, user, program)}
	}
}

func xinetd(service string, port uint16) func(*Env) []string {
	return func(e *Env) []string {
		return []string{"-dontfork", "-pidfile", e.Dir + "/pid", "-filelog", e.Dir + "/xinetd.log", "-f", e.Write("conf", `service %[1]s
{
	type = INTERNAL UNLISTED
	id = %[1]s
	socket_type = stream
	protocol = tcp
	port = %[2]d
	user = root
	wait = no
}
`, service, port)}
	}
}

func oidentd(e *Env) []string { return []string{"-i", "-a", e.Addr.String()} }

func gitDaemon(e *Env) []string {
	e.Tool("git", "init", "-q", "--bare", e.Dir+"/repos/lab")
	return []string{"daemon", "--reuseaddr", "--listen=" + e.Addr.String(), "--base-path=" + e.Dir + "/repos", "--export-all", "--verbose"}
}

func rsync(e *Env) []string {
	return []string{"--daemon", "--no-detach", "--config=" + e.Write("conf", "use chroot = no\n[lab]\npath = %s\n", e.Folder("files")), "--log-file=/dev/stderr"}
}

func svnserve(e *Env) []string {
	e.Tool("svnadmin", "create", e.Dir+"/repo")
	return []string{"-d", "--foreground", "-r", e.Dir, "--listen-host", e.Addr.String(), "--log-file", e.Dir + "/svn.log"}
}

func munin(e *Env) []string {
	return []string{"--foreground", "--config", e.Write("conf", `log_file %[1]s/munin.log
pid_file %[1]s/pid
background 0
setsid 0
user root
group root
host %[2]s
port 4949
host_name lab.invalid
allow ^.*$
`, e.Dir, e.Addr)}
}

func zabbix(e *Env) []string {
	e.Own("", "zabbix")
	return []string{"-f", "-c", e.Write("conf", `ListenIP=%[1]s
Server=0.0.0.0/0
Hostname=lab
LogType=console
PidFile=%[2]s/pid
`, e.Addr, e.Dir)}
}

func nrpe(e *Env) []string {
	return []string{"-f", "-n", "-c", e.Write("conf", `server_port=5666
server_address=%[1]s
nrpe_user=nobody
nrpe_group=nogroup
pid_file=%[2]s/pid
log_file=%[2]s/nrpe.log
dont_blame_nrpe=0
`, e.Addr, e.Dir)}
}

func distcc(e *Env) []string {
	return []string{
		"--no-detach", "--daemon", "--allow", "0.0.0.0/0", "--listen", e.Addr.String(), "--user", "nobody",
		"--log-stderr", "--jobs", "2", "--enable-tcp-insecure",
	}
}

func dictd(e *Env) []string {
	e.Open()
	e.Write("lab.dict", "lab\n")
	e.Write("lab.index", "lab\tA\tE\n")
	return []string{"-d", "nodetach", "--pid-file", e.Dir + "/pid", "-L", "/dev/null", "-c", e.Write("conf", `global {
  listen_to %[1]s
}
access { allow * }
database lab {
  data %[2]s/lab.dict
  index %[2]s/lab.index
}
`, e.Addr, e.Dir)}
}

func nut(e *Env) []string {
	e.Write("upsd.conf", "LISTEN %s 3493\nSTATEPATH %s\n", e.Addr, e.Dir)
	e.Write("upsd.users", "")
	e.Write("ups.conf", "[lab]\ndriver = dummy-ups\nport = none\n")
	e.Own("", "nut")
	e.Vars = append(e.Vars, "NUT_CONFPATH="+e.Dir, "NUT_STATEPATH="+e.Dir)
	return []string{"-F", "-u", "nut"}
}

func gpsd(*Env) []string { return []string{"-N", "-n", "-G", "-S", "2947", "/dev/ptmx"} }

func mpd(e *Env) []string {
	return []string{"--no-daemon", "--stderr", e.Write("conf", `music_directory "%[1]s"
bind_to_address "%[2]s"
audio_output {
  type "null"
  name "lab"
}
`, e.Folder("music"), e.Addr)}
}

func murmur(e *Env) []string {
	cert, key := e.Certificate()
	state := e.Folder("state")
	e.Own("", "mumble-server")
	return []string{"-fg", "-ini", e.Write("conf", `host=%s
database=%s/db
logfile=
sslCert=%s
sslKey=%s
bonjour=False
`, e.Addr, state, cert, key)}
}

func iperf3(e *Env) []string { return []string{"-s", "-B", e.Addr.String()} }

func p910nd(e *Env) []string {
	e.Write("printed", "")
	return []string{"-d", "-i", e.Addr.String(), "-f", e.Dir + "/printed", "0"}
}

// modbus counts the bytes that it receives.
func modbus(e *Env) []string {
	return []string{"-u", e.Write("server.py", `import asyncio, pymodbus
from pymodbus.server import StartTcpServer
from pymodbus.datastore import ModbusServerContext, ModbusSlaveContext
from pymodbus.server.async_io import ModbusConnectedRequestHandler as handler
received = handler.data_received
def count(self, data):
    open("%s/received", "ab").write(data)
    received(self, data)
handler.data_received = count
StartTcpServer(context=ModbusServerContext(slaves=ModbusSlaveContext(), single=True), address=("%s", 502))
`, e.Dir, e.Addr)}
}
