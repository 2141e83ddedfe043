package recog

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPieces(t *testing.T) {
	text := func(s string) piece { return piece{text: s} }
	ref := func(s string) piece { return piece{ref: s} }
	for _, c := range []struct {
		value string
		want  []piece
	}{
		{"", nil},
		{"Linux", []piece{text("Linux")}},
		{"{hw.product}", []piece{ref("hw.product")}},
		{"a {b.c} d", []piece{text("a "), ref("b.c"), text(" d")}},
		{"{a}{_tmp.0-1}", []piece{ref("a"), ref("_tmp.0-1")}},
		{"{", []piece{text("{")}},
		{"{}", []piece{text("{}")}},
		{"{a", []piece{text("{a")}},
		{"}a{", []piece{text("}a{")}},
		{"{a b}", []piece{text("{a b}")}},
		{"{{a}}", []piece{text("{"), ref("a"), text("}")}},
	} {
		if diff := cmp.Diff(c.want, pieces(c.value), cmp.AllowUnexported(piece{})); diff != "" {
			t.Errorf("%q:\n%s", c.value, diff)
		}
	}
}

func TestInterpolate(t *testing.T) {
	values := map[string]string{"a": "1", "braces": "{a}", "long": strings.Repeat("x", maxInterpolated)}
	for _, c := range []struct {
		value     string
		text, cpe string
	}{
		{"x{a}y{a}", "x1y1", "x1y1"},
		{"x{none}", "", "x-"},
		{"{none}", "", "-"},
		{"{braces}", "{a}", "{a}"}, // what a service sent is not a reference
		{"{long}", values["long"], values["long"]},
		{"{long}{a}", "", ""},
	} {
		if text, cpe := interpolate(pieces(c.value), values, false), interpolate(pieces(c.value), values, true); text != c.text || cpe != c.cpe {
			t.Errorf("%s: %.80q, %.80q", c.value, text, cpe)
		}
	}
}

// TestValuesRefer holds which params a literal can refer to.
func TestValuesRefer(t *testing.T) {
	for _, c := range []struct {
		params []param
		want   map[string]string
	}{
		{[]param{newParam("a", 0, "{b}"), newParam("b", 1, "")}, map[string]string{"a": "text", "b": "text"}},
		{[]param{newParam("a", 0, "{b}"), newParam("b", 0, "B")}, map[string]string{"a": "B", "b": "B"}},
		{[]param{newParam("a", 0, "{c}!"), newParam("b", 0, "{a}!"), newParam("c", 0, "C")}, map[string]string{"a": "C!", "b": "C!!", "c": "C"}},
		{[]param{newParam("b", 0, "{a}"), newParam("a", 0, "{c}"), newParam("c", 0, "C")}, map[string]string{"a": "C", "c": "C"}},
		{[]param{newParam("a", 0, "{a}")}, map[string]string{}},
		{[]param{newParam("a", 0, "{b}"), newParam("b", 0, "{a}")}, map[string]string{}},
		{[]param{newParam("a", 0, "{nowhere}"), newParam("b", 2, ""), newParam("c", 3, "")}, map[string]string{}},
		{[]param{newParam("a", 1, ""), newParam("a", 2, "")}, map[string]string{"a": "text"}}, // the group that has a text
	} {
		f := fingerprint{params: c.params}
		// Group 2 took no part, group 3 is empty.
		got, _ := f.values("text", []int{0, 4, 0, 4, -1, -1, 4, 4})
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%v:\n%s", c.params, diff)
		}
	}
}

func TestEachCPEOnce(t *testing.T) {
	f := fingerprint{params: []param{
		newParam("service.cpe23", 0, "cpe:/a:v:p:1"), newParam("os.cpe23", 0, "cpe:/o:v:p"),
		newParam("service.component.cpe23", 0, "cpe:/a:V:P:1"), newParam("hw.cpe23", 0, "none"), newParam("hw.cpe23", 1, ""),
	}}
	_, got := f.values("cpe:/h:v:p", []int{0, 10, 0, 10})
	want := []string{"cpe:2.3:a:v:p:1:*:*:*:*:*:*:*", "cpe:2.3:o:v:p:*:*:*:*:*:*:*:*"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
