package repocheck

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
)

// wordRule is a rule of style that a program can check. A text is checked after
// its code is removed.
type wordRule struct {
	name    string
	find    *regexp.Regexp
	instead string
	planted string // a sentence that breaks the rule
}

func rule(name, find, instead, planted string) wordRule {
	return wordRule{name, regexp.MustCompile(find), instead, planted}
}

// wordRules are the rules for help, manual, README and messages. (?i) is left
// out where capitals are the point.
func wordRules() []wordRule {
	return []wordRule{
		rule("rights", `(?i)\b(takes?|needs?|requires?|lacks?|missing|without) (the |a |no |its )?rights?\b|\bno rights\b`,
			"privilege, permission, or the capability's name", "Method syn takes the right to open raw sockets."),
		rule("is no", `(?i)\b(is|are|was|were) no\b`, "is not a, has no", "foo is no endpoint."),
		rule("is none", `(?i)\b(is|are|was|were) none\b`, "is not one of", "The address is none of the scope."),
		rule("it takes", `(?i)\bit takes\b`, "requires, needs, accepts, uses", "No ports: it takes -p or --top."),
		rule("go with", `(?i)\b(go|goes) with\b`, "can be combined with", "--resume does not go with --open."),
		rule("capitals", `(?:^|[\s("'])(tcp|udp|icmp|syn|json|csv|html|dns|arp|rtt)(?:$|[\s),;!?"']|\.\s|\.$)`,
			"TCP, UDP, ICMP, SYN, JSON in capitals; literals as code", "An open udp port replies."),
		rule("thousand million", `(?i)\bthousand million\b`, "10⁻⁹, billion", "Less than once in a thousand million."),
		rule("so many", `(?i)\bso (many|often|long after)\b`, "the number; up to N", "It ends after so many records."),
		rule("the least", `(?i)\b(at|ms|s) the (least|most)\b|\bthe (least|most)[.;,:]`, "minimum, maximum, at least, at most", "33 replies, 20 ms at the least."),
		rule("per", `(?i)(?:^|\s)([0-9][0-9,]*|one|two|once|twice|times|probes|packets|queries|records|attempts|ports|lines) an? (second|minute|hour|day|line|host|port|address|record)\b`,
			"per second, every 5 s", "It sends 200 probes a second."),
		rule("spelling", `(?i)\b(neighbour|colour|recognis|summaris|authoris|licence|behaviour|honour|normalis|organis|initialis|favour|analys(e|ing)\b|centre\b|catalogue)`,
			"American spelling", "The neighbour is authorised."),
		rule("ask", `(?i)\bask(s|ed|ing)?\b`, "probe, query, request", "The port was not asked."),
		rule("persons", `(?i)\b(whoever|nobody|somebody|whom)\b`, "host, address, user", "Nobody replied."),
		rule("stand", `(?i)\b(stands?|lies|lie) (for|behind|in|at|with)\b`,
			"means, is, contains", "0.0.0.0 stands for no host."),
		rule("say", `(?i)\b(says|said|tells|told)\b`, "reports, prints, contains", "The file says which hosts are allowed."),
	}
}

// wordException allows a text that breaks a rule. A text that is no longer
// found fails, so that the table stays short.
type wordException struct{ rule, text, reason string }

func wordExceptions() []wordException {
	return []wordException{
		{"is no", "here is no", "states that something does not exist, not what it is"},
		{"is no", "here are no", "as above"},
		{"is no", "here was no", "as above"},
		{"is no", "are no-response", "a reason"},
		{"ask", "not-asked", "a value of evidence"},
		{"is none", "here is none", "as above"},
		{"is none", "here are none", "as above"},
		{"it takes", "it takes a few seconds", "a duration"},
		{"capitals", "open tcp", "what masscan writes"},
		{"capitals", "open udp", "what masscan writes"},
		{"capitals", "| portprobe, syn |", "a value of --method"},
		{"capitals", "4096, syn and UDP", "a value of --method"},
		{"capitals", "method syn", "a value of --method"},
		{"capitals", "else json (default", "a value of --output"},
		{"capitals", "connect, syn, udp or simulate", "the values of a result's method"},
		{"capitals", "reason syn)", "a reason"},
		{"capitals", "| syn |", "a reason"},
		{"capitals", "both are absent, tcp.", "a value of proto"},
		{"capitals", "use tcp or udp", "what to write after the slash"},
		{"capitals", "neither tcp nor udp", "the values of proto"},
		{"capitals", "use tcp, udp, T or U", "what to write before the colon"},
		{"capitals", "else json.", "a value of --output"},
		{"capitals", "except json,", "a value of --output"},
		{"capitals", "applies to json too", "a value of --output"},
		{"capitals", "in html and nmap-xml", "values of --output"},
	}
}

// checkWords returns what breaks the rules in a text, and marks in used the
// exceptions that applied.
func checkWords(text string, rules []wordRule, exceptions []wordException, used map[wordException]bool) (found []string) {
	text = strings.Join(strings.Fields(text), " ")
	for _, r := range rules {
		for _, at := range r.find.FindAllStringIndex(text, -1) {
			if e, ok := exceptionFor(r.name, text, at, exceptions); ok {
				used[e] = true
				continue
			}
			around := text[max(0, at[0]-40):min(len(text), at[1]+40)]
			found = append(found, fmt.Sprintf("%s: %q: write %s", r.name, strings.ToValidUTF8(around, ""), r.instead))
		}
	}
	return found
}

// exceptionFor returns the exception whose text contains the match.
func exceptionFor(rule, text string, match []int, exceptions []wordException) (wordException, bool) {
	for _, e := range exceptions {
		if e.rule != rule {
			continue
		}
		for from := 0; ; {
			at := strings.Index(text[from:], e.text)
			if at < 0 {
				break
			}
			if start := from + at; start < match[1] && match[0] < start+len(e.text) {
				return e, true
			}
			from += at + 1
		}
	}
	return wordException{}, false
}

// TestTextsFollowTheWordRules checks the texts that users read against the rules.
func TestTextsFollowTheWordRules(t *testing.T) {
	t.Parallel()
	rules, exceptions, used := wordRules(), wordExceptions(), map[wordException]bool{}
	seen := map[string]bool{}
	for _, text := range userTexts(t) {
		name, _, _ := strings.Cut(text.where, ":")
		seen[name] = true
		for _, wrong := range checkWords(text.text, rules, exceptions, used) {
			t.Errorf("%s: %s", text.where, wrong)
		}
	}
	for _, name := range []string{
		"README.md", ".github/SECURITY.md", "man/portkit.5", "man/portprobe.1", "pkg/internal/manual/pages/portkit.md",
		"portgen --help", "pkg/report/html/page.html", "pkg/record/values.go", "pkg/stream/progress_text.go", "Makefile",
	} {
		if !seen[name] {
			t.Errorf("%s is not read", name)
		}
	}
	for _, e := range exceptions {
		if !used[e] {
			t.Errorf("the exception %q of the rule %q applies nowhere: remove it", e.text, e.rule)
		}
		if e.reason == "" {
			t.Errorf("the exception %q of the rule %q has no reason", e.text, e.rule)
		}
	}
}

// TestWordRulesFindTheirSentences has each rule fail on its planted sentence, alone and as an
// exception.
func TestWordRulesFindTheirSentences(t *testing.T) {
	t.Parallel()
	rules := wordRules()
	for _, r := range rules {
		found := checkWords(r.planted, rules, nil, nil)
		if len(found) == 0 || !strings.Contains(strings.Join(found, "\n"), r.name+": ") {
			t.Errorf("%s: %q is not found: %q", r.name, r.planted, found)
		}
		e := wordException{r.name, r.planted, "test"}
		used := map[wordException]bool{}
		if found := checkWords(r.planted, []wordRule{r}, []wordException{e}, used); len(found) > 0 || !used[e] {
			t.Errorf("%s: the exception does not apply: %q", r.name, found)
		}
	}
	for _, right := range []string{
		"TCP and UDP ports (53/udp, tcp:22) in a JSON object; results.json and syn-ack are literals.",
		"At most 5 probes per second, at least 2 hosts.",
	} {
		if found := checkWords(prose(right), rules, nil, nil); len(found) > 0 {
			t.Errorf("%q: %q", right, found)
		}
	}
}

// TestProseIsReadWithoutCode checks that each kind of text is read without its code, and
// with everything else.
func TestProseIsReadWithoutCode(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		prose func(string) string
		text  string
	}{
		{"Markdown", markdownProse, "Here nobody.\n\n```sh\nwhoever --udp\n```\nUse `whoever` or --whoever.\n"},
		{"roff", roffProse, ".TP\n\\fB\\-\\-whoever\\fR, \\fIFILE\\fR\nHere nobody.\n.EX\nwhoever\n.EE\n"},
		{"HTML", htmlProse, "<style>whoever</style><p class=\"whoever\">Here {{.Whoever}}nobody.</p>"},
		{"make", makeProse, "whoever = 1\nx: ## Here nobody.\n"},
	} {
		found := strings.Join(checkWords(prose(c.prose(c.text)), wordRules(), nil, nil), "\n")
		if !strings.Contains(found, "nobody") || strings.Count(found, "\n") > 0 {
			t.Errorf("%s: found %q", c.name, found)
		}
	}
}
