package endpoint

import "testing"

func TestUnidentified(t *testing.T) {
	for u := Unidentified(1); u < UnidentifiedCount; u++ {
		if text := u.String(); text == "" || ParseUnidentified([]byte(text)) != u {
			t.Errorf("%d is %q, which is %d", u, text, ParseUnidentified([]byte(text)))
		}
	}
	if len(unidentified) != UnidentifiedCount-1 {
		t.Errorf("%d words, and a count of %d", len(unidentified), UnidentifiedCount)
	}
	for _, word := range []string{"", EvidenceGreeting, EvidenceAcceptsAll, "Silent"} {
		if u := ParseUnidentified([]byte(word)); u != 0 {
			t.Errorf("%q is %d", word, u)
		}
	}
}
