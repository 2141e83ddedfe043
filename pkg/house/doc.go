// Package house tests the repository itself: that packages import lower floors
// only, that the files made from the source are up to date, that files and
// functions are short, and that the texts of the tools are complete.
//
// The floors are in pkg/README.md, the map of the packages. A new package gets
// a row there.
package house

//go:generate go test . -run ^TestDocs$ -count=1 -update
