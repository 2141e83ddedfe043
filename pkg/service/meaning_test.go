package service_test

import (
	"slices"
	"testing"

	"portkit/pkg/endpoint"
	"portkit/pkg/identify/protocol"
	"portkit/pkg/record"
	"portkit/pkg/service"
)

func TestMeans(t *testing.T) {
	for _, tt := range []struct {
		name, app string
		tls, want bool
	}{
		{"domain", "dns", false, true},
		{"microsoft-ds", "smb", false, true},
		{"netbios-ssn", "smb", false, true},
		{"ms-wbt-server", "rdp", false, true},
		{"http-alt", "http", false, true},
		{"submission", "smtp", false, true},
		{"ssh", "ssh", false, true},
		{"socks", "socks4", false, true},
		{"socks", "socks5", false, true},
		{"https", "http", true, true},
		{"https", "http", false, false},
		{"imaps", "imap", true, true},
		{"ldaps", "ldap", true, true},
		{"ldaps", "ldap", false, false},
		{"http", "http", true, true}, // the name does not exclude TLS
		{"https-alt", "ssh", false, false},
		{"https", "ssh", true, false},
		{"ssh", "http", false, false},
		{"", "http", false, false},
		{"http", "", false, false},
		{"hbci", "http", false, false},
		{"new-app", "new-app", false, true}, // of a later version
		{"www ", "http", false, false},
		{"www http-alt", "http", false, false},
	} {
		if got := service.Means(tt.name, tt.app, tt.tls); got != tt.want {
			t.Errorf("Means(%q, %q, %v) = %v", tt.name, tt.app, tt.tls, got)
		}
	}
}

// TestMeaningsAreKnown compares the table with the apps and with the registered names.
func TestMeaningsAreKnown(t *testing.T) {
	apps := record.Apps()
	for _, app := range apps {
		if all := service.Meanings(app); !slices.Contains(all, service.Meaning{App: app}) {
			t.Errorf("Meanings(%q) = %v, without the app itself", app, all)
		}
	}
	table := service.Load()
	rows := service.MeaningRows()
	for i, row := range rows {
		if !slices.Contains(apps, row.App) {
			t.Errorf("%q is not an app", row.App)
		}
		if slices.ContainsFunc(rows[:i], func(r service.MeaningRow) bool { return r.App == row.App }) {
			t.Errorf("%q has two rows", row.App)
		}
		for j, name := range row.Names {
			if !table.Ports(name, func(uint16, endpoint.Proto) {}) {
				t.Errorf("%s: no port is registered as %q", row.App, name)
			}
			if slices.Contains(row.Names[:j], name) || name == row.App {
				t.Errorf("%s: %q is listed twice", row.App, name)
			}
		}
	}
}

// TestPortsOfAppsHaveMeanings looks up the names of the ports of each protocol.
// Another service is registered for those of clamd and mpd.
func TestPortsOfAppsHaveMeanings(t *testing.T) {
	table := service.Load()
	for _, p := range protocol.Table() {
		named := p.Ports == nil || p.App == "clamd" || p.App == "mpd"
		for _, port := range p.Ports {
			name := table.Name(endpoint.TCP, port)
			named = named || name == "" || service.Means(name, p.App, false)
		}
		for _, port := range p.TLSPorts {
			named = named || service.Means(table.Name(endpoint.TCP, port), p.App, true)
		}
		if !named {
			t.Errorf("%s: no name of the ports %v means it", p.App, p.Ports)
		}
	}
}

func TestInTLS(t *testing.T) {
	for app, want := range map[string]string{"http": "https", "smtp": "smtps", "imap": "imaps", "ldap": "ldaps", "ssh": "", "": "", "unheard": ""} {
		if got := service.InTLS(app); got != want {
			t.Errorf("InTLS(%q) = %q, want %q", app, got, want)
		}
	}
}
