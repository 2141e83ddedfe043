package manual

import (
	"fmt"
	"strings"

	"portkit/pkg/cli"
)

// Bash returns the completion of a tool for bash 3.2 and later. It does not need
// the package bash-completion.
func Bash(d *cli.Doc) []byte {
	var b strings.Builder
	fn := "_" + d.Tool.Name
	fmt.Fprintf(&b, bashHead, d.Tool.Name)
	for _, kind := range listKinds(d) {
		list := foldCommand(`    printf '%s\n' `+strings.Join(words(kind), " "), listWidth)
		fmt.Fprintf(&b, "%s_%s() {\n%s\n}\n\n", fn, kind, list)
	}
	fmt.Fprintf(&b, bashBody, fn)
	var flags []string
	for _, f := range allFlags(d) {
		flags = append(flags, spellings(f)...)
		if f.Value != "" {
			fmt.Fprintf(&b, "    %s)\n        %s\n        return ;;\n", strings.Join(spellings(f), "|"), bashValue(fn, f))
		}
	}
	fmt.Fprintf(&b, bashTail, quote(strings.Join(flags, " ")), bashComplete(argument(d).Complete), fn, d.Tool.Name)
	return []byte(b.String())
}

const bashHead = `# bash completion for %s; made by "make docs".
`

// bashBody finds the current word and the flag before it. By default bash splits
// words at colons, and replaces only the part after the last one.
const bashBody = `%s() {
    local i=$COMP_CWORD cur=${COMP_WORDS[COMP_CWORD]} prev head= at= IFS=$' \t\n'
    [[ $cur == : ]] && ((i > 1)) && cur= i=$((i - 1))
    while [[ ${COMP_WORDS[i-1]} == : ]] && ((i > 2)); do i=$((i - 2)); done
    prev=${COMP_WORDS[i-1]}
    if [[ $cur == [=@] || $cur == =@ ]]; then
        at=${cur#=} cur=
    elif [[ $prev == [=@] || $prev == =@ ]]; then
        at=${prev#=} prev=${COMP_WORDS[i-2]}
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

// bashFile completes a file after @. Bash usually splits words there, but replaces
// the @ too. If it quoted the result as a file name, it would put a backslash
// before the @ and stop completing.
const bashFile = `if [[ -n $at || $cur == @* ]]; then
            IFS=$'\n'; COMPREPLY=($(compgen -P @ -f -- "${cur#@}" | while read -r head; do printf '%q\n' "$head"; done))
            return
        fi
        `

// bashValue returns the command that completes a flag's value.
func bashValue(fn string, f cli.FlagDoc) string {
	if listed(f.Complete) {
		return bashList + bashWords("$("+fn+"_"+f.Complete+")")
	}
	if len(f.Enum) == 0 {
		return bashComplete(f.Complete)
	}
	values := make([]string, len(f.Enum))
	for i, e := range f.Enum {
		values[i] = strings.ReplaceAll(shellWord(e), `\`, `\\`)
	}
	list := bashWords(strings.Join(values, " "))
	switch {
	case acceptsFile(f):
		return bashFile + list
	case f.List:
		return bashList + list
	}
	return list
}

// bashList keeps the items of a list that come before the current one.
const bashList = `[[ $cur == *[,:]* ]] && head=${cur%"${cur##*[,:]}"} cur=${cur##*[,:]}
        `

// bashWords completes words, which compgen expands once: the output of a command
// in them is not evaluated again.
func bashWords(list string) string {
	return `COMPREPLY=($(compgen -P "$head" -W ` + quote(list) + ` -- "$cur"))`
}

// bashComplete returns the command that completes files and the like. Other values
// cannot be listed.
func bashComplete(kind string) string {
	action, ok := map[string]string{"file": "-f", "directory": "-d", "host": "-A hostname"}[kind]
	switch {
	case kind == "interface":
		return bashWords("$(cd /sys/class/net 2>/dev/null && ls -d -- */ | tr -d /)")
	case !ok:
		return ":"
	}
	filenames := ""
	if kind != "host" {
		filenames = "compopt -o filenames 2>/dev/null\n    "
	}
	return filenames + `IFS=$'\n'; COMPREPLY=($(compgen ` + action + ` -- "$cur"))`
}
