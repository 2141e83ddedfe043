// Package e2e tests the tools together: pipes of several, scripts that a user
// could type (testdata), whole scans in the lab, and the recipes for several machines.
package e2e
