// Package recog names products by a Recog database: a folder of XML files whose
// fingerprints recognize what services report about themselves, such as an SSH banner
// or an HTTP Server header. The database is Rapid7's, and users get it themselves.
//
//	db, err := recog.Load("recog/xml")
//	m, ok := db.Match(recog.SSHBanner, "OpenSSH_9.2p1 Debian-2+deb12u3")
//	// m.Product is "OpenSSH", m.OS "Debian Linux 12.0"
//
// Load checks everything: XML, patterns, numbers of groups. Match compiles a pattern
// when a text first contains what the pattern requires, because most patterns are
// never needed. Both work for any number of goroutines.
//
// # Terms
//
//   - kind: the attribute matches of a file, which names the texts that its
//     fingerprints are for. Files of one kind are searched by descending preference,
//     then by name. The first fingerprint that matches decides.
//   - fingerprint: a pattern and its params.
//   - param: a named value of a match, such as service.version. It is the text of a
//     group of the pattern, or a literal. A group that is empty or did not take part
//     gives no value.
//   - reference: {service.version} in a literal, replaced by the value of that param:
//     one that has no references, or one further up. A literal that refers to a
//     missing value has no value. In a CPE, a missing version becomes "-".
//   - temporary param: one whose name begins with _tmp. It can be referred to and is
//     not part of a match.
//
// Patterns are written for Ruby. Of the differences to package regexp, the flags
// matter: REG_MULTILINE lets ^ and $ match at every line, and . match a newline.
// Without it, ^ and $ match only at the ends of the text.
package recog
