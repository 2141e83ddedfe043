//go:build !unix

package stream

// DescriptorLimit returns 0: there is none.
func DescriptorLimit() int { return 0 }

// OpenDescriptors returns 0: unknown.
func OpenDescriptors() int { return 0 }
