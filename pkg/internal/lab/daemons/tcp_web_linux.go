package daemons

import "strings"

// The daemons that serve HTTP.

func nginx(e *Env) []string {
	cert, key := e.Certificate()
	return []string{"-c", e.Write("conf", `daemon off;
pid %[1]s/pid;
error_log stderr info;
events {}
http {
  access_log %[1]s/access;
  client_body_temp_path %[1]s/body;
  proxy_temp_path %[1]s/proxy;
  fastcgi_temp_path %[1]s/fastcgi;
  uwsgi_temp_path %[1]s/uwsgi;
  scgi_temp_path %[1]s/scgi;
  root /usr/share/nginx/html;
  server { listen 80; }
  server { listen 443 ssl; ssl_certificate %[2]s; ssl_certificate_key %[3]s; }
}
`, e.Dir, cert, key), "-e", "stderr"}
}

func apache(e *Env) []string {
	cert, key := e.Certificate()
	return []string{"-X", "-f", e.Write("conf", `ServerRoot /usr/lib/apache2
PidFile %[1]s/pid
DefaultRuntimeDir %[1]s
ServerName lab.invalid
Listen 80
Listen 443
LoadModule mpm_event_module modules/mod_mpm_event.so
LoadModule authz_core_module modules/mod_authz_core.so
LoadModule ssl_module modules/mod_ssl.so
ErrorLog %[1]s/error
User nobody
Group nogroup
DocumentRoot %[1]s
<VirtualHost *:443>
SSLEngine on
SSLCertificateFile %[2]s
SSLCertificateKeyFile %[3]s
</VirtualHost>
`, e.Dir, cert, key)}
}

func lighttpd(e *Env) []string {
	return []string{"-D", "-f", e.Write("conf", "server.port = 80\nserver.document-root = %q\n", e.Dir)}
}

func haproxy(e *Env) []string {
	cert, key := e.Certificate()
	e.Tool("sh", "-c", `cat "$0" "$1" >"$2"`, cert, key, e.Dir+"/both.pem")
	return []string{"-db", "-f", e.Write("conf", `defaults
  mode http
  timeout connect 5s
  timeout client 20s
  timeout server 5s
listen lab
  bind :80
  bind :443 ssl crt %s/both.pem
  server nothing 127.0.0.1:1
`, e.Dir)}
}

func squid(e *Env) []string {
	e.Own("", "proxy")
	return []string{"-N", "-f", e.Write("conf", `http_port 3128
cache_log %[1]s/cache.log
access_log none
pid_filename none
cache_effective_user proxy
coredump_dir %[1]s
shutdown_lifetime 0
`, e.Dir)}
}

func tinyproxy(e *Env) []string {
	return []string{"-d", "-c", e.Write("conf", "Port 8888\nTimeout 20\nMaxClients 20\nAllow 127.0.0.1\n")}
}

func privoxy(e *Env) []string {
	return []string{"--no-daemon", e.Write("conf", "listen-address %s:8118\nconfdir /etc/privoxy\nlogdir %s\n", e.Addr, e.Dir)}
}

func icecast(e *Env) []string {
	e.Own("", "icecast2")
	return []string{"-c", e.Write("conf.xml", `<icecast>
<limits><clients>20</clients><sources>2</sources></limits>
<authentication><source-password>only-in-the-lab</source-password></authentication>
<hostname>lab.invalid</hostname>
<listen-socket><port>8000</port></listen-socket>
<paths>
<basedir>/usr/share/icecast2</basedir><logdir>%[1]s</logdir>
<webroot>/usr/share/icecast2/web</webroot><adminroot>/usr/share/icecast2/admin</adminroot>
</paths>
<logging><accesslog>access.log</accesslog><errorlog>error.log</errorlog></logging>
</icecast>
`, e.Dir)}
}

func prometheus(e *Env) []string {
	return []string{
		"--config.file=" + e.Write("conf", "scrape_configs: []\n"), "--storage.tsdb.path=" + e.Dir + "/data",
		"--web.listen-address=" + e.Addr.String() + ":9090",
	}
}

func nodeExporter(e *Env) []string {
	// Not at its own port, 9100, which printers have too.
	return []string{"--web.listen-address=" + e.Addr.String() + ":8080"}
}

func etcd(e *Env) []string {
	at := "http://" + e.Addr.String() + ":2379"
	return []string{
		"--data-dir", e.Dir + "/data", "--listen-client-urls", at, "--advertise-client-urls", at,
		"--listen-peer-urls", "http://127.0.0.1:2380",
	}
}

func cups(e *Env) []string {
	conf := e.Write("cupsd.conf", "Listen %s:631\n<Location />\nAllow all\n</Location>\n", e.Addr)
	files := strings.ReplaceAll(`ErrorLog stderr
AccessLog DIR/access
PageLog DIR/page
ServerRoot DIR
RequestRoot DIR
CacheDir DIR
StateDir DIR
TempDir DIR
`, "DIR", e.Dir)
	return []string{"-f", "-c", conf, "-s", e.Write("cups-files.conf", "%s", files)}
}

func transmissionWeb(e *Env) []string {
	e.Write("settings.json", `{"dht-enabled": false, "rpc-enabled": true, "rpc-bind-address": "%s", "rpc-port": 9091,
 "rpc-whitelist-enabled": false, "lpd-enabled": false, "port-forwarding-enabled": false}`, e.Addr)
	return []string{"-f", "-g", e.Dir}
}

func opensslWeb(e *Env) []string {
	cert, key := e.Certificate()
	return []string{"s_server", "-www", "-accept", e.Addr.String() + ":443", "-cert", cert, "-key", key, "-quiet"}
}

func tomcat(e *Env) []string {
	e.Write("conf/server.xml", `<Server port="-1"><Service name="Catalina">
<Connector port="8080"/>
<Connector protocol="AJP/1.3" port="8009" address="%s" secretRequired="false"/>
<Engine name="Catalina" defaultHost="localhost"><Host name="localhost" appBase="webapps"/></Engine>
</Service></Server>
`, e.Addr)
	e.Tool("cp", "/etc/tomcat10/web.xml", e.Dir+"/conf/")
	e.Folder("webapps/ROOT")
	const home = "/usr/share/tomcat10"
	return []string{
		"-Xmx128m", "-cp", home + "/bin/bootstrap.jar:" + home + "/bin/tomcat-juli.jar", "-Dcatalina.home=" + home,
		"-Dcatalina.base=" + e.Dir, "-Djava.io.tmpdir=" + e.Folder("temp"), "org.apache.catalina.startup.Bootstrap", "start",
	}
}
