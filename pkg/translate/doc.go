// Package translate turns a command line in the style of nmap, masscan, naabu
// or nc into the pipe of portkit's tools that does the same.
//
// Line reads the arguments of a tool by three tables: rows are the flags of
// other scanners, letters those of nc, and toolFlags those of portkit's own
// tools, which may have been given to the wrong one. It understands all of the
// arguments or returns nothing: a flag that is in no table is left to the
// caller, who may know it for a typing error.
package translate
