package stream

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"portkit/pkg/cli"
)

// part is a part of the progress line. The lowest rank is the most useful.
type part struct {
	rank int
	text string
}

// text returns the progress line. Unless columns is 0, it omits parts, the least
// useful first, until the line fits.
func (p *Progress) text(columns int) string {
	parts := p.parts()
	if columns > 0 { // a part that never fits must not displace others
		parts = slices.DeleteFunc(parts, func(a part) bool { return width([]part{a}) > columns })
	}
	for columns > 0 && len(parts) > 1 && width(parts) > columns {
		least := slices.MaxFunc(parts, func(a, b part) int { return a.rank - b.rank })
		parts = slices.DeleteFunc(parts, func(a part) bool { return a == least })
	}
	return join(parts)
}

// parts returns the parts of the line in the order of display.
func (p *Progress) parts() []part {
	parts := []part{
		{1, p.doneText()},
		{7, fmt.Sprintf("%d in flight", p.InFlight)},
		{3, fmt.Sprintf("%d open", p.Open)},
	}
	if p.Errors > 0 {
		parts = append(parts, part{4, cli.Plural(p.Errors, "error")})
	}
	for _, c := range p.Others {
		if c.N > 0 && c.Noun != "" {
			parts = append(parts, part{5, cli.Plural(c.N, c.Noun)})
		}
	}
	if p.Waiting != "" {
		return append(parts, part{0, "waiting for " + p.Waiting})
	}
	parts = append(parts, part{6, perSecond(p.Rate)})
	if left, ok := p.left(); ok && left > 0 {
		parts = append(parts, part{2, fmt.Sprintf("%v left", max(left.Round(time.Second), time.Second))})
	}
	return parts
}

func (p *Progress) doneText() string {
	switch {
	case p.Total > 0 && p.Done > p.Total:
		return fmt.Sprintf("%d done, more than --total %d", p.Done, p.Total)
	case p.Total > 0:
		return fmt.Sprintf("%d done of %d (%.0f %%)", p.Done, p.Total, 100*float64(p.Done)/float64(p.Total))
	}
	return fmt.Sprintf("%d done", p.Done)
}

// perSecond returns a rate as text, with one decimal below 10.
func perSecond(rate float64) string {
	if rate < 10 {
		return strconv.FormatFloat(float64(int(rate*10+0.5))/10, 'f', -1, 64) + "/s"
	}
	return fmt.Sprintf("%.0f/s", rate)
}

func width(parts []part) int { return utf8.RuneCountInString(join(parts)) }

func join(parts []part) string {
	texts := make([]string, len(parts))
	for i, p := range parts {
		texts[i] = p.text
	}
	return strings.Join(texts, ", ")
}
