package portfrom

import (
	"slices"
	"strings"

	"portkit/pkg/scanfile"
	"portkit/pkg/scanfile/nmap"
)

// Formats returns all formats. Of several that a beginning may be of, the first counts.
func Formats() []scanfile.Format {
	return []scanfile.Format{
		{Name: "nmap-xml", Written: "nmap -oX or masscan -oX", Is: nmap.IsXML, Read: nmap.ReadXML},
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
		return f.Name == name || name == "auto" && f.Is != nil && f.Is(head)
	})
	if i < 0 {
		return nil
	}
	return &all[i]
}
