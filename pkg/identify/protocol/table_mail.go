package protocol

// mail returns the protocols of mail, news, chat and file transfer.
func mail() []Protocol { return nil }
