package daemons

import (
	"os"

	"portkit/pkg/internal/lab"
)

// The daemons that serve telephony, sensors, and tunnels.

func turnserver(e *Env) []string {
	return []string{
		"-c", "/dev/null", "--listening-ip", e.Addr.String(), "--relay-ip", e.Addr.String(), "--no-cli", "--no-tls", "--no-dtls",
		"--log-file", "stdout", "--pidfile", e.Dir + "/pid", "--userdb", e.Dir + "/db",
	}
}

func turnserverDTLS(e *Env) []string {
	cert, key := e.Certificate()
	return []string{
		"-c", "/dev/null", "--listening-ip", e.Addr.String(), "--relay-ip", e.Addr.String(), "--no-cli", "--cert", cert, "--pkey", key,
		"--log-file", "stdout", "--pidfile", e.Dir + "/pid", "--userdb", e.Dir + "/db",
	}
}

func coapServer(e *Env) []string { return []string{"-A", e.Addr.String(), "-p", "5683"} }

func coapsServer(e *Env) []string {
	return []string{"-A", e.Addr.String(), "-p", "5683", "-k", "only-in-the-lab"}
}

func kamailio(e *Env) []string {
	return []string{"-DD", "-E", "-m", "16", "-M", "4", "-Y", e.Dir, "-f", e.Write("conf", `#!KAMAILIO
children=1
disable_tcp=yes
auto_aliases=no
listen=udp:%s:5060
loadmodule "sl.so"
request_route {
  sl_send_reply("200", "OK");
}
`, e.Addr)}
}

func charon(e *Env) []string {
	e.Vars = append(e.Vars, "STRONGSWAN_CONF="+e.Write("strongswan.conf", `charon {
  filelog {
    stderr {
      default = 1
    }
  }
  plugins {
    vici {
      socket = unix://%s/vici
    }
  }
}
`, e.Dir))
	return nil
}

func xl2tpd(e *Env) []string {
	conf := e.Write("conf", "[global]\nlisten-addr = %s\n[lns default]\nip range = 192.0.2.10-192.0.2.20\nlocal ip = 192.0.2.1\n", e.Addr)
	return []string{"-D", "-c", conf, "-p", e.Dir + "/pid", "-C", e.Dir + "/control", "-s", "/dev/null"}
}

func openvpn(e *Env) []string { return openvpnOver(e, "udp4") }

func openvpnOver(e *Env, proto string) []string {
	if _, err := os.Stat("/dev/net/tun"); err != nil {
		lab.Skip(e, "needs a device: /dev/net/tun")
	}
	cert, key := e.Certificate()
	return []string{
		"--dev", "tun", "--server", "192.0.2.0", "255.255.255.0", "--topology", "subnet", "--proto", proto, "--local", e.Addr.String(),
		"--port", "1194", "--ca", cert, "--cert", cert, "--key", key, "--dh", "none",
	}
}

func opensslDTLS(e *Env) []string {
	cert, key := e.Certificate()
	return []string{"s_server", "-dtls", "-listen", "-accept", e.Addr.String() + ":4433", "-cert", cert, "-key", key, "-quiet"}
}

func ngtcp2(e *Env) []string {
	cert, key := e.Certificate()
	return []string{e.Addr.String(), "443", key, cert}
}
