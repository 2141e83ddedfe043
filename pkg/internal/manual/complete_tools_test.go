package manual

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"portkit/pkg/cli"
	"portkit/pkg/portdiff"
	"portkit/pkg/portfrom"
	"portkit/pkg/portgen"
	"portkit/pkg/portid"
	"portkit/pkg/portprobe"
	"portkit/pkg/portspec"
	"portkit/pkg/portsum"
	"portkit/pkg/service"
	"portkit/pkg/summary"
)

// toolCases lists command lines with the completions of their last words.
var toolCases = []struct {
	line string
	want []string
}{
	{"portgen -p postg", []string{"postgres", "postgresql"}},
	{"portgen --ports al", []string{"alertmanager", "all", "altav-remmgt"}},
	{"portgen --ports=dns", []string{"--ports=dns"}},
	{"portgen -p 22,1-9,wireg", []string{"22,1-9,wireguard/udp"}},
	{"portgen --ports=22,wireg", []string{"--ports=22,wireguard/udp"}},
	{"portgen -p tcp:22,udp:mong", []string{"tcp:22,udp:mongo", "tcp:22,udp:mongod", "tcp:22,udp:mongodb"}},
	{"portgen -p tcp:22,mongodb", []string{"tcp:22,mongodb"}},
	{"portgen --exclude-ports kubele", []string{"kubelet", "kubelet-readonly"}},
	{"portgen --order r", []string{"random"}},
	{"portprobe --interface lo", []string{"lo"}},
	{"portprobe --interface=lo", []string{"--interface=lo"}},
	{"portprobe --state open,fi", []string{"open,filtered"}},
	{"portsum --by se", []string{"service"}},
	{"portsum --by ip/", []string{"ip/24", "ip/64"}},
	{"portsum --by owner,re", []string{"owner,reason"}},
	{"portsum --by=owner,proto,re", []string{"--by=owner,proto,reason"}},
	{"portsum --by erro", nil},
	{"portsum --by prod", []string{"product"}},
	{"portsum --by owner,tls.i", []string{"owner,tls.issuer"}},
	{"portsum --by http.t", []string{"http.title"}},
	{"portsum --by sour", []string{"source"}},
	{"portsum --by ssh", []string{"ssh.banner"}},
	{"portid --only postg", []string{"postgresql"}},
	{"portid --only ssh,mongo", []string{"ssh,mongodb"}},
	{"portsum -o csv", []string{"csv", "csv-ports"}},
	{"portsum --output=n", []string{"--output=nmap-xml"}},
	{"portdiff -o h", []string{"html"}},
}

// TestToolsComplete completes the command lines of every tool in every shell, and then
// its long flags.
func TestToolsComplete(t *testing.T) {
	if _, err := os.Stat("/sys/class/net/lo"); err != nil {
		t.Skip("this system has no interface lo")
	}
	dir := t.TempDir()
	lines := map[string][]string{}
	for _, tool := range []cli.Tool{portgen.Tool(), portprobe.Tool(), portid.Tool(), portsum.Tool(), portdiff.Tool(), portfrom.Tool()} {
		d, err := cli.Describe(tool)
		if err != nil {
			t.Fatal(err)
		}
		for name, text := range map[string][]byte{tool.Name + ".bash": Bash(d), "_" + tool.Name: Zsh(d), tool.Name + ".fish": Fish(d)} {
			if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		for _, f := range allFlags(d) {
			lines[tool.Name+" --"] = append(lines[tool.Name+" --"], "--"+f.Name)
		}
	}
	for _, c := range toolCases {
		lines[c.line] = c.want
	}
	for _, s := range shells {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			need(t, s.name)
			s.check(t, dir, lines)
		})
	}
}

// shell completes command lines by the files in dir and prints "LINE => WORD" for
// each word that it offers.
type shell struct {
	name    string
	command func(dir string, lines []string) *exec.Cmd
	// breaks are the characters after which the word replaces the rest of the
	// line.
	breaks string
}

var shells = []shell{
	{"bash", bashTools, " =:"}, {"zsh", zshTools, " =:,"}, {"fish", fishTools, " "},
}

func (s shell) check(t *testing.T, dir string, want map[string][]string) {
	cmd := s.command(dir, slices.Collect(maps.Keys(want)))
	cmd.Env = append(os.Environ(), "TERM=xterm", "HOME="+t.TempDir(), "XDG_CONFIG_HOME="+t.TempDir())
	got := map[string][]string{}
	for _, l := range offered(t, cmd) {
		line, word, _ := strings.Cut(l, " => ")
		kept := line[strings.LastIndex(line, " ")+1 : strings.LastIndexAny(line, s.breaks)+1]
		got[line] = append(got[line], kept+word)
	}
	for line, want := range want {
		if want = slices.Sorted(slices.Values(want)); !slices.Equal(got[line], want) {
			t.Errorf("%s<tab>: %q, want %q", line, got[line], want)
		}
	}
}

// bashTools splits the lines as readline does.
func bashTools(dir string, lines []string) *exec.Cmd {
	words := regexp.MustCompile(`[=:]+|[^ =:]+`)
	cmd := exec.Command("bash", "-c", `for f in "$1"/*.bash; do . "$f"; done; shift
while (($#)); do
    line=$1 n=$2; COMP_WORDS=("${@:3:n}") COMP_CWORD=$((n - 1)); shift $((n + 2))
    "_${COMP_WORDS[0]}"
    for w in "${COMPREPLY[@]}"; do echo "$line => $w"; done
done`, "bash", dir)
	for _, line := range lines {
		split := words.FindAllString(line, -1)
		cmd.Args = append(append(cmd.Args, line, strings.Repeat("1+", len(split)-1)+"1"), split...)
	}
	return cmd
}

func fishTools(dir string, lines []string) *exec.Cmd {
	cmd := exec.Command("fish", "--no-config", "-c", `for f in $argv[1]/*.fish; source $f; end
for line in $argv[2..]; complete -C $line | string replace -r '\t.*' '' | string replace -r '^' "$line => "; end; true`, dir)
	cmd.Args = append(cmd.Args, lines...)
	return cmd
}

func zshTools(dir string, lines []string) *exec.Cmd {
	cmd := exec.Command("zsh", "-f", "-c", zshTyping, "zsh", dir)
	cmd.Args = append(cmd.Args, lines...)
	return cmd
}

// TestOfferedWordsAreAccepted parses every word of the lists.
func TestOfferedWordsAreAccepted(t *testing.T) {
	list := words("service")
	for _, name := range list {
		if _, err := portspec.Parse(name, nil, service.Load()); err != nil {
			t.Error(err)
		}
	}
	for _, name := range strings.Fields("all ssh http https dns domain rdp mssql postgres redis kubernetes modbus snmp ntp wireguard/udp dhcp/udp") {
		if !slices.Contains(list, name) {
			t.Errorf("%s is not offered", name)
		}
	}
	if len(list) > 1000 {
		t.Errorf("%d names make large files", len(list))
	}
	apps := portid.Command{Only: words("app")}
	if err := apps.Validate(); err != nil || len(apps.Only) < 50 {
		t.Errorf("%d protocols: %v", len(apps.Only), err)
	}
	for _, name := range words("field") {
		if _, err := summary.ParseBy([]string{name}); err != nil {
			t.Error(err)
		}
	}
}
