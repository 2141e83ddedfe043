package cli

import (
	"io/fs"
	"os"
)

// OutIsPipe reports whether standard output is a pipe of its own: one that
// standard error has too is a log's, as cron's.
func (c *Context) OutIsPipe() bool {
	if c.outFile == nil || c.outFile.Mode()&fs.ModeNamedPipe == 0 {
		return false
	}
	f, ok := c.Stderr.(*os.File)
	return !ok || !isFile(f, c.outFile)
}
