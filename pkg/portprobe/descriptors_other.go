//go:build !unix

package portprobe

func descriptorLimit() int { return 0 }

func openDescriptors() int { return 0 }
