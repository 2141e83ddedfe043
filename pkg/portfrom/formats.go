package portfrom

import (
	"slices"
	"strings"

	"portkit/pkg/scanfile"
	"portkit/pkg/scanfile/masscan"
	"portkit/pkg/scanfile/naabu"
	"portkit/pkg/scanfile/nmap"
	"portkit/pkg/scanfile/rustscan"
	"portkit/pkg/scanfile/zgrab2"
	"portkit/pkg/scanfile/zmap"
)

// Formats returns all formats. Of several that a beginning may be of, the first counts.
func Formats() []scanfile.Format {
	return []scanfile.Format{
		{Name: "nmap-xml", Written: "nmap -oX, masscan -oX or naabu -oX", Is: nmap.IsXML, Read: nmap.ReadXML},
		{Name: "nmap-grepable", Written: "nmap -oG", Is: nmap.IsGrepable, Read: nmap.ReadGrepable},
		{Name: "masscan-json", Written: "masscan -oJ", Is: masscan.IsJSON, Read: masscan.ReadJSON},
		{Name: "masscan-ndjson", Written: "masscan -oD", Is: masscan.IsNDJSON, Read: masscan.ReadNDJSON},
		{Name: "masscan-list", Written: "masscan -oL", Is: masscan.IsList, Read: masscan.ReadList},
		{Name: "masscan-grepable", Written: "masscan -oG", Is: masscan.IsGrepable, Read: masscan.ReadGrepable},
		{Name: "zmap", Written: "zmap as CSV with a header, or with --format zmap as addresses only", Is: zmap.IsCSV, Read: zmap.ReadCSV},
		{Name: "zmap-json", Written: "zmap as JSON", Is: zmap.IsJSON, Read: zmap.ReadJSON},
		{Name: "zgrab2", Written: "zgrab2", Is: zgrab2.Is, Read: zgrab2.Read},
		{Name: "naabu-json", Written: "naabu -json", Is: naabu.IsJSON, IsAmbiguous: naabu.IsAmbiguous, Read: naabu.ReadJSON},
		{Name: "naabu", Written: "naabu", Is: naabu.IsList, IsAmbiguous: naabu.IsAmbiguous, Read: naabu.ReadList},
		{Name: "rustscan", Written: "rustscan -g", Is: rustscan.Is, Read: rustscan.Read},
	}
}

// formatNames returns the values of --format.
func formatNames() string {
	names := []string{"auto"}
	for _, f := range Formats() {
		names = append(names, f.Name)
	}
	return strings.Join(names, ",")
}

// find returns the format with a name, or the one that a file that begins with head is in;
// nil if there is none.
func find(name string, head []byte) *scanfile.Format {
	all := Formats()
	i := slices.IndexFunc(all, func(f scanfile.Format) bool {
		return f.Name == name || name == "auto" && len(head) > 0 && f.Is != nil && f.Is(head)
	})
	if i < 0 {
		return nil
	}
	return &all[i]
}
