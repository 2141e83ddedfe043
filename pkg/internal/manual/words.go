package manual

import (
	"slices"

	"portkit/pkg/endpoint"
	"portkit/pkg/portid"
	"portkit/pkg/portspec"
	"portkit/pkg/record"
	"portkit/pkg/service"
	"portkit/pkg/summary"
)

// listed reports whether words has a list of a kind of values.
func listed(kind string) bool { return slices.Contains([]string{"service", "field", "app"}, kind) }

// words returns the sorted list of a kind of values.
func words(kind string) []string {
	var list []string
	switch kind {
	case "service":
		list = append(services(), "all")
	case "field":
		list = append(fields(), "ip/24", "ip/64")
	case "app":
		list = portid.Apps()
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// services returns the names of the curated ports of the built-in list: all 6,000
// registered names would make a completion file of 60 kB. A name of UDP ports only
// is followed by its protocol, because the default is TCP.
func services() []string {
	table := service.Load()
	var list []string
	for p, curated := range map[endpoint.Proto]int{endpoint.TCP: 600, endpoint.UDP: 150} {
		for _, port := range portspec.Common(p)[:curated] {
			for _, name := range table.Names(p, port) {
				if _, err := portspec.Parse(name, nil, table); err != nil {
					name += "/udp"
				}
				list = append(list, name)
			}
		}
	}
	return list
}

// fields returns the fields of results, also of those from portid and portfrom, that a
// summary can be grouped by.
func fields() []string {
	var list []string
	for _, kind := range []string{record.KindService, record.KindSource} {
		for _, f := range record.Fields(kind) {
			for _, name := range f.Values() {
				if _, err := summary.ParseBy([]string{name}); err == nil {
					list = append(list, name)
				}
			}
		}
	}
	return list
}
