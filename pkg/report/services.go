package report

import (
	"cmp"
	"fmt"
	"iter"
	"net/netip"
	"slices"
	"strings"
	"time"

	"portkit/pkg/endpoint"
	"portkit/pkg/record"
	"portkit/pkg/service"
)

// PortName returns the name of the service that was recognized on a port, or that is
// registered for it: "ssh"; "https" for http inside TLS; "ssh, registered: https-alt"
// if another service is registered; "" if there is none.
func (r *Report) PortName(p OpenPort) string {
	s := p.Service()
	return r.Printable(portName(r.Services.Name(p.Proto, p.Number), p.App, s.InTLS()))
}

// portName is PortName for a registered name and an app, of which both may be empty.
func portName(registered, app string, tls bool) string {
	switch {
	case app == "":
		return registered
	case registered == "":
		return protocolName(app, tls)
	case !service.Means(registered, app, tls):
		return protocolName(app, tls) + ", registered: " + registered
	case tls && service.Means(registered, app, false):
		return inTLS(registered, app)
	}
	return registered
}

// protocolName returns the name of a protocol: "ssh"; inside TLS "https" or "ssh in TLS".
func protocolName(app string, tls bool) string {
	if tls {
		return inTLS(app, app)
	}
	return app
}

// AppName returns the name of the protocol that was recognized on a port: "https" for
// http inside TLS, "ssh in TLS"; "" if there is none.
func (r *Report) AppName(p OpenPort) string {
	s := p.Service()
	return r.Printable(protocolName(p.App, p.App != "" && s.InTLS()))
}

// inTLS returns the name of a service inside TLS: that of its protocol, or that of the
// service with a remark.
func inTLS(name, app string) string {
	if secure := service.InTLS(app); secure != "" && name == app {
		return secure
	}
	return name + " in TLS"
}

// Unexpected reports whether another service was recognized on a port than the one
// registered for it.
func (r *Report) Unexpected(p OpenPort) bool {
	s, registered := p.Service(), r.Services.Name(p.Proto, p.Number)
	return p.App != "" && registered != "" && !service.Means(registered, p.App, s.InTLS())
}

// Product returns the product on a port with its version, "" if it is unknown.
func (r *Report) Product(p OpenPort) string {
	s := p.Service()
	return r.Printable(strings.TrimSpace(s.Product + " " + s.Version))
}

// CertText returns how long the certificate on a port is valid, "" if that is unknown:
// "certificate until 2027-02-01".
func (r *Report) CertText(p OpenPort) string {
	s := p.Service()
	switch {
	case s.Cert == nil || s.Cert.NotAfter.IsZero():
		return ""
	case s.Cert.NotAfter.Before(r.Now):
		return "certificate expired " + s.Cert.NotAfter.Format(time.DateOnly)
	}
	return "certificate until " + s.Cert.NotAfter.Format(time.DateOnly)
}

// Certificate is the certificate of an open port.
type Certificate struct {
	record.Cert
	Host []byte
	Addr netip.Addr
	Port OpenPort
}

// Days returns the number of days from the date of a time to that on which the
// certificate expires, both in UTC as dates are printed; negative if it has expired before.
func (c *Certificate) Days(now time.Time) int { return int(day(c.NotAfter) - day(now)) }

const secondsPerDay = 24 * 60 * 60

// day returns the number of days from 1970-01-01 to the date of a time in UTC.
func day(t time.Time) int64 {
	seconds := t.Unix()
	if seconds < 0 {
		seconds -= secondsPerDay - 1
	}
	return seconds / secondsPerDay
}

// Expires returns when the certificate expires: "in 11 days", "expired 3 days ago".
func (c *Certificate) Expires(now time.Time) string {
	switch days := c.Days(now); {
	case days < 0:
		return fmt.Sprintf("expired %d %s ago", -days, Noun(-days, "day", "days"))
	case c.NotAfter.Before(now):
		return "expired today"
	case days == 0:
		return "today"
	default:
		return fmt.Sprintf("in %d %s", days, Noun(days, "day", "days"))
	}
}

// Soon returns the time before which certificates expire that have expired or are to be
// pointed out.
func (r *Report) Soon() time.Time {
	days := int64(r.Expiring / (24 * time.Hour))
	return time.Unix((day(r.Now)+days+1)*secondsPerDay, 0)
}

// Certificates returns the certificates on open ports that expire before a time, each
// endpoint once, those that expire first first.
func (r *Report) Certificates(before time.Time) (all []Certificate) {
	type key struct {
		host string
		addr netip.Addr
		port Port
	}
	known := map[key]bool{}
	for s := range r.Records {
		for f := range OpenFound(s) {
			if f.Cert == "" {
				continue
			}
			cert, p := f.Service().Cert, OpenPort{Port: Port{f.Port, s.Proto}, Found: *f}
			k := key{string(s.Host), s.Addr, p.Port}
			if cert == nil || cert.NotAfter.IsZero() || !cert.NotAfter.Before(before) || known[k] {
				continue
			}
			if len(r.By) > 0 {
				known[k] = true
			}
			all = append(all, Certificate{*cert, []byte(k.host), s.Addr, p})
		}
	}
	slices.SortStableFunc(all, func(a, b Certificate) int {
		return cmp.Or(a.NotAfter.Compare(b.NotAfter), cmp.Compare(a.SHA256, b.SHA256))
	})
	return all
}

// CertNames returns the first names of a certificate and how many more there are:
// "a.example, b.example and 2 more".
func (r *Report) CertNames(c *record.Cert, most int) string {
	some := slices.Clone(c.Names[:min(len(c.Names), most)])
	for i := range some {
		some[i] = r.Printable(some[i])
	}
	list := strings.Join(some, ", ")
	if more := len(c.Names) - most; more > 0 {
		list += fmt.Sprintf(" and %d more", more)
	}
	return list
}

// OpenFound yields what is known of the services on the open ports of a record.
func OpenFound(s *record.Summary) iter.Seq[*record.Found] {
	return func(yield func(*record.Found) bool) {
		for i := range s.Found {
			if f := &s.Found[i]; s.State(f.Port) == endpoint.Open && !yield(f) {
				return
			}
		}
	}
}
