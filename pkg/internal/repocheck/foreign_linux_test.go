package repocheck

import (
	"bytes"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"portkit/pkg/cli"
)

// foreignLines is command lines as users of other scanners type them, and the
// messages.
var foreignLines = [][2]string{
	{`portprobe 192.0.2.1`, `portprobe: 192.0.2.1: no such file; targets belong to portgen; use: portgen 192.0.2.1 --top 1000 | portprobe`},
	{`portprobe 192.0.2.1:22`, `portprobe: 192.0.2.1:22: no such file; targets belong to portgen; use: portgen 192.0.2.1:22 | portprobe`},
	{`portprobe '[::1]:22'`, `portprobe: [::1]:22: no such file; targets belong to portgen; use: portgen '[::1]:22' | portprobe`},
	{`portprobe --open 192.0.2.1`, `portprobe: 192.0.2.1: no such file; targets belong to portgen; use: portgen 192.0.2.1 --top 1000 | portprobe --open`},
	{`portprobe -t 5s 192.0.2.1`, `portprobe: 192.0.2.1: no such file; targets belong to portgen; use: portgen 192.0.2.1 --top 1000 | portprobe -t 5s`},
	{`portprobe -p 22 192.0.2.1`, `portprobe: -p (--ports) belongs to portgen; use: portgen 192.0.2.1 -p 22 | portprobe`},
	{`portprobe -p 22 host.example`, `portprobe: -p (--ports) belongs to portgen; use: portgen host.example -p 22 | portprobe`},
	{`portprobe 192.0.2.1 -p 22,80 --udp`, `portprobe: -p (--ports) belongs to portgen; use: portgen 192.0.2.1 -p 22,80 --udp | portprobe`},
	{`portprobe -p 22 '192.0.2.*'`, `portprobe: -p (--ports) belongs to portgen; use: portgen '192.0.2.*' -p 22 | portprobe`},
	{`portprobe -p 'http*' ::1`, `portprobe: -p (--ports) belongs to portgen; use: portgen ::1 -p 'http*' | portprobe`},
	{`portprobe --exclude 192.0.2.1,192.0.2.2 192.0.2.0/24 -p 22`, `portprobe: --exclude belongs to portgen; use: portgen 192.0.2.0/24 --exclude 192.0.2.1,192.0.2.2 -p 22 | portprobe`},
	{`portprobe --excludefile hosts.txt 192.0.2.0/24 -p 22`, `portprobe: --excludefile: targets are excluded by portgen -X; use: portgen 192.0.2.0/24 -X hosts.txt -p 22 | portprobe`},
	{`portprobe -iL hosts.txt`, `portprobe: -iL: target lists are read by portgen -i; use: portgen -i hosts.txt --top 1000 | portprobe`},
	{`portprobe -iL 'my hosts' -p 22`, `portprobe: -iL: target lists are read by portgen -i; use: portgen -i 'my hosts' -p 22 | portprobe`},
	{`portprobe -iL`, `portprobe: -iL: target lists are read by portgen -i`},
	{`portgen -iL hosts.txt -p 22`, `portgen: -iL: target lists are read by portgen -i; use: portgen -i hosts.txt -p 22`},
	{`portsum -iL hosts.txt -p 22`, `portsum: -iL: target lists are read by portgen -i; use: portgen -i hosts.txt -p 22 | portprobe | portsum`},
	{`portgen 192.0.2.1 22`, `portgen: 22: ports are given with -p; use: portgen 192.0.2.1 -p 22`},
	{`portgen 192.0.2.1 20-25`, `portgen: 20-25: ports are given with -p; use: portgen 192.0.2.1 -p 20-25`},
	{`portgen 192.0.2.1 22 80 443`, `portgen: 22: ports are given with -p; use: portgen 192.0.2.1 -p 22 -p 80 -p 443`},
	{`portgen 192.0.2.1 22 -p 80`, `portgen: 22: ports are given with -p; use: portgen 192.0.2.1 -p 80 -p 22`},
	{`portgen hosts.txt 22`, `portgen: 22: ports are given with -p; use: portgen -i hosts.txt -p 22`},
	{`portprobe -sS`, `portprobe: -sS: half-open scan; use: portprobe --method syn`},
	{`portprobe -sS -p 22,80 192.0.2.1`, `portprobe: -sS: half-open scan; use: portgen 192.0.2.1 -p 22,80 | portprobe --method syn`},
	{`portprobe -sS results.ndjson`, `portprobe: -sS: half-open scan; use: portprobe --method syn results.ndjson`},
	{`portprobe -sS host.example`, `portprobe: -sS: half-open scan; use: portgen host.example --top 1000 | portprobe --method syn`},
	{`portgen -sS -p 22 192.0.2.1`, `portgen: -sS: half-open scan; use: portgen 192.0.2.1 -p 22 | portprobe --method syn`},
	{`portprobe -sT 192.0.2.1`, `portprobe: -sT: not needed: connect is the default method; use: portgen 192.0.2.1 --top 1000 | portprobe`},
	{`portprobe -sU -p 53 192.0.2.1`, `portprobe: -sU: UDP scan; use: portgen 192.0.2.1 --udp -p 53 | portprobe`},
	{`portprobe -sSU -p 53 192.0.2.1`, `portprobe: -sS: half-open scan; use: portgen 192.0.2.1 --udp -p 53 --tcp | portprobe --method syn`},
	{`portprobe -sV 192.0.2.1`, `portprobe: -sV: services are identified by portid; use: portgen 192.0.2.1 --top 1000 | portprobe | portid`},
	{`portsum -sV results.ndjson`, `portsum: -sV: services are identified by portid; use: portid results.ndjson | portsum`},
	{`portgen -sV -p 22 192.0.2.1`, `portgen: -sV: services are identified by portid; use: portgen 192.0.2.1 -p 22 | portprobe | portid`},
	{`portprobe -sSV -p 22 192.0.2.1`, `portprobe: -sS: half-open scan; use: portgen 192.0.2.1 -p 22 | portprobe --method syn | portid`},
	{`portprobe -sV results.ndjson`, `portprobe: -sV: services are identified by portid; use: portprobe results.ndjson | portid`},
	{`portprobe -sV -oA base 192.0.2.1:22`, `portprobe: -sV: services are identified by portid; use: portgen 192.0.2.1:22 | portprobe | portid | tee base.ndjson | portsum -o text`},
	{`portprobe -sV --version-intensity 9 -oX out.xml 192.0.2.1:22`, `portprobe: -sV: services are identified by portid; use: portgen 192.0.2.1:22 | portprobe | portid --effort thorough | portsum -o nmap-xml > out.xml`},
	{`portprobe --version-intensity=2 192.0.2.1:22`, `portprobe: --version-intensity: the number of requests is portid --effort; use: portgen 192.0.2.1:22 | portprobe | portid --effort quick`},
	{`portprobe --script banner,ssl-cert 192.0.2.1:22`, `portprobe: --script: portid reports this; use: portgen 192.0.2.1:22 | portprobe | portid`},
	{`portprobe --script=http-title 192.0.2.1:22`, `portprobe: --script: portid reports this; use: portgen 192.0.2.1:22 | portprobe | portid`},
	{`portprobe --script vuln 192.0.2.1:22`, `portprobe: --script: scripts are not supported; use: portgen 192.0.2.1:22 | portprobe`},
	{`portprobe --effort quick 192.0.2.1:22`, `portprobe: --effort belongs to portid; use: portgen 192.0.2.1:22 | portprobe | portid --effort quick`},
	{`portid -sV -p 22 192.0.2.1`, `portid: -sV: services are identified by portid; use: portgen 192.0.2.1 -p 22 | portprobe | portid`},
	{`portid -sV`, `portid: -sV: services are identified by portid`},
	{`portid -sV -c 9 results.ndjson`, `portid: -sV: services are identified by portid; use: portid -c 9 results.ndjson`},
	{`portid -sV -T4 host.example`, `portid: -sV: services are identified by portid; use: portgen host.example --top 1000 | portprobe | portid`},
	{`portid -sS -p 22 192.0.2.1`, `portid: -sS: half-open scan; use: portgen 192.0.2.1 -p 22 | portprobe --method syn | portid`},
	{`portid -sS results.ndjson`, `portid: -sS: half-open scan`},
	{`portid -oX out.xml results.ndjson`, `portid: -oX: reports are written by portsum; use: portid results.ndjson | portsum -o nmap-xml > out.xml`},
	{`portid 192.0.2.1`, `portid: 192.0.2.1: no such file; targets belong to portgen; use: portgen 192.0.2.1 --top 1000 | portprobe | portid`},
	{`portid --only ssh 192.0.2.1:22`, `portid: 192.0.2.1:22: no such file; targets belong to portgen; use: portgen 192.0.2.1:22 | portprobe | portid --only ssh`},
	{`portprobe -sn 192.0.2.0/24`, `portprobe: -sn: host discovery is not supported; use: portgen 192.0.2.0/24 --top 10 | portprobe`},
	{`portprobe -sP 192.0.2.0/24`, `portprobe: -sP: host discovery is not supported; use: portgen 192.0.2.0/24 --top 10 | portprobe`},
	{`portprobe -A 192.0.2.1`, `portprobe: -A: OS detection and scripts are not supported; use: portgen 192.0.2.1 --top 1000 | portprobe | portid`},
	{`portprobe -O`, `portprobe: -O: OS detection is not supported`},
	{`portprobe -O -sV -p- 192.0.2.1`, `portprobe: -O: OS detection is not supported; use: portgen 192.0.2.1 -p - | portprobe | portid`},
	{`portprobe -p22,80 -oX out.xml 192.0.2.1`, `portprobe: -oX: reports are written by portsum; use: portgen 192.0.2.1 -p 22,80 | portprobe | portsum -o nmap-xml > out.xml`},
	{`portgen -p22,80 -oX 'my scan.xml' 192.0.2.1`, `portgen: -oX: reports are written by portsum; use: portgen 192.0.2.1 -p 22,80 | portprobe | portsum -o nmap-xml > 'my scan.xml'`},
	{`portprobe -oG out.csv 192.0.2.1:22`, `portprobe: -oG: reports are written by portsum; use: portgen 192.0.2.1:22 | portprobe | portsum -o csv-ports > out.csv`},
	{`portprobe -oN out.txt 192.0.2.1:22`, `portprobe: -oN: reports are written by portsum; use: portgen 192.0.2.1:22 | portprobe | portsum -o text > out.txt`},
	{`portprobe -oA base 192.0.2.1:22`, `portprobe: -oA: portsum writes every format from the results; use: portgen 192.0.2.1:22 | portprobe | tee base.ndjson | portsum -o text`},
	{`portsum -oX`, `portsum: -oX: reports are written by portsum; use: portsum -o nmap-xml`},
	{`portsum -oX out.xml results.ndjson`, `portsum: -oX: reports are written by portsum; use: portsum -o nmap-xml results.ndjson > out.xml`},
	{`portsum -oX - results.ndjson`, `portsum: -oX: reports are written by portsum; use: portsum -o nmap-xml results.ndjson`},
	{`portprobe -Pn`, `portprobe: -Pn: not needed: every endpoint is probed, without host discovery`},
	{`portprobe -Pn -n -F 192.0.2.1`, `portprobe: -Pn: not needed: every endpoint is probed, without host discovery; use: portgen 192.0.2.1 --top 100 | portprobe`},
	{`portprobe -PS22 192.0.2.1:22`, `portprobe: -PS: host discovery is not supported; use: portgen 192.0.2.1:22 | portprobe`},
	{`portprobe -n 192.0.2.1:22`, `portprobe: -n: not needed: there are no reverse lookups; use: portgen 192.0.2.1:22 | portprobe`},
	{`portprobe -F 192.0.2.1`, `portprobe: -F: ports belong to portgen; use: portgen 192.0.2.1 --top 100 | portprobe`},
	{`portprobe --top-ports 100`, `portprobe: --top-ports: ports belong to portgen; use: portgen TARGET --top 100 | portprobe`},
	{`portprobe --top-ports=100 192.0.2.1`, `portprobe: --top-ports: ports belong to portgen; use: portgen 192.0.2.1 --top 100 | portprobe`},
	{`portprobe -T4 192.0.2.1:22`, `portprobe: -T: not needed: portprobe adapts its rate; use: portgen 192.0.2.1:22 | portprobe`},
	{`portgen --open -p 22 192.0.2.1`, `portgen: --open belongs to portprobe and portid; use: portgen 192.0.2.1 -p 22 | portprobe --open`},
	{`portprobe --min-rate 100 --max-rate 1000 192.0.2.1:22`, `portprobe: --min-rate: not needed: portprobe adapts its rate; use: portgen 192.0.2.1:22 | portprobe -r 1000`},
	{`portprobe --scan-delay 500ms 192.0.2.1:22`, `portprobe: --scan-delay: the limit is portprobe --host-rate; use: portgen 192.0.2.1:22 | portprobe --host-rate 2`},
	{`portprobe -D 10.0.0.1 192.0.2.1:22`, `portprobe: -D: not supported: probes carry the addresses of this machine; use: portgen 192.0.2.1:22 | portprobe`},
	{`portprobe -S 127.0.0.1 -e lo 192.0.2.1:22`, `portprobe: -S: the source address is portprobe --source; use: portgen 192.0.2.1:22 | portprobe --source 127.0.0.1 --interface lo`},
	{`portgen --rate 1000 -p 80 10.0.0.0/8`, `portgen: --rate belongs to portprobe and portid; use: portgen 10.0.0.0/8 -p 80 | portprobe --rate 1000`},
	{`portgen --rate=1000 -p0-65535 --banners 10.0.0.0/8`, `portgen: -p: ports begin at 1; use: portgen 10.0.0.0/8 -p 1-65535 | portprobe --rate 1000 | portid`},
	{`portgen -p0-65535 192.0.2.1`, `portgen: -p: ports begin at 1; use: portgen 192.0.2.1 -p 1-65535`},
	{`portgen 10.0.0.0/8 -p80 -oJ out.json`, `portgen: -oJ: results are lines of JSON; use: portgen 10.0.0.0/8 -p 80 | portprobe > out.json`},
	{`portprobe 10.0.0.0/8 -p80 -oL open.txt`, `portprobe: -oL: lists are written by portprobe --plain; use: portgen 10.0.0.0/8 -p 80 | portprobe --open --plain > open.txt`},
	{`portprobe -host 192.0.2.1 -top-ports 100 -silent`, `portprobe: -host: targets belong to portgen; use: portgen 192.0.2.1 --top 100 | portprobe --open --plain`},
	{`portprobe -list hosts.txt -json -c 25 -rate 1000`, `portprobe: -list: target lists are read by portgen -i; use: portgen -i hosts.txt --top 1000 | portprobe -c 25 -r 1000`},
	{`portprobe -timeout 1000 -retries 3 192.0.2.1:22`, `portprobe: -timeout: the timeout is portprobe -t; use: portgen 192.0.2.1:22 | portprobe -t 1000ms --retries 3`},
	{`portprobe -s s -port 22 -host 192.0.2.1`, `portprobe: -s: half-open scan; use: portgen 192.0.2.1 -p 22 | portprobe --method syn`},
	{`portprobe -host 192.0.2.1,host.example -silent`, `portprobe: -host: targets belong to portgen; use: portgen 192.0.2.1 host.example --top 1000 | portprobe --open --plain`},
	{`portprobe -host`, `portprobe: -host: targets belong to portgen`},
	{`portprobe -zv host.example 22`, `portprobe: -z: not needed: portprobe sends no data over TCP; use: portgen host.example -p 22 | portprobe -v`},
	{`portgen -zv host.example 22`, `portgen: -z: not needed: portprobe sends no data over TCP; use: portgen host.example -p 22 | portprobe -v`},
	{`portprobe -zvu -w3 192.0.2.1 53`, `portprobe: -z: not needed: portprobe sends no data over TCP; use: portgen 192.0.2.1 --udp -p 53 | portprobe -v -t 3`},
	{`portprobe -nzv -w 2 192.0.2.1 20-25`, `portprobe: -n: not needed: there are no reverse lookups; use: portgen 192.0.2.1 -p 20-25 | portprobe -v -t 2`},
	{`portprobe -t 192.0.2.7 -p 1-1000 --threads 100 --timeout 2 -v`, `portprobe: -t: targets belong to portgen; use: portgen 192.0.2.7 -p 1-1000 | portprobe -c 100 --timeout 2 -v`},
	{`portprobe --opne 192.0.2.1`, `portprobe: --opne: no such flag; did you mean --open?`},
	{`portprobe -r abc 192.0.2.1`, `portprobe: --rate: "abc" is not a rate; want a number per second from 0.001, or 0`},
	{`portprobe --top 10`, `portprobe: --top belongs to portgen`},
	{`portprobe -sY 192.0.2.1`, `portprobe: -s: no such flag; --help lists them`},
	{`portsum -o xml`, `portsum: --output: "xml" is not one of auto, text, json, html, csv, csv-ports, nmap-xml, prometheus`},
	{`portdiff -oX results.ndjson results.ndjson`, `portdiff: --output: "X" is not one of auto, text, json, html, csv`},
}

// inScanDir enters a folder with the files that the command lines name.
func inScanDir(t *testing.T) {
	t.Helper()
	t.Chdir(t.TempDir())
	for name, text := range map[string]string{
		"hosts.txt":      "192.0.2.1\n",
		"my hosts":       "192.0.2.1\n",
		"results.ndjson": `{"host":"192.0.2.1","ip":"192.0.2.1","port":22,"proto":"tcp","state":"open","reason":"syn-ack"}` + "\n",
	} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// shellWords returns the words of each command of a pipe, as a shell reads them.
// The tools are functions that only print their arguments: nothing is sent.
func shellWords(t *testing.T, line string) (commands [][]string) {
	t.Helper()
	script := "exec 3>&1\n"
	for _, name := range []string{"portgen", "portprobe", "portid", "portsum", "portdiff", "portfrom", "tee"} {
		script += name + `() { { printf '%s\0' ` + name + ` "$@"; printf '\n'; } >&3; }` + "\n"
	}
	// One command after the other: the order in a pipe is not certain.
	out, err := exec.Command("sh", "-c", script+strings.ReplaceAll(line, " | ", "\n")).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", line, err, out)
	}
	for command := range strings.SplitSeq(strings.TrimSuffix(string(out), "\n"), "\n") {
		commands = append(commands, strings.Split(strings.TrimSuffix(command, "\x00"), "\x00"))
	}
	return commands
}

// runTool runs a tool by its name.
func runTool(t *testing.T, words []string, in string) (status int, out, messages string) {
	t.Helper()
	all := tools()
	i := slices.IndexFunc(all, func(tool cli.Tool) bool { return tool.Name == words[0] })
	if i < 0 {
		t.Fatalf("%q is not a tool", words[0])
	}
	var stdout, stderr bytes.Buffer
	status = cli.Run(all[i], cli.IO{Args: words[1:], In: strings.NewReader(in), Out: &stdout, Err: &stderr})
	return status, stdout.String(), stderr.String()
}

func TestForeignCommandLines(t *testing.T) {
	inScanDir(t)
	for _, c := range foreignLines {
		status, out, got := runTool(t, shellWords(t, c[0])[0], "")
		if status != cli.StatusUsage || out != "" || got != c[1]+"\n" {
			t.Errorf("%s: status %d, output %q\n got %swant %s", c[0], status, out, got, c[1])
			continue
		}
		if _, line, ok := strings.Cut(c[1], "; use: "); ok {
			try(t, line)
		}
	}
}

// try runs a suggested line on a simulated network. portid has none: it must not connect to
// anything, and reports open ports as errors.
func try(t *testing.T, line string) {
	t.Helper()
	data := ""
	for _, words := range shellWords(t, line) {
		want := cli.StatusDone
		switch {
		case words[0] == "tee":
			continue
		case words[0] == "portgen":
			words = append(words, "--limit", "3")
		case words[0] == "portprobe":
			words = append(words, "--simulate", "")
		case words[0] == "portid":
			words = append(words, "--deny", "0.0.0.0/0,::/0")
			if slices.Contains(words, "results.ndjson") { // which has an open port
				want = cli.StatusRecords
			}
		}
		status, out, messages := runTool(t, words, data)
		if status != want {
			t.Errorf("%s: %q: status %d: %s", line, words, status, messages)
			return
		}
		data = out
	}
}

// TestManualAndForeignFlagsAgree types every option in the tables of portkit(7).
func TestManualAndForeignFlagsAgree(t *testing.T) {
	page, err := os.ReadFile(file("pkg/internal/manual/pages/portkit.md"))
	if err != nil {
		t.Fatal(err)
	}
	inScanDir(t)
	_, section, _ := strings.Cut(string(page), "## Options of other scanners")
	section, _, _ = strings.Cut(section, "\n## ")
	value := strings.NewReplacer("FILE", "hosts.txt", "ADDR", "127.0.0.1", "NAME", "lo", " N", " 5")
	tried := 0
	for _, row := range regexp.MustCompile(`(?m)^\| (-.*?) \|`).FindAllStringSubmatch(section, -1) {
		if strings.HasPrefix(row[1], "---") {
			continue
		}
		for _, option := range regexp.MustCompile(`, | or | to `).Split(row[1], -1) {
			args := append([]string{"portprobe", "192.0.2.1"}, strings.Fields(value.Replace(option))...)
			status, _, got := runTool(t, args, "")
			if status != cli.StatusUsage || strings.Contains(got, "no such flag") {
				t.Errorf("%q: status %d: %s", args, status, got)
			}
			tried++
		}
	}
	if tried < 60 {
		t.Errorf("found only %d options in the manual", tried)
	}
}
