package lookalike

import (
	"testing"
	"unicode"
)

func TestFold(t *testing.T) {
	for _, c := range []struct {
		text, want string
		first      rune
	}{
		{"", "", 0},
		{"10.0.0.1-9", "10.0.0.1-9", 0},
		{"10.0.0.1\u20139", "10.0.0.1-9", 0x2013},
		{"\u2014help", "-help", 0x2014},
		{"1\u22122", "1-2", 0x2212},
		{"10.0.0.0\u221524", "10.0.0.0/24", 0x2215},
		{"\uff11\uff12\uff17\uff0e\uff10\u30020\uff611", "127.0.0.1", 0xff11},
		{"192.0.2.1\uff1a22", "192.0.2.1:22", 0xff1a},
		{"80\uff0c443\u3001\uff12\uff12", "80,443,22", 0xff0c},
		{"\u0661\u0660.\u06f9\u0966\U0001d7ff", "10.909", 0x0661},
		{"m\u00fcnchen.example", "m\u00fcnchen.example", 0},
		{"m\u00fcnchen\u20101", "m\u00fcnchen-1", 0x2010},
		{"\xff\u2013", "\ufffd-", 0x2013},
	} {
		if got, first := Fold(c.text); got != c.want || first != c.first {
			t.Errorf("Fold(%q) = %q, %U; want %q, %U", c.text, got, first, c.want, c.first)
		}
	}
}

// TestEveryDigitFolds: each value from 0 to 9 occurs equally often.
func TestEveryDigitFolds(t *testing.T) {
	sum := 0
	n := 0
	for r := rune(0x80); r <= unicode.MaxRune; r++ {
		if unicode.Is(unicode.Nd, r) {
			a := ascii(r)
			if a < '0' || a > '9' {
				t.Errorf("%U becomes %q", r, a)
			}
			sum += int(a - '0')
			n++
		}
	}
	if n == 0 || sum*10 != n*45 {
		t.Errorf("%d digits have the sum %d, want as many of each", n, sum)
	}
}

func TestError(t *testing.T) {
	const want = `'–' (U+2013) is not '-'; type 10.0.0.1-9`
	if got := Error(0x2013, "10.0.0.1-9").Error(); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
