package daemons

import (
	"cmp"
	"flag"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"portkit/pkg/identify"
	"portkit/pkg/identify/protocol"
	"portkit/pkg/internal/lab"
)

var (
	report = flag.String("report", "", "append a line for each identification to this file")
	beside = flag.Bool("nmap", false, "report what nmap -sV finds out, too")
	rounds = flag.Int("rounds", 1, "identify each daemon that often")
	own    = flag.Bool("own", false, "identify daemons at their own ports only")
	loss   = flag.Float64("loss", 0, "share of packets lost each way")
)

// The ports at which the daemons are met beside their own.
const (
	otherPort    = 21001
	otherTLSPort = 21002
)

// TestServicesAreIdentified identifies every daemon at its own port and at another, in
// TLS too where it has that, and checks what it was sent. Only the daemons of the
// packages that .ci/run installs are started unless DAEMONS=all, as make daemons has it.
func TestServicesAreIdentified(t *testing.T) {
	lab.Need(t)
	usual, all := packages(t, ".ci/run"), os.Getenv("DAEMONS") == "all"
	for _, d := range TCP() {
		if !usual[d.Package] && !all {
			continue
		}
		t.Run(d.Name, func(t *testing.T) {
			t.Parallel()
			h := lab.New(t).Host("", append(redirects(d), lab.Loss(*loss, *loss))...)
			e := Run(t, d, h)
			for range *rounds {
				for _, m := range meetings(d) {
					if m.own || !*own && (all || !m.slow(d)) {
						m.check(t, d, e.Addr)
					}
				}
			}
			if d.TLSPort != 0 && *rounds == 1 {
				checkInside(t, d, e.Addr)
			}
			checkLogs(t, e.Dir)
			checkUnwritten(t, e.Dir)
		})
	}
}

func redirects(d Daemon) []lab.Option {
	o := []lab.Option{lab.Redirect(otherPort, d.Port)}
	if d.TLSPort != 0 {
		o = append(o, lab.Redirect(otherTLSPort, d.TLSPort))
	}
	return o
}

// meeting is an identification of a daemon.
type meeting struct {
	port   uint16
	own    bool // the daemon's own port
	tls    bool
	effort identify.Effort
}

// meetings returns the identifications of a daemon.
func meetings(d Daemon) []meeting {
	if identify.QuietPort(d.Port) { // at another port it would print what it receives
		return []meeting{{d.Port, true, false, identify.Normal}}
	}
	var all []meeting
	if d.TLSPort != d.Port {
		all = append(all, meeting{d.Port, true, false, identify.Normal},
			meeting{otherPort, false, false, identify.Normal}, meeting{otherPort, false, false, identify.Thorough})
	}
	if d.TLSPort != 0 {
		all = append(all, meeting{d.TLSPort, true, true, identify.Normal},
			meeting{otherTLSPort, false, true, identify.Normal}, meeting{otherTLSPort, false, true, identify.Thorough})
	}
	return all
}

// slow reports whether an identification may take more than ten seconds: that of a
// silent service or with thorough effort.
func (m meeting) slow(d Daemon) bool {
	return m.effort == identify.Thorough || !m.own && m.expected(d).App == ""
}

func (m meeting) String() string {
	where, inside, effort := "other port", "", "normal"
	if m.own {
		where = "own port"
	}
	if m.tls {
		inside = ", TLS"
	}
	if m.effort == identify.Thorough {
		effort = "thorough"
	}
	return where + inside + ", " + effort
}

// check identifies the daemon and compares what was found with what it is.
func (m meeting) check(t *testing.T, d Daemon, addr netip.Addr) {
	t.Helper()
	to := netip.AddrPortFrom(addr, m.port)
	r := &recorder{}
	e := identify.New(identify.Options{
		Dial: r.dial, Timeout: 2 * time.Minute, Effort: m.effort, StartTLS: true, Agent: "portid/lab", Version: "lab",
	})
	got, err := e.Identify(t.Context(), identify.Target{Addr: to, RTT: -1})
	if err != nil {
		t.Errorf("%v: %v", m, err)
		return
	}
	wrong := m.differences(t, m.expected(d), got)
	wrong = append(wrong, r.differences(got, m)...)
	for _, w := range wrong {
		t.Errorf("%v: %s", m, w)
	}
	line := fmt.Sprintf("%s\t%v\t%s\t%s\t%s\t%s\t%d\t%d\t%s", d.Name, m, got.App, got.Product, got.Version, got.Evidence,
		got.Conns, got.Took.Milliseconds(), strings.Join(wrong, "; "))
	if *beside {
		line += "\t" + nmap(t, to)
	}
	if len(wrong) > 0 {
		line += fmt.Sprintf("\n\tsent %q\n\tbanner %q", r.conns, got.Banner[:min(len(got.Banner), 200)])
	}
	t.Log(line)
	write(t, line)
}

// expected returns the daemon as far as the meeting can recognize it.
func (m meeting) expected(d Daemon) Daemon {
	known := slices.ContainsFunc(protocol.Table(), func(p protocol.Protocol) bool { return p.App == d.App })
	if !known || !m.own && (d.Elsewhere == nowhere || d.Elsewhere == thoroughly && m.effort != identify.Thorough) {
		d.App, d.Service = "", Service{}
		return d
	}
	if !m.own {
		d.App = cmp.Or(d.AppElsewhere, d.App)
	}
	if d.ByPath && m.effort != identify.Thorough {
		d.Service.Product, d.Version = "", nil
	}
	return d
}

// differences returns what is wrong in an outcome.
func (m meeting) differences(t *testing.T, d Daemon, got identify.Outcome) (wrong []string) {
	t.Helper()
	differ := func(what string, got, want any) {
		if got != want {
			wrong = append(wrong, fmt.Sprintf("%s %v, want %v", what, got, want))
		}
	}
	differ("app", got.App, d.App)
	differ("product", got.Product, d.Service.Product)
	want := ""
	if d.Version != nil {
		v, err := d.Upstream()
		if err != nil {
			t.Error(err)
		}
		want = d.Version(v)
	}
	differ("version", got.Version, want)
	differ("limited", got.Limited, d.Limited)
	inside := m.tls || d.StartTLS
	differ("tls", got.TLS != nil, inside)
	if inside && got.TLS != nil {
		differ("starttls", got.TLS.StartTLS, !m.tls)
		differ("certificate", got.TLS.Subject != "" || got.TLS.Cipher == "", true)
	}
	switch {
	case d.Evidence != "":
		differ("evidence", got.Evidence, d.Evidence)
	case got.Evidence == "":
		wrong = append(wrong, "no evidence")
	}
	return wrong
}

// nmap returns what nmap reports about an endpoint, and the time it took.
func nmap(t *testing.T, to netip.AddrPort) string {
	t.Helper()
	began := time.Now()
	out, err := exec.Command("nmap", "-n", "-Pn", "-sV", "-oG", "-", "-p", fmt.Sprint(to.Port()), to.Addr().String()).Output()
	if err != nil {
		t.Error(err)
	}
	took := time.Since(began)
	found := regexp.MustCompile(`Ports: [^/]*/[^/]*/[^/]*/[^/]*/([^\t\n]*)`).FindSubmatch(out)
	if found == nil {
		return fmt.Sprintf("nothing\t%d", took.Milliseconds())
	}
	return fmt.Sprintf("%s\t%d", found[1], took.Milliseconds())
}

// write appends a line to the report.
func write(t *testing.T, line string) {
	t.Helper()
	if *report == "" {
		return
	}
	f, err := os.OpenFile(*report, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	fmt.Fprintln(f, line)
}

// checkLogs fails if a log of the daemon has a login in it.
func checkLogs(t *testing.T, dir string) {
	t.Helper()
	login := regexp.MustCompile(`(?i)failed (login|password|auth)|auth\w* fail|invalid user|access denied for user|login failed|bad password`)
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() || !strings.Contains(path, "log") {
			return err
		}
		text, err := os.ReadFile(path)
		if line := login.Find(text); line != nil {
			t.Errorf("%s reports %q", filepath.Base(path), line)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// checkUnwritten fails if a printer or an industrial control received anything.
func checkUnwritten(t *testing.T, dir string) {
	t.Helper()
	for _, name := range []string{"printed", "received"} {
		if text, err := os.ReadFile(filepath.Join(dir, name)); err == nil && len(text) > 0 {
			t.Errorf("%s: %q", name, text)
		}
	}
}

// packages returns the packages that a script of the repository installs.
func packages(t *testing.T, script string) map[string]bool {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("../../../..", script))
	if err != nil {
		t.Fatal(err)
	}
	set := map[string]bool{}
	for _, list := range regexp.MustCompile(`(?s)\b(?:packages|unpacked)=\((.*?)\)`).FindAllSubmatch(text, -1) {
		for _, name := range strings.Fields(string(list[1])) {
			set[name] = true
		}
	}
	return set
}
