// Package house holds the tests of the house itself: that the walls stand
// where they should, that the files made from the source are what the source
// makes, and that the tools' texts are whole.
//
// A package stands on a floor and imports packages of lower floors only, so
// that a reader of any line knows from its folder what it may touch. A new
// package takes its place in the table of floors_test.go.
package house

//go:generate go test . -run ^TestDocs$ -count=1 -update
