package protocol

// texts returns the other protocols of lines of text.
func texts() []Protocol { return nil }
