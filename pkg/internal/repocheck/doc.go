// Package repocheck tests the repository itself: packages import lower floors
// only, generated files are up to date, files and functions are short, and the
// texts of the tools are complete.
//
// The floors are in pkg/README.md, the map of the packages. A new package gets
// a row there.
package repocheck

//go:generate go test . -run ^TestGeneratedFilesAreCurrent$ -count=1 -update
