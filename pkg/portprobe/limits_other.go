//go:build !unix

package portprobe

// descriptorLimit is how many descriptors this process may have; 0: not known.
func descriptorLimit() int { return 0 }

// openDescriptors is how many this process has; 0: not known.
func openDescriptors() int { return 0 }
