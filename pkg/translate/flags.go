package translate

import "strings"

// toolFlags returns the flags of each tool that not all tools have, the short
// form before the long one; those that require a value end in "=". A test
// compares them with the tools themselves, which this package cannot import.
func toolFlags() [][]string {
	return [][]string{
		{
			"portgen", "-p --ports=", "--top=", "--ports-file=", "--tcp", "--udp", "--exclude-ports=", "-i --input=",
			"-x --exclude=", "-X --exclude-file=", "--resolve=", "--lookup-rate=", "-4 --ipv4", "-6 --ipv6", "--order=", "--seed=", "--shard=",
			"--skip=", "--limit=", "--count", "--plain", "-v --verbose",
		},
		{
			"portprobe", "-c --concurrency=", "-w --workers=", "-r --rate=", "--host-rate=", "--lookup-rate=", "--host-concurrency=", "-t --timeout=",
			"--retries=", "--udp-patience=", "--method=", "-4 --ipv4", "-6 --ipv6", "--source=", "--interface=", "--payload=",
			"--simulate=", "--no-share", "--allow=", "--deny=", "--allow-file=", "--deny-file=", "--host-timeout=", "--skip-silent=", "--lost-patience=", "--deadline=",
			"--open", "--state=", "--plain", "-k --keep-order", "--resume=", "--fsync=", "--progress=", "--total=",
			"-v --verbose", "-q --quiet",
		},
		{
			"portid", "-c --concurrency=", "--host-concurrency=", "-r --rate=", "--host-rate=", "--lookup-rate=", "-t --timeout=", "--effort=", "--only=",
			"--ask=", "--no-starttls", "--ca-file=", "--user-agent=", "--recog=", "-4 --ipv4", "-6 --ipv6", "--source=", "--interface=",
			"--allow=", "--deny=", "--allow-file=", "--deny-file=", "--deadline=", "--open", "-k --keep-order", "--resume=", "--fsync=",
			"--progress=", "--total=", "-v --verbose", "-q --quiet",
		},
		{"portsum", "-o --output=", "--by=", "--weights", "--expiring=", "--stats"},
		{"portdiff", "-o --output=", "--expect=", "--by-ip", "--all", "--only=", "--ignore="},
		{"portfrom", "--format=", "--port=", "-v --verbose"},
	}
}

// Flag is a flag of one or several tools.
type Flag struct {
	Long  string // the long form
	Value bool   // whether the flag requires a value
	Tools []string
}

// Lookup returns the flag with a name, short or long, hyphens included. Its
// Tools are nil if no tool has one.
func Lookup(name string) (found Flag) {
	for _, list := range toolFlags() {
		for _, spelling := range list[1:] {
			spelling, value := strings.CutSuffix(spelling, "=")
			short, long, both := strings.Cut(spelling, " ")
			if !both {
				long = short
			}
			if name == short || name == long {
				found = Flag{Long: long, Value: value, Tools: append(found.Tools, list[0])}
			}
		}
	}
	return found
}
