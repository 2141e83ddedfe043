package protocol

// small returns the small services of inetd.
func small() []Protocol { return nil }
