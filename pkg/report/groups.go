package report

import (
	"bytes"
	"fmt"
	"slices"

	"portkit/pkg/ndjson"
	"portkit/pkg/record"
)

// Values reads the values that records are grouped by.
type Values struct {
	report *Report
	raw    []byte            // fields of the last record as written
	fields map[string]string // raw as printable text
	values []string
}

// Values returns a reader of the values of r.By.
func (r *Report) Values() *Values { return &Values{report: r} }

// Of returns the values of a record in the order of Report.By, printable; "" for
// a field that the record lacks. The slice is valid until the next call.
func (v *Values) Of(s *record.Summary) []string {
	if v.fields == nil || !bytes.Equal(v.raw, s.By) {
		v.raw = append(v.raw[:0], s.By...)
		v.fields = map[string]string{}
		fields, _ := ndjson.Scan([]byte("{"+string(s.By)+"}"), nil) // valid: written by summary.By
		for _, f := range fields {
			v.fields[string(f.Key)] = v.report.Printable(valueText(f.Value))
		}
	}
	v.values = v.values[:0]
	for _, name := range v.report.By {
		v.values = append(v.values, v.value(name, s))
	}
	return v.values
}

func (v *Values) value(name string, s *record.Summary) string {
	switch name {
	case "host":
		return v.report.Printable(string(s.Host))
	case "ip":
		return v.report.Address(s.Addr)
	case "proto":
		return s.Proto.String()
	}
	return v.fields[name]
}

// valueText returns a value as people read it: strings without quotes.
func valueText(value []byte) string {
	if s, err := ndjson.Text(value, nil); err == nil {
		return string(s)
	}
	return string(value)
}

// Group is the records that have the same values in the fields of Report.By.
type Group struct {
	Values []string
	Counts
}

// Names returns the values, "(none)" for a field that is missing or empty.
func (g *Group) Names() []string {
	names := slices.Clone(g.Values)
	for i, name := range names {
		if name == "" {
			names[i] = "(none)"
		}
	}
	return names
}

// Groups are the groups of a report.
type Groups struct {
	All    []*Group // in the order of their first records
	HasBad bool     // a group has records that could not be read
	byKey  map[string]*Group
	values *Values
}

// Groups adds up the records of each group. Bad records without the fields are in
// no group.
func (r *Report) Groups() *Groups {
	g := &Groups{byKey: map[string]*Group{}, values: r.Values()}
	for s := range r.Records {
		if s.Bad == 0 || len(s.By) > 0 {
			g.Of(s).Add(s)
			g.HasBad = g.HasBad || s.Bad > 0
		}
	}
	return g
}

// Of returns the group of a record, which it adds if it is new.
func (g *Groups) Of(s *record.Summary) *Group {
	values := g.values.Of(s)
	key := fmt.Sprintf("%q", values)
	if g.byKey[key] == nil {
		g.byKey[key] = &Group{Values: slices.Clone(values)}
		g.All = append(g.All, g.byKey[key])
	}
	return g.byKey[key]
}

// maxQuiet is the maximum number of groups without open ports that are listed;
// more are only counted.
const maxQuiet = 20

// Listed returns the groups to list: all or, if very many have no open ports,
// those with open ports and one that sums up the others.
func (g *Groups) Listed() (listed []*Group) {
	others := &Group{Values: slices.Repeat([]string{"…"}, len(g.values.report.By))}
	quiet := 0
	for _, group := range g.All {
		if group.Open > 0 {
			listed = append(listed, group)
			continue
		}
		quiet++
		others.Hosts += group.Hosts
		others.Bad += group.Bad
		for state, n := range group.States {
			others.States[state] += n
		}
	}
	if quiet <= maxQuiet {
		return g.All
	}
	others.Values[0] = fmt.Sprintf("%d others", quiet)
	return append(listed, others)
}
