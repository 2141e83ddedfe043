package manual

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// completionCases lists what each shell offers at the end of a command line.
var completionCases = []struct {
	line string
	want []string
}{
	{"toy --or", []string{"--order"}},
	{"toy --ti", []string{"--timeout"}},
	{"toy --order r", []string{"random"}},
	{"toy -v --order l", []string{"linear"}},
	{"toy --state cl", []string{"closed"}},
	{"toy --payload n", []string{"none"}},
	{"toy --payload @na", []string{"@name with space", "@named"}},
	{"toy -i na", []string{"name with space", "named"}},
	{"toy na", []string{"name with space", "named"}},
	{"toy -p na", nil},
	{"toy --sec", nil},
}

func folder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"named", "name with space", "other"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func offered(t *testing.T, cmd *exec.Cmd) []string {
	t.Helper()
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	var words []string
	for _, l := range strings.Split(strings.TrimSpace(string(out)), "\n") {
		// fish adds a tab and a description, zsh puts a backslash before a blank.
		w, _, _ := strings.Cut(strings.ReplaceAll(l, `\ `, " "), "\t")
		if w = strings.TrimSpace(w); w != "" {
			words = append(words, w)
		}
	}
	slices.Sort(words)
	return words
}

func TestBash(t *testing.T) {
	need(t, "bash")
	script := write(t, "toy.bash", Bash(toyDoc(t)))
	for _, c := range completionCases {
		cmd := exec.Command("bash", "-c", `. "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _toy; printf '%s\n' "${COMPREPLY[@]}"`,
			"bash", script)
		cmd.Args = append(cmd.Args, strings.Fields(c.line)...)
		cmd.Dir = folder(t)
		if got := offered(t, cmd); !slices.Equal(got, c.want) {
			t.Errorf("%s<tab>: %q, want %q", c.line, got, c.want)
		}
	}
}

// Bash splits a word at an equals sign before it completes it.
func TestBashWithEqualsAndLists(t *testing.T) {
	need(t, "bash")
	script := write(t, "toy.bash", Bash(toyDoc(t)))
	for _, c := range []struct {
		words string
		want  []string
	}{
		{"toy|--order|=", []string{"linear", "random"}},
		{"toy|--order|=|ra", []string{"random"}},
		{"toy|--payload|@|na", []string{"@name with space", "@named"}},
		{"toy|--payload|=@|na", []string{"@name with space", "@named"}},
		{"toy|--payload|=@", []string{"@name with space", "@named", "@other"}},
		{"toy|--payload|=|n", []string{"none"}},
		{"toy|--state|closed,op", []string{"closed,open", `closed,open\|filtered`}},
	} {
		cmd := exec.Command("bash", "-c", `. "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _toy; printf '%s\n' "${COMPREPLY[@]}"`,
			"bash", script)
		cmd.Args = append(cmd.Args, strings.Split(c.words, "|")...)
		cmd.Dir = folder(t)
		if got := offered(t, cmd); !slices.Equal(got, c.want) {
			t.Errorf("%s<tab>: %q, want %q", c.words, got, c.want)
		}
	}
}

func TestFish(t *testing.T) {
	need(t, "fish")
	script := write(t, "toy.fish", Fish(toyDoc(t)))
	for _, c := range completionCases {
		cmd := exec.Command("fish", "--no-config", "-c", `source $argv[1]; complete -C $argv[2]`, script, c.line)
		cmd.Dir = folder(t)
		cmd.Env = append(os.Environ(), "HOME="+t.TempDir(), "XDG_CONFIG_HOME="+t.TempDir())
		if got := offered(t, cmd); !slices.Equal(got, c.want) {
			t.Errorf("%s<tab>: %q, want %q", c.line, got, c.want)
		}
	}
}

// zsh completes only in its line editor, so it is run on a terminal by a second
// zsh. A replacement for compadd records what is offered.
func TestZsh(t *testing.T) {
	need(t, "zsh")
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "_toy"), Zsh(toyDoc(t)), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("zsh", "-f", "-c", zshTyping, "zsh", dir)
	for _, c := range completionCases {
		cmd.Args = append(cmd.Args, c.line)
	}
	cmd.Dir = folder(t)
	cmd.Env = append(os.Environ(), "TERM=xterm", "HOME="+t.TempDir())
	got := map[string][]string{}
	for _, l := range offered(t, cmd) {
		line, word, _ := strings.Cut(l, " => ")
		got[line] = append(got[line], word)
	}
	for _, c := range completionCases {
		want := slices.Clone(c.want)
		for i, w := range want {
			want[i] = strings.TrimPrefix(w, "@") // was typed and remains
		}
		if !slices.Equal(got[c.line], want) {
			t.Errorf("%s<tab>: %q, want %q", c.line, got[c.line], want)
		}
	}
}

// zshTyping types each line, then ^T, which completes it and records what was
// offered, and ^X, which prints the record and clears the line. ^X begins longer
// key sequences, for which zsh would wait 0.4 s.
const zshTyping = `
zmodload zsh/zpty
zpty z zsh -f -i
zpty -w z "KEYTIMEOUT=1 PROMPT= fpath=($1 \$fpath); autoload -U compinit; compinit -u -D"
zpty -w z 'noted=(); compadd() {
  if [[ ${@[1,(i)(-|--)]} == *-(O|A|D)\ * ]]; then builtin compadd "$@"; return; fi
  typeset -a hits; builtin compadd -O hits "$@"; noted+=("${hits[@]}"); builtin compadd "$@" }'
zpty -w z 'show() { zle -I; print -r -- "<<<"; print -rl -- "${noted[@]}"; print -r -- ">>>"; BUFFER= }; zle -N show; bindkey "^X" show'
zpty -w z 'note() { noted=(); zle complete-word }; zle -N note; bindkey "^T" note; print RE""ADY'
while zpty -r z out; do [[ $out == *READY* ]] && break; done
shift
for line; do
  zpty -n -w z "$line"$'\x14\x18'
  on=
  while zpty -r z out; do
    out=${out%%[$'\r\n']*}
    [[ $out == *'>>>'* ]] && break
    [[ -n $on ]] && print -r -- "$line => $out"
    [[ $out == *'<<<'* ]] && on=1
  done
done
zpty -d z
`
