# bash completion for portprobe; made by "make docs".
_portprobe() {
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
    -c|--concurrency)
        :
        return ;;
    -w|--workers)
        :
        return ;;
    -r|--rate)
        :
        return ;;
    --host-rate)
        :
        return ;;
    --lookup-rate)
        :
        return ;;
    --host-concurrency)
        :
        return ;;
    -t|--timeout)
        :
        return ;;
    --skip-silent)
        :
        return ;;
    --lost-patience)
        :
        return ;;
    --retries)
        COMPREPLY=($(compgen -P "$head" -W 'auto' -- "$cur"))
        return ;;
    --udp-patience)
        :
        return ;;
    --method)
        COMPREPLY=($(compgen -P "$head" -W 'connect syn' -- "$cur"))
        return ;;
    --source)
        :
        return ;;
    --interface)
        COMPREPLY=($(compgen -P "$head" -W '$(cd /sys/class/net 2>/dev/null && ls -d -- */ | tr -d /)' -- "$cur"))
        return ;;
    --payload)
        if [[ -n $at || $cur == @* ]]; then
            IFS=$'\n'; COMPREPLY=($(compgen -P @ -f -- "${cur#@}" | while read -r head; do printf '%q\n' "$head"; done))
            return
        fi
        COMPREPLY=($(compgen -P "$head" -W 'auto none' -- "$cur"))
        return ;;
    --simulate)
        :
        return ;;
    --allow)
        :
        return ;;
    --deny)
        :
        return ;;
    --allow-file)
        compopt -o filenames 2>/dev/null
    IFS=$'\n'; COMPREPLY=($(compgen -f -- "$cur"))
        return ;;
    --deny-file)
        compopt -o filenames 2>/dev/null
    IFS=$'\n'; COMPREPLY=($(compgen -f -- "$cur"))
        return ;;
    --host-timeout)
        :
        return ;;
    --deadline)
        :
        return ;;
    --state)
        [[ $cur == *[,:]* ]] && head=${cur%"${cur##*[,:]}"} cur=${cur##*[,:]}
        COMPREPLY=($(compgen -P "$head" -W 'open closed filtered open\\|filtered error' -- "$cur"))
        return ;;
    --resume)
        compopt -o filenames 2>/dev/null
    IFS=$'\n'; COMPREPLY=($(compgen -f -- "$cur"))
        return ;;
    --fsync)
        :
        return ;;
    --progress)
        COMPREPLY=($(compgen -P "$head" -W 'auto always never json' -- "$cur"))
        return ;;
    --total)
        :
        return ;;
    esac
    if [[ $cur == -* ]]; then
        COMPREPLY=($(compgen -W '-c --concurrency -w --workers -r --rate --host-rate --lookup-rate --host-concurrency -t --timeout --skip-silent --lost-patience --retries --udp-patience --method -4 --ipv4 -6 --ipv6 --source --interface --payload --simulate --no-share --allow --deny --allow-file --deny-file --host-timeout --deadline --open --state --plain -k --keep-order --resume --fsync --progress --total -v --verbose -q --quiet -h --help --version --schema' -- "$cur"))
        return
    fi
    compopt -o filenames 2>/dev/null
    IFS=$'\n'; COMPREPLY=($(compgen -f -- "$cur"))
}
complete -F _portprobe portprobe
