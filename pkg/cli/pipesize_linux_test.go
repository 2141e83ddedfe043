package cli

import (
	"os"
	"testing"

	"golang.org/x/sys/unix"
)

func TestPipesGrowOnly(t *testing.T) {
	for _, c := range []struct{ before, want int }{{4096, pipeSize}, {2 * pipeSize, 2 * pipeSize}} {
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		defer w.Close()
		if _, err := unix.FcntlInt(w.Fd(), unix.F_SETPIPE_SZ, c.before); err != nil {
			t.Fatal(err)
		}
		growPipe(w)
		if got, err := unix.FcntlInt(r.Fd(), unix.F_GETPIPE_SZ, 0); err != nil || got != c.want {
			t.Errorf("a pipe of %d bytes has %d then, want %d; %v", c.before, got, c.want, err)
		}
	}
}
