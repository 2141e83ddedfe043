//go:build race

package lab

// RaceDetector reports whether the race detector is on.
const RaceDetector = true
