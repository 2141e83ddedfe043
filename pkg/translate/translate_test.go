package translate

import (
	"strings"
	"testing"
)

func none(string) bool { return false }

func TestEveryForeignFlagIsTranslated(t *testing.T) {
	for _, row := range rows() {
		value := ""
		for _, v := range []string{"5", "s", "c", "0-9", "192.0.2.9", "banner"} {
			if (row.when == nil || row.when(v)) && (row.flag != "-host" || isTarget(v)) {
				value = v
				break
			}
		}
		args := []string{"192.0.2.1:22", row.flag}
		if row.form == valued || row.form == attached {
			args = append(args, value)
		}
		for _, tool := range []string{"portgen", "portprobe", "portid", "portsum"} {
			s, ok := Line(tool, args, none)
			if !ok || !strings.HasPrefix(s.Why, row.flag+": "+row.why) || !strings.HasPrefix(s.Line, "portgen ") || !strings.Contains(s.Line, " 192.0.2.1:22") {
				t.Errorf("%s %q: %+v, %v", tool, args, s, ok)
			}
		}
	}
}

func TestOwnCommandLinesAreNotTranslated(t *testing.T) {
	for _, line := range []string{
		"portgen", "portgen 192.0.2.1", "portgen -p 22 192.0.2.1", "portgen -i hosts -p22", "portprobe -t 2 -c5 -vk results",
		"portprobe --method syn", "portprobe -t 1.5s", "portsum -o text results", "portid -t 5 --only ssh results", "portdiff -sS a b", "portprobe -sS --nosuch",
		"portprobe -y 192.0.2.1", "portprobe --rate",
	} {
		words := strings.Fields(line)
		if s, ok := Line(words[0], words[1:], none); ok {
			t.Errorf("%s: %+v", line, s)
		}
	}
}

func TestQuoteIsOneWordToAShell(t *testing.T) {
	for word, want := range map[string]string{
		"": "''", "22,80": "22,80", "[::1]:22": "'[::1]:22'", "a b": "'a b'", "it's": `'it'\''s'`,
		"192.0.2.*": "'192.0.2.*'", "$(id)": "'$(id)'", "http*": "'http*'", "a;b": "'a;b'",
	} {
		if got := Quote(word); got != want {
			t.Errorf("Quote(%q) = %s, want %s", word, got, want)
		}
	}
}

// FuzzLine checks that Line returns a suggestion if it reports one, and never panics.
func FuzzLine(f *testing.F) {
	for _, args := range []string{"-sS\n192.0.2.1", "-zvw\n3", "-\xff", "-p\n0-", "-s\xff\xfe", "--\n\n", "192.0.2.1\n\n-", "-oX", "-T\n-iL=", "--top-ports=5"} {
		f.Add(args)
	}
	f.Fuzz(func(t *testing.T, args string) {
		for _, tool := range []string{"portgen", "portprobe", "portid", "portsum"} {
			s, ok := Line(tool, strings.Split(args, "\n"), none)
			if ok != (s.Why != "" || s.Line != "") {
				t.Errorf("%s %q: %+v, %v", tool, args, s, ok)
			}
		}
	})
}
