package translate

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// form is how a flag of another scanner is written.
type form uint8

const (
	bare     form = iota // without a value
	valued               // -oX FILE, --top-ports N, --top-ports=N
	attached             // -p80 or -p 80
	level                // -PS or -PS22: the value is attached or missing
)

// row is a flag of another scanner.
type row struct {
	flag string
	form form
	// use is the tool and its words, in which $ is the value, with "> $" for
	// a file that the tool's output goes to; "target $" for a target. Empty:
	// the flag is left out.
	use string
	why string // printed behind the flag

	absent bool                      // portkit has no equivalent
	tcp    bool                      // selects a TCP scan, beside which --udp requires --tcp
	sole   bool                      // never our short flags: -iL is not -i L
	when   func(value string) bool   // condition of the row, nil: always
	conv   func(value string) string // value as portkit's tools read it
}

const (
	noNeed    = "not needed: "
	adapts    = noNeed + "portprobe adapts its rate"
	discovery = "host discovery is not supported"
	ports     = "ports belong to portgen"
	targets   = "targets belong to portgen"
	reports   = "reports are written by portsum"
	honest    = "not supported: probes carry the addresses of this machine"

	identified = "services are identified by portid"
	effort     = "the number of requests is portid --effort"
)

// rows returns the flags of nmap, masscan, naabu and scanners of one command.
func rows() []row {
	return slices.Concat(nmapRows(), masscanRows(), naabuRows(), otherRows())
}

func nmapRows() []row {
	return []row{
		{flag: "-sS", use: "portprobe --method syn", tcp: true, why: "half-open scan"},
		{flag: "-sT", tcp: true, why: noNeed + "connect is the default method"},
		{flag: "-sU", use: "portgen --udp", why: "UDP scan"},
		{flag: "-sV", use: "portid", why: identified},
		{flag: "--version-light", use: "portid --effort quick", why: effort},
		{flag: "--version-all", use: "portid --effort thorough", why: effort},
		{flag: "--version-intensity", form: valued, use: "portid --effort $", conv: toEffort, why: effort},
		{flag: "-sC", absent: true, why: "scripts are not supported"},
		{flag: "-sn", absent: true, use: "portgen --top 10", why: discovery},
		{flag: "-sP", absent: true, use: "portgen --top 10", why: discovery},
		{flag: "-A", absent: true, use: "portid", why: "OS detection and scripts are not supported"},
		{flag: "-O", absent: true, why: "OS detection is not supported"},
		{flag: "--script", form: valued, use: "portid", when: ofPortid, why: "portid reports this"},
		{flag: "--script", form: valued, absent: true, why: "scripts are not supported"},
		{flag: "--traceroute", absent: true, why: "tracing routes is not supported"},
		{flag: "-Pn", why: noNeed + "every endpoint is probed, without host discovery"},
		{flag: "-PE", absent: true, why: discovery},
		{flag: "-PS", form: level, absent: true, why: discovery},
		{flag: "-PA", form: level, absent: true, why: discovery},
		{flag: "-n", why: noNeed + "there are no reverse lookups"},
		{flag: "-F", use: "portgen --top 100", why: ports},
		{flag: "--top-ports", form: valued, use: "portgen --top $", why: ports},
		{flag: "-iL", form: valued, use: "portgen -i $", sole: true, why: "target lists are read by portgen -i"},
		{flag: "--excludefile", form: valued, use: "portgen -X $", why: "targets are excluded by portgen -X"},
		{flag: "-oX", form: valued, use: "portsum -o nmap-xml > $", why: reports},
		{flag: "-oN", form: valued, use: "portsum -o text > $", why: reports},
		{flag: "-oG", form: valued, use: "portsum -o csv-ports > $", why: reports},
		{flag: "-oA", form: valued, use: "tee $.ndjson", why: "portsum writes every format from the results"},
		{flag: "-T", form: attached, why: adapts},
		{flag: "--min-rate", form: valued, why: adapts},
		{flag: "--max-rate", form: valued, use: "portprobe -r $", why: "the rate limit is portprobe -r"},
		{flag: "--scan-delay", form: valued, use: "portprobe --host-rate $", conv: perSecond, why: "the limit is portprobe --host-rate"},
		{flag: "--min-parallelism", form: valued, why: adapts},
		{flag: "--max-parallelism", form: valued, use: "portprobe -c $", why: "the limit is portprobe -c"},
		{flag: "--max-retries", form: valued, use: "portprobe --retries $", why: "the limit is portprobe --retries"},
		{flag: "--reason", why: noNeed + "every result has a reason"},
		{flag: "--stats-every", form: valued, use: "portprobe --progress json", why: "progress is printed by portprobe --progress"},
		{flag: "--randomize-hosts", use: "portgen --order random", why: "the order is portgen's"},
		{flag: "-e", form: valued, use: "portprobe --interface $", why: "the interface is portprobe --interface"},
		{flag: "-S", form: valued, use: "portprobe --source $", why: "the source address is portprobe --source"},
		{flag: "-D", form: valued, absent: true, why: honest},
		{flag: "-f", absent: true, why: "fragments are not supported"},
		{flag: "-g", form: valued, absent: true, why: "a fixed source port is not supported"},
		{flag: "--source-port", form: valued, absent: true, why: "a fixed source port is not supported"},
		{flag: "--spoof-mac", form: valued, absent: true, why: honest},
	}
}

func masscanRows() []row {
	return []row{
		{flag: "-p", form: attached, use: "portgen -p $", when: fromZero, conv: fromOne, why: "ports begin at 1"},
		{flag: "--ports", form: valued, use: "portgen -p $", when: fromZero, conv: fromOne, why: "ports begin at 1"},
		{flag: "--banners", use: "portid", why: identified},
		{flag: "--includefile", form: valued, use: "portgen -i $", why: "target lists are read by portgen -i"},
		{flag: "--shards", form: valued, use: "portgen --shard $", why: "the shard is portgen --shard"},
		{flag: "--wait", form: valued, why: noNeed + "every endpoint gets a result"},
		{flag: "--source-ip", form: valued, use: "portprobe --source $", why: "the source address is portprobe --source"},
		{flag: "-oJ", form: valued, use: "portprobe > $", why: "results are lines of JSON"},
		{flag: "-oD", form: valued, use: "portprobe > $", why: "results are lines of JSON"},
		{flag: "-oL", form: valued, use: "portprobe --open --plain > $", why: "lists are written by portprobe --plain"},
	}
}

func naabuRows() []row {
	return []row{
		{flag: "-host", form: valued, use: "target $", sole: true, why: targets},
		{flag: "-list", form: valued, use: "portgen -i $", why: "target lists are read by portgen -i"},
		{flag: "-l", form: valued, use: "portgen -i $", why: "target lists are read by portgen -i"},
		{flag: "-port", form: valued, use: "portgen -p $", why: ports},
		{flag: "-top-ports", form: valued, use: "portgen --top $", why: ports},
		{flag: "-exclude-hosts", form: valued, use: "portgen -x $", why: "targets are excluded by portgen -x"},
		{flag: "-exclude-ports", form: valued, use: "portgen --exclude-ports $", why: "ports are excluded by portgen"},
		{flag: "-s", form: valued, use: "portprobe --method syn", when: is("s"), tcp: true, why: "half-open scan"},
		{flag: "-s", form: valued, when: is("c"), tcp: true, why: noNeed + "connect is the default method"},
		{flag: "-sD", use: "portid", why: identified},
		{flag: "-rate", form: valued, use: "portprobe -r $", why: "the rate limit is portprobe -r"},
		{flag: "-timeout", form: valued, use: "portprobe -t $ms", why: "the timeout is portprobe -t"},
		{flag: "-retries", form: valued, use: "portprobe --retries $", why: "the limit is portprobe --retries"},
		{flag: "-interface", form: valued, use: "portprobe --interface $", sole: true, why: "the interface is portprobe --interface"},
		{flag: "-json", why: noNeed + "results are lines of JSON"},
		{flag: "-j", why: noNeed + "results are lines of JSON"},
		{flag: "-csv", use: "portsum -o csv-ports", why: reports},
		{flag: "-silent", use: "portprobe --open --plain", why: "lists are written by portprobe --plain"},
	}
}

func otherRows() []row {
	return []row{
		{flag: "-t", form: valued, use: "target $", when: isHost, why: targets},
		{flag: "--threads", form: valued, use: "portprobe -c $", why: "the limit is portprobe -c"},
	}
}

// letters returns the one-letter flags of nc, which may be grouped.
func letters() map[rune]row {
	return map[rune]row{
		'z': {flag: "-z", why: noNeed + "portprobe sends no data over TCP"},
		'n': {flag: "-n", why: noNeed + "there are no reverse lookups"},
		'u': {flag: "-u", use: "portgen --udp", why: "UDP scan"},
		'v': {flag: "-v", use: "portprobe -v"},
		'4': {flag: "-4", use: "portprobe -4"},
		'6': {flag: "-6", use: "portprobe -6"},
		'w': {flag: "-w", form: valued, use: "portprobe -t $", why: "the timeout is portprobe -t"},
	}
}

func is(want string) func(string) bool { return func(value string) bool { return value == want } }

// isHost reports whether the value of -t is a target, and not the duration that
// portprobe expects.
func isHost(value string) bool {
	_, err := time.ParseDuration(value)
	return err != nil && (isAddress(value) || strings.Contains(value, ".") && isTarget(value))
}

// ofPortid reports whether portid finds out what one of nmap's scripts in a list does.
func ofPortid(scripts string) bool {
	return slices.ContainsFunc(strings.Split(scripts, ","), func(name string) bool {
		return slices.Contains([]string{"banner", "ssl-cert", "http-title", "http-server-header", "ssh-hostkey"}, name)
	})
}

// toEffort returns the effort of portid that is like an intensity of nmap's, 0 to 9.
func toEffort(intensity string) string {
	switch intensity {
	case "0", "1", "2":
		return "quick"
	case "9":
		return "thorough"
	}
	return "normal"
}

func fromZero(value string) bool { return strings.HasPrefix(value, "0-") }

func fromOne(value string) string { return "1-" + value[2:] }

// perSecond returns the rate of one probe in each delay; value itself if it is
// not a delay.
func perSecond(value string) string {
	d, err := time.ParseDuration(value)
	if err != nil {
		d, err = time.ParseDuration(value + "s")
	}
	if err != nil || d <= 0 {
		return value
	}
	return strconv.FormatFloat(float64(time.Second)/float64(d), 'g', 4, 64)
}
