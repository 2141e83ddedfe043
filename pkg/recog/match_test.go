package recog

import (
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const ownDatabase = "testdata/database"

func TestMatch(t *testing.T) {
	db, err := Load(ownDatabase)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		kind, text string
		want       Match
	}{
		{SSHBanner, "Gatekeeper_1.2 Penguin-7", Match{
			Description: "Gatekeeper, also as packaged by Penguin",
			Vendor:      "Acme", Product: "Gatekeeper", Version: "1.2", OS: "Penguin Linux 7",
			CPE: []string{"cpe:2.3:a:acme:gatekeeper:1.2:*:*:*:*:*:*:*", "cpe:2.3:o:penguin:penguin_linux:7:*:*:*:*:*:*:*"},
			Params: map[string]string{
				"service.vendor": "Acme", "service.product": "Gatekeeper", "service.version": "1.2",
				"os.vendor": "Penguin", "os.product": "Penguin Linux", "os.version": "7",
				"service.cpe23": "cpe:/a:acme:gatekeeper:1.2", "os.cpe23": "cpe:/o:penguin:penguin_linux:7",
			},
		}},
		{SSHBanner, "Gatekeeper_1.2", Match{ // a group took no part
			Description: "Gatekeeper, also as packaged by Penguin",
			Vendor:      "Acme", Product: "Gatekeeper", Version: "1.2", OS: "Penguin Linux",
			CPE: []string{"cpe:2.3:a:acme:gatekeeper:1.2:*:*:*:*:*:*:*", "cpe:2.3:o:penguin:penguin_linux:-:*:*:*:*:*:*:*"},
			Params: map[string]string{
				"service.vendor": "Acme", "service.product": "Gatekeeper", "service.version": "1.2",
				"os.vendor": "Penguin", "os.product": "Penguin Linux",
				"service.cpe23": "cpe:/a:acme:gatekeeper:1.2", "os.cpe23": "cpe:/o:penguin:penguin_linux:-",
			},
		}},
		{SSHBanner, "Gatekeeper_9", Match{ // the file with the higher preference
			Description: "our own Gatekeeper", Product: "House Gatekeeper", Version: "9",
			Params: map[string]string{"service.product": "House Gatekeeper", "service.version": "9"},
		}},
		{SSHBanner, "my Gatekeeper_9", Match{ // the file without a preference
			Description: "Gatekeeper anywhere, of the lowest preference", Product: "Something with Gatekeeper",
			Params: map[string]string{"service.product": "Something with Gatekeeper"},
		}},
		{SSHBanner, "", Match{
			Description: "nothing -- assert nothing", Params: map[string]string{"service.certainty": "0.0"},
		}},
		{HTTPServer, "Doorbell 100b", Match{
			Description: "Doorbell with a temporary param and a reference to a later group",
			OS:          "DB-100 Firmware", Device: "Acme DB-100", CPE: []string{"cpe:2.3:h:acme:db-100:b:*:*:*:*:*:*:*"},
			Params: map[string]string{
				"hw.vendor": "Acme", "hw.product": "DB-100", "hw.device": "Doorbell", "hw.version": "b",
				"hw.cpe23": "cpe:/h:acme:DB-100:b", "os.product": "DB-100 Firmware", "host.name": "bell-b",
			},
		}},
		{HTTPServer, "Doorbell 100", Match{ // host.name refers to a missing value
			Description: "Doorbell with a temporary param and a reference to a later group",
			OS:          "DB-100 Firmware", Device: "Acme DB-100", CPE: []string{"cpe:2.3:h:acme:db-100:-:*:*:*:*:*:*:*"},
			Params: map[string]string{
				"hw.vendor": "Acme", "hw.product": "DB-100", "hw.device": "Doorbell",
				"hw.cpe23": "cpe:/h:acme:DB-100:-", "os.product": "DB-100 Firmware",
			},
		}},
	} {
		got, ok := db.Match(c.kind, c.text)
		if diff := cmp.Diff(c.want, got); !ok || diff != "" {
			t.Errorf("%s %q: %v\n%s", c.kind, c.text, ok, diff)
		}
	}
}

func TestNoMatch(t *testing.T) {
	db, err := Load(ownDatabase)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ kind, text string }{
		{SSHBanner, "OpenSSH_9.2p1"},
		{SSHBanner, "Gatekeepe"},
		{HTTPServer, "doorbell 100"}, // the flag for case is not set
		{HTTPServer, "Doorbell 100\n"},
		{HTTPServer, "Server: Doorbell 100"},
		{FTPBanner, "Welcome\nCrate 2 ready"}, // ^ is the beginning of the text
		{IMAPBanner, "Gatekeeper_9"},
		{"", ""},
		{SSHBanner, "Gatekeeper" + strings.Repeat(" ", MaxText)},
	} {
		if m, ok := db.Match(c.kind, c.text); ok {
			t.Errorf("%s %.80q: %+v", c.kind, c.text, m)
		}
	}
	if m, ok := (*Database)(nil).Match(SSHBanner, "Gatekeeper_9"); ok {
		t.Errorf("nil: %+v", m)
	}
}

// TestMatchConcurrently is for the race detector: patterns are compiled when first needed.
func TestMatchConcurrently(t *testing.T) {
	db, err := Load(ownDatabase)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for _, text := range []string{"Gatekeeper_1.2", "Gatekeeper_9", ""} {
				if _, ok := db.Match(SSHBanner, text); !ok {
					t.Error(text)
				}
			}
		})
	}
	wg.Wait()
}

func TestNamesOfSystemAndDevice(t *testing.T) {
	for _, c := range []struct {
		values         map[string]string
		system, device string
	}{
		{map[string]string{}, "", ""},
		{map[string]string{"os.vendor": "Debian", "os.family": "Linux", "os.product": "Linux", "os.version": "12"}, "Debian Linux 12", ""},
		{map[string]string{"os.vendor": "Linux", "os.product": "Linux"}, "Linux", ""},
		{map[string]string{"os.vendor": "FreeBSD", "os.product": "FreeBSD", "os.version": "9.3"}, "FreeBSD 9.3", ""},
		{map[string]string{"os.vendor": "Cisco", "os.product": "cisco IOS"}, "cisco IOS", ""},
		{map[string]string{"os.vendor": "Net", "os.product": "NetBSD"}, "Net NetBSD", ""},
		{map[string]string{"os.product": "Windows 7", "os.version": "7"}, "Windows 7", ""},
		{map[string]string{"os.product": "Windows 7", "os.version": "Service Pack 1", "os.vendor": "Microsoft"}, "Microsoft Windows 7 Service Pack 1", ""},
		{map[string]string{"os.vendor": "HP", "os.family": "ProCurve", "os.version": "K.12"}, "HP ProCurve K.12", ""},
		{map[string]string{"os.vendor": "Juniper", "os.version": "12.3"}, "Juniper 12.3", ""},
		{map[string]string{"os.vendor": "Canon"}, "", ""},
		{map[string]string{"os.version": "3"}, "", ""},
		{map[string]string{"hw.vendor": "HP", "hw.product": "HP LaserJet  4200", "hw.device": "Printer"}, "", "HP LaserJet 4200"},
		{map[string]string{"hw.vendor": "Xerox", "hw.family": "Phaser", "hw.model": "Phaser 6180"}, "", "Xerox Phaser 6180"},
		{map[string]string{"hw.vendor": "Lexmark", "hw.device": "Printer"}, "", "Lexmark Printer"},
		{map[string]string{"os.device": "Router"}, "", "Router"},
		{map[string]string{"hw.vendor": "Huawei"}, "", ""},
	} {
		if s, d := system(c.values), device(c.values); s != c.system || d != c.device {
			t.Errorf("%v: %q, %q; want %q, %q", c.values, s, d, c.system, c.device)
		}
	}
}
