package cli

// MinDescriptors is the number of file descriptors that a tool needs beside
// those open at the start: for the runtime's poller, which ends the process with
// a crash dump if it gets none, for pipes, sockets and files.
const MinDescriptors = 24

// checkDescriptors returns an error if the process cannot open n descriptors.
func checkDescriptors(n int) error {
	limit, needed := descriptorLimit(n)
	if limit >= needed {
		return nil
	}
	return Usagef("%d file descriptors are allowed, %d are needed; raise the limit: ulimit -n %[2]d", limit, needed)
}
