package protocol

import "strings"

// product is a product of a field such as Server (RFC 9110 section 10.1.5).
type product struct{ name, version, comment string }

// serverProduct returns what the field Server names first (RFC 9110 section 10.2.4), and
// the operating system if a comment or UPnP's form names it.
func serverProduct(server string) (name, version, os string) {
	list := parseProducts(server)
	if len(list) == 0 {
		return "", "", ""
	}
	first := list[0]
	switch {
	case len(list) > 1 && list[1].name == "UPnP":
		// "OS/version UPnP/1.1 product/version" (UPnP Device Architecture 1.1, section 1.2.2).
		os = strings.TrimSpace(first.name + " " + first.version)
		if len(list) == 2 {
			return "", "", clean(os)
		}
		first = versioned(list[2:])
	case first.version == "" && first.comment != "" && isDigit(first.comment[0]):
		first.version = strings.TrimRight(strings.Fields(first.comment)[0], ",;") // "Jetty(9.4.57.v20241219)"
	case first.version == "" && len(list) > 1:
		first = unversioned(list)
	}
	for _, p := range list {
		if os == "" {
			os = systemName(p.comment)
		}
	}
	return clean(first.name), clean(first.version), clean(os)
}

// versioned returns the product of a list that ends in the first version ("Portable SDK
// for UPnP devices/1.6.18"), but for the version of DLNA.
func versioned(list []product) product {
	if list[0].name == "DLNADOC" && len(list) > 1 {
		list = list[1:]
	}
	var words []string
	for _, p := range list {
		if words = append(words, p.name); p.version != "" {
			return product{name: strings.Join(words, " "), version: p.version}
		}
	}
	return list[0]
}

// unversioned returns the product of a list whose first has no version: the name has
// spaces ("Oracle HTTP Server"), or a version follows as if it were another product
// ("Asterisk PBX 16.2.1").
func unversioned(list []product) product {
	var words []string
	for _, p := range list {
		if isDigit(p.name[0]) {
			return product{name: strings.Join(words, " "), version: p.name}
		}
		if p.version != "" {
			return list[0]
		}
		words = append(words, p.name)
	}
	return product{name: strings.Join(words, " ")}
}

// parseProducts parses products and their comments, at most 16.
func parseProducts(s string) (list []product) {
	for len(list) < 16 {
		s = strings.TrimLeft(s, " \t")
		if s == "" {
			return list
		}
		if s[0] == '(' {
			var comment string
			comment, s = cutComment(s)
			if n := len(list); n > 0 && list[n-1].comment == "" {
				list[n-1].comment = comment
			}
			continue
		}
		end := strings.IndexAny(s, " \t(")
		if end < 0 {
			end = len(s)
		}
		name, version, _ := strings.Cut(strings.TrimRight(s[:end], ",;"), "/")
		if name != "" {
			list = append(list, product{name: name, version: version})
		}
		s = s[end:]
	}
	return list
}

// cutComment returns the comment at the beginning of s (RFC 9110 section 5.6.5), and what
// follows it.
func cutComment(s string) (comment, rest string) {
	depth := 0
	for i := range len(s) {
		switch s[i] {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return s[1:i], s[i+1:]
			}
		}
	}
	return s[1:], ""
}

// systemName returns the operating system that a comment names, or "".
func systemName(comment string) string {
	lower := strings.ToLower(comment)
	for _, s := range []struct{ text, name string }{
		{"debian", "Debian"},
		{"ubuntu", "Ubuntu"},
		{"raspbian", "Raspbian"},
		{"centos", "CentOS"},
		{"red hat enterprise linux", "Red Hat Enterprise Linux"},
		{"red hat", "Red Hat"},
		{"fedora", "Fedora"},
		{"rocky linux", "Rocky Linux"},
		{"almalinux", "AlmaLinux"},
		{"amazon linux", "Amazon Linux"},
		{"oracle linux", "Oracle Linux"},
		{"opensuse", "openSUSE"},
		{"suse", "SUSE"},
		{"gentoo", "Gentoo"},
		{"alpine", "Alpine Linux"},
		{"arch linux", "Arch Linux"},
		{"mandriva", "Mandriva"},
		{"freebsd", "FreeBSD"},
		{"openbsd", "OpenBSD"},
		{"netbsd", "NetBSD"},
		{"darwin", "macOS"},
		{"mac os x", "macOS"},
		{"windows", "Windows"},
		{"win32", "Windows"},
		{"win64", "Windows"},
		{"linux", "Linux"},
	} {
		if strings.Contains(lower, s.text) {
			return s.name
		}
	}
	return ""
}
