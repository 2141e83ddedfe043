package manual

import (
	"fmt"
	"strings"

	"portkit/pkg/cli"
)

// Bash returns the completion of a tool for bash 3.2 and later, without need
// of the bash-completion package.
func Bash(d *cli.Doc) []byte {
	var b strings.Builder
	fn := "_" + d.Tool.Name
	fmt.Fprintf(&b, bashHead, d.Tool.Name, fn)
	var words []string
	for _, f := range allFlags(d) {
		words = append(words, spellings(f)...)
		if f.Value != "" {
			fmt.Fprintf(&b, "    %s)\n        %s\n        return ;;\n", strings.Join(spellings(f), "|"), bashValue(f))
		}
	}
	fmt.Fprintf(&b, bashTail, quote(strings.Join(words, " ")), bashComplete(argument(d).Complete), fn, d.Tool.Name)
	return []byte(b.String())
}

const bashHead = `# bash completion for %[1]s; made by "make docs".
%[2]s() {
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} head= at= IFS=$' \t\n'
    if [[ $cur == [=@] || $cur == =@ ]]; then
        at=${cur#=} cur=
    elif [[ $prev == [=@] || $prev == =@ ]]; then
        at=${prev#=} prev=${COMP_WORDS[COMP_CWORD-2]}
    fi
    COMPREPLY=()
    case $prev in
`

const bashTail = `    esac
    if [[ $cur == -* ]]; then
        COMPREPLY=($(compgen -W %s -- "$cur"))
        return
    fi
    %s
}
complete -F %s %s
`

// bashFile completes a file behind @. Bash parts words there as a rule, and
// replaces the @ all the same; left to quote it as a file's name, it would
// put a backslash before it, and complete no further.
const bashFile = `if [[ -n $at || $cur == @* ]]; then
            IFS=$'\n'; COMPREPLY=($(compgen -P @ -f -- "${cur#@}" | while read -r head; do printf '%q\n' "$head"; done))
            return
        fi
        `

// bashValue is the command that completes a flag's value.
func bashValue(f cli.FlagDoc) string {
	if len(f.Enum) == 0 {
		return bashComplete(f.Complete)
	}
	words := make([]string, len(f.Enum))
	for i, e := range f.Enum {
		words[i] = strings.ReplaceAll(shellWord(e), `\`, `\\`)
	}
	list := `COMPREPLY=($(compgen -P "$head" -W ` + quote(strings.Join(words, " ")) + ` -- "$cur"))`
	if takesFile(f) {
		return bashFile + list
	}
	if !f.List {
		return list
	}
	return "[[ $cur == *,* ]] && head=${cur%,*}, cur=${cur##*,}\n        " + list
}

// bashComplete completes files and the like; other values cannot be listed.
func bashComplete(kind string) string {
	action, ok := map[string]string{"file": "-f", "directory": "-d", "host": "-A hostname"}[kind]
	switch {
	case kind == "interface":
		return `COMPREPLY=($(compgen -W "$(ls /sys/class/net 2>/dev/null)" -- "$cur"))`
	case !ok:
		return ":"
	}
	filenames := ""
	if kind != "host" {
		filenames = "compopt -o filenames 2>/dev/null\n    "
	}
	return filenames + `IFS=$'\n'; COMPREPLY=($(compgen ` + action + ` -- "$cur"))`
}
