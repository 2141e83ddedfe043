package daemons

import (
	"os"
	"path/filepath"
)

// The daemons that serve databases, caches and queues.

func redis(more ...string) func(*Env) []string {
	return func(e *Env) []string {
		cert, key := e.Certificate()
		return append([]string{
			"--port", "6379", "--tls-port", "6380", "--bind", e.Addr.String(), "--dir", e.Dir, "--save", "",
			"--tls-cert-file", cert, "--tls-key-file", key, "--tls-ca-cert-file", cert, "--tls-auth-clients", "no",
		}, more...)
	}
}

func postgres(e *Env) []string {
	_, key := e.Certificate()
	e.Own("", "postgres")
	if err := os.Chmod(key, 0o600); err != nil {
		e.Fatal(err)
	}
	data := e.Dir + "/data"
	e.Tool("setpriv", "--reuid", "postgres", "--regid", "postgres", "--clear-groups",
		"/usr/lib/postgresql/15/bin/initdb", "-D", data, "-A", "scram-sha-256", "--no-sync", "--pwfile="+e.Write("password", "only-in-the-lab\n"))
	return []string{
		"-D", data, "-p", "5432", "-h", "*", "-k", e.Dir, "-c", "log_connections=on", "-c", "ssl=on",
		"-c", "ssl_cert_file=" + e.Dir + "/cert.pem", "-c", "ssl_key_file=" + key,
	}
}

func mariadb(more ...string) func(*Env) []string {
	return func(e *Env) []string {
		cert, key := e.Certificate()
		e.Own("", "mysql")
		e.Tool("mariadb-install-db", "--no-defaults", "--user=mysql", "--datadir="+e.Dir+"/data", "--skip-test-db")
		return append([]string{
			"--no-defaults", "--datadir=" + e.Dir + "/data", "--port=3306", "--bind-address=0.0.0.0", "--socket=" + e.Dir + "/socket",
			"--log-warnings=4", "--max-connect-errors=5", "--skip-name-resolve", "--ssl-cert=" + cert, "--ssl-key=" + key,
		}, more...)
	}
}

func mosquitto(e *Env) []string {
	cert, key := e.Certificate()
	return []string{"-v", "-c", e.Write("conf", `allow_anonymous true
user root
listener 1883 0.0.0.0
listener 8883 0.0.0.0
certfile %s
keyfile %s
`, cert, key)}
}

func rabbitmq(e *Env) []string {
	e.Own("", "rabbitmq")
	e.Vars = append(e.Vars,
		"RABBITMQ_NODENAME=lab@localhost", "RABBITMQ_NODE_IP_ADDRESS="+e.Addr.String(), "RABBITMQ_MNESIA_BASE="+e.Dir+"/mnesia",
		"RABBITMQ_LOG_BASE="+e.Dir+"/logs", "RABBITMQ_PID_FILE="+e.Dir+"/pid", "RABBITMQ_ENABLED_PLUGINS_FILE="+e.Write("plugins", "[].\n"),
		"RABBITMQ_CONF_ENV_FILE=/dev/null", "RABBITMQ_LOGS=-",
	)
	return nil
}

func nats(e *Env) []string { return []string{"-a", e.Addr.String(), "-p", "4222"} }

func beanstalkd(e *Env) []string { return []string{"-l", e.Addr.String(), "-p", "11300"} }

func gearmand(e *Env) []string {
	return []string{"-p", "4730", "-L", e.Addr.String(), "-l", e.Dir + "/gearmand.log"}
}

func zookeeper(e *Env) []string {
	conf := e.Write("conf", "dataDir=%s\nclientPort=2181\nadmin.enableServer=false\n", e.Folder("data"))
	jars, err := filepath.Glob("/usr/share/java/zookeeper.jar")
	if err != nil || len(jars) == 0 {
		e.Fatal("no zookeeper.jar")
	}
	return []string{"-Xmx128m", "-cp", jars[0] + ":/usr/share/java/*:/etc/zookeeper/conf", "org.apache.zookeeper.server.ZooKeeperServerMain", conf}
}

func stunnel(e *Env) []string {
	cert, key := e.Certificate()
	return []string{e.Write("conf", `foreground = yes
pid =
[lab]
accept = 6390
connect = %s:6379
cert = %s
key = %s
`, e.Addr, cert, key)}
}
