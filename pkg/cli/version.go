package cli

import (
	"runtime/debug"
	"strings"
)

// version and commit are set by the linker:
//
//	go build -ldflags "-X portkit/pkg/cli.version=0.1.0 -X portkit/pkg/cli.commit=0123abc"
var version, commit string

// Version returns the version and the commit: "0.1.0 (0123abc)", or "devel" with
// the commit if the build recorded it.
func Version() string {
	v, c := version, commit
	if info, ok := debug.ReadBuildInfo(); ok {
		if v == "" && info.Main.Version != "(devel)" {
			v = strings.TrimPrefix(info.Main.Version, "v")
		}
		if c == "" {
			c = revision(info.Settings)
		}
	}
	if v == "" {
		v = "devel"
	}
	if c == "" {
		return v
	}
	return v + " (" + c + ")"
}

func revision(settings []debug.BuildSetting) string {
	var rev, modified string
	for _, s := range settings {
		switch s.Key {
		case "vcs.revision":
			rev = s.Value[:min(len(s.Value), 12)]
		case "vcs.modified":
			if s.Value == "true" {
				modified = "+"
			}
		}
	}
	if rev == "" {
		return ""
	}
	return rev + modified
}
