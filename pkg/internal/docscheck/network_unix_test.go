//go:build unix

package docscheck

import (
	"fmt"
	"regexp"
	"strings"
)

// otherNetworks stand for the hosts of a block that begins so.
var otherNetworks = map[string]string{
	// The mostly silent network of two recipes.
	"portgen 192.0.2.0/24 -p 22,80,443 | portprobe > first.ndjson\n": "rtt=1ms,open=0.01,silent=0.98,seed=1",
	"portgen 192.0.2.0/24 --top 20 | portprobe > first.ndjson\n":     "rtt=1ms,open=0.01,silent=0.98,seed=1",
}

// onLoopback are the blocks that may ask for real.
var onLoopback = []string{
	"portgen 127.0.0.1 -p- | portprobe | portsum -o text\n",
	"portgen 127.0.0.1 -p- | portprobe | portid > services.ndjson\n" +
		`jq -r 'select(.app) | "\(.port) \(.app) \(.product) \(.version) \(.tls.verify // "no TLS")"' services.ndjson | sort -n` + "\n",
	"bash weekly-scan . 127.0.0.1 -p 20-25\n" +
		`sed -i 's/"version":"[^"]*"/"version":"8"/' last.ndjson` + "\n" +
		"bash weekly-scan . 127.0.0.1 -p 20-25\n",
	"portgen 127.0.0.1 -p 22,23 | portprobe --keep-order\n",
	"portgen 127.0.0.1 -p 53,69,514 --udp | portprobe --keep-order |\n" +
		`  jq -r '"\(.port) \(.state) \(.reason) \(.app // "-")"'` + "\n",
	"portgen 127.0.0.1 --top 100 --udp | portprobe --open > services.ndjson\n" +
		`jq -r '"\(.app // "unknown") \(.ip):\(.port)"' services.ndjson | sort` + "\n",
}

// The words that the script portprobe takes in the variable README_NETWORK.
const (
	likeLoopback = "--source 127.0.0.1"
	likeOwn      = "the simulation that the block asks for"
)

// network is what a block's portprobe is told: it decides alone whether
// anything is sent, so what it does not know it does not let pass.
func network(text string) (string, error) {
	for _, b := range onLoopback {
		if b == text {
			return likeLoopback, onlyLoopback(text)
		}
	}
	if lookup := regexp.MustCompile(`--resolve|--exclude\b|--exclude-file|\s-X|\s-x\s+\S*[g-z]`).FindString(text); lookup != "" {
		return "", fmt.Errorf("%q may look names up; the blocks of the README do not", lookup)
	}
	if strings.Contains(text, "--simulate") {
		return likeOwn, nil
	}
	for begin, spec := range otherNetworks {
		if strings.HasPrefix(text, begin) {
			return "--simulate " + spec, nil
		}
	}
	return "--simulate " + simulated, nil
}

// onlyLoopback holds even the listed blocks to one address.
func onlyLoopback(text string) error {
	for _, address := range regexp.MustCompile(`[0-9.]*\.[0-9.]+|[\w-]+\.example|\S*::\S*`).FindAllString(text, -1) {
		if address != "127.0.0.1" {
			return fmt.Errorf("%s is not 127.0.0.1, and the block is to ask for real", address)
		}
	}
	return nil
}

// portprobeScript runs the program at %s if that can send nothing to any host
// but this one. What it adds comes last, so that it counts.
const portprobeScript = `#!/bin/sh
own= before=
for arg do
	case $before,$arg in
	*,--) echo 'refused: -- ends the flags' >&2; exit 99 ;;
	--simulate,?*=?*) own=yes ;;
	esac
	before=$arg
done
case $README_NETWORK in
'` + likeLoopback + `' | '--simulate '?*=?*) exec '%[1]s' "$@" $README_NETWORK ;;
'` + likeOwn + `') [ -z "$own" ] || exec '%[1]s' "$@" ;;
esac
echo 'refused: neither simulated nor on loopback' >&2
exit 99
`
