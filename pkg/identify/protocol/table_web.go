package protocol

// web returns HTTP and protocols like it.
func web() []Protocol { return nil }
