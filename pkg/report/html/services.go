package html

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"portkit/pkg/report"
)

const (
	maxProducts     = 100 // rows of products and of services on unexpected ports
	maxCertificates = 200
	maxPlaces       = 200 // hosts listed for a row
	maxPorts        = 20  // ports listed for such a host
)

// found is the services on all hosts.
type found struct {
	products   map[productKey]*places
	unexpected map[unexpectedKey]*places
}

type (
	productKey    struct{ Service, Product, Version string }
	unexpectedKey struct {
		Port                         report.Port
		Service, Registered, Product string
	}
)

// places is the hosts on which a service runs.
type places struct {
	Hosts int
	Some  []place
	last  string
	seen  map[string]int // number of each host; nil unless a host may occur in several groups
}

// place is a host with the ports of a service.
type place struct {
	host  string
	ports []report.Port
}

// String returns the place: "192.0.2.1 80/tcp, 22080/tcp".
func (p place) String() string {
	var ports []string
	for i, port := range p.ports {
		if i == maxPorts {
			ports = append(ports, fmt.Sprintf("%d more", len(p.ports)-i))
			break
		}
		ports = append(ports, port.String())
	}
	return p.host + "\u00a0" + strings.Join(ports, ", ")
}

// More returns the number of hosts that are not listed.
func (p *places) More() int { return p.Hosts - len(p.Some) }

// List returns the listed hosts with their ports.
func (p *places) List() string {
	var list []string
	for _, place := range p.Some {
		list = append(list, place.String())
	}
	return strings.Join(list, "; ")
}

// add counts a host once, and adds the port to it. The records of a host follow each other,
// if they are not in groups.
func (p *places) add(host string, port report.Port, grouped bool) {
	at, known := p.seen[host]
	if p.last == host && p.Hosts > 0 && !grouped {
		at, known = p.Hosts-1, true
	}
	if !known {
		at = p.Hosts
		p.Hosts++
		if at < maxPlaces {
			p.Some = append(p.Some, place{host: host})
		}
	}
	if p.last = host; grouped {
		if p.seen == nil {
			p.seen = map[string]int{}
		}
		p.seen[host] = at
	}
	if at < len(p.Some) && !slices.Contains(p.Some[at].ports, port) {
		p.Some[at].ports = append(p.Some[at].ports, port)
	}
}

// addServices counts the services on the open ports of a host.
func (s *survey) addServices(h *report.Host) {
	title := ""
	for i := range h.Records {
		if len(h.Records[i].Found) == 0 {
			continue
		}
		for _, p := range report.AppendOpenPorts(nil, &h.Records[i]) {
			if p.App == "" && p.Product == "" {
				continue
			}
			if title == "" {
				title = s.Report.Title(h.Name, h.Addr)
			}
			s.addService(title, p)
		}
	}
}

func (s *survey) addService(host string, p report.OpenPort) {
	service := p.Service()
	name, registered := s.Report.AppName(p), s.Report.Services.Name(p.Proto, p.Number)
	grouped := len(s.Report.By) > 0
	key := productKey{name, s.Report.Printable(service.Product), s.Report.Printable(service.Version)}
	placesOf(&s.found.products, key).add(host, p.Port, grouped)
	if s.Report.Unexpected(p) {
		placesOf(&s.found.unexpected, unexpectedKey{p.Port, name, registered, s.Report.Product(p)}).add(host, p.Port, grouped)
	}
}

// placesOf returns the places of a key, which it adds if necessary.
func placesOf[K comparable](all *map[K]*places, key K) *places {
	if *all == nil {
		*all = map[K]*places{}
	}
	if (*all)[key] == nil {
		(*all)[key] = &places{}
	}
	return (*all)[key]
}

// serviceTable is the rows of a table about services.
type serviceTable[R any] struct {
	Rows []R
	More int // rows that are not listed
}

type (
	productRow struct {
		productKey
		*places
	}
	unexpectedRow struct {
		unexpectedKey
		*places
	}
)

// Unidentified returns how many open ports were not identified, and why; "" if there are
// none. It does not count the ports that a host is listed with together.
func (p *page) Unidentified() string {
	n := 0
	for _, ports := range p.reasons {
		n += ports
	}
	if n == 0 {
		return ""
	}
	return thousands(n) + " open " + report.Noun(n, "port was", "ports were") + " not identified (" + report.EvidenceText(&p.reasons) + ")."
}

// Folded returns the open ports that hosts are listed with together, nil if there are none.
func (p *page) Folded() *folded {
	if p.folded.Ports == 0 {
		return nil
	}
	return &p.folded
}

// Products returns what runs, on most hosts first; nil if nothing was recognized.
func (p *page) Products() *serviceTable[productRow] {
	var rows []productRow
	for key, places := range p.found.products {
		rows = append(rows, productRow{key, places})
	}
	slices.SortFunc(rows, func(a, b productRow) int {
		return cmp.Or(cmp.Compare(b.Hosts, a.Hosts), cmp.Compare(a.Service, b.Service), cmp.Compare(a.Product, b.Product), compareVersions(a.Version, b.Version))
	})
	return tableOf(rows, maxProducts)
}

// compareVersions compares texts in which digits are numbers: 2.9 is less than 2.10.
func compareVersions(a, b string) int {
	isDigit := func(s string) bool { return s != "" && s[0]-'0' <= 9 }
	for x, y := a, b; x != "" && y != ""; {
		if !isDigit(x) || !isDigit(y) {
			if x[0] != y[0] {
				return cmp.Compare(x[0], y[0])
			}
			x, y = x[1:], y[1:]
			continue
		}
		var n, m string
		n, x = cutNumber(x)
		m, y = cutNumber(y)
		if c := cmp.Or(cmp.Compare(len(n), len(m)), cmp.Compare(n, m)); c != 0 {
			return c
		}
	}
	return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
}

// cutNumber splits off the digits that s begins with, without leading zeros.
func cutNumber(s string) (number, rest string) {
	rest = strings.TrimLeft(s, "0123456789")
	return strings.TrimLeft(s[:len(s)-len(rest)], "0"), rest
}

// UnexpectedServices returns the services on ports that are registered for others; nil
// if there are none.
func (p *page) UnexpectedServices() *serviceTable[unexpectedRow] {
	var rows []unexpectedRow
	for key, places := range p.found.unexpected {
		rows = append(rows, unexpectedRow{key, places})
	}
	slices.SortFunc(rows, func(a, b unexpectedRow) int {
		return cmp.Or(cmp.Compare(b.Hosts, a.Hosts), a.Port.Compare(b.Port), cmp.Compare(a.Service, b.Service), cmp.Compare(a.Product, b.Product))
	})
	return tableOf(rows, maxProducts)
}

func tableOf[R any](rows []R, most int) *serviceTable[R] {
	if len(rows) == 0 {
		return nil
	}
	n := min(len(rows), most)
	return &serviceTable[R]{rows[:n], len(rows) - n}
}

// certificateRow is a certificate with the endpoints that present it.
type certificateRow struct {
	Date, Left    string
	Soon          bool // it has expired or expires soon
	Names, Issuer string
	*places

	key string
}

// Certificates returns the certificates, those that expire first first; nil if there
// are none.
func (p *page) Certificates() *serviceTable[certificateRow] {
	r := p.Report
	var rows []certificateRow
	for _, c := range r.Certificates(time.Unix(1<<40, 0)) {
		key := c.SHA256 + c.NotAfter.String()
		if n := len(rows); n == 0 || rows[n-1].key != key || c.SHA256 == "" {
			rows = append(rows, certificateRow{
				Date: c.NotAfter.Format(time.DateOnly), Left: c.Expires(r.Now), Soon: c.NotAfter.Before(r.Soon()),
				Names: r.CertNames(&c.Cert, maxNames), Issuer: r.Printable(c.Issuer), places: &places{}, key: key,
			})
		}
		row := &rows[len(rows)-1]
		row.Hosts++ // here a port of a host
		if len(row.Some) < maxPlaces {
			row.Some = append(row.Some, place{r.Title(c.Host, c.Addr), []report.Port{c.Port.Port}})
		}
	}
	return tableOf(rows, maxCertificates)
}

// maxNames is the number of names written of a certificate.
const maxNames = 4
