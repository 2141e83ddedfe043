package scanfile

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// The first bytes of compressed files (RFC 1952 section 2.3.1, RFC 8878 section 3.1.1).
const (
	gzipMagic = "\x1f\x8b"
	zstdMagic = "\x28\xb5\x2f\xfd"
)

// maxWindow is the maximum memory of a zstd frame's window: that of zstd -19, and what
// decoders have to support (RFC 8878 section 3.1.1.1.2) with some to spare.
const maxWindow = 8 << 20

var errWindow = fmt.Errorf("a zstd file with a window of more than %d MiB; decompress it with: zstd -dc --long=31 FILE", maxWindow>>20)

// ErrTrailing means that other data follows the content of a compressed file.
var ErrTrailing = errors.New("other data follows the compressed file, and was left out")

// Decompressed is the content of a file.
type Decompressed interface {
	io.Reader
	// End frees the memory. If the content was read to its end, the error is ErrTrailing if other
	// data follows it.
	End() error
}

// Decompress returns the content of r, which is compressed if its first bytes are those of
// gzip or zstd.
func Decompress(r io.Reader) (Decompressed, error) {
	in := bufio.NewReaderSize(r, 64<<10)
	head, err := in.Peek(len(zstdMagic))
	switch {
	case err != nil && err != io.EOF:
		return nil, err
	case strings.HasPrefix(string(head), gzipMagic):
		z, err := gzip.NewReader(in)
		if err != nil {
			return nil, err
		}
		z.Multistream(false)
		return &gzipFile{Reader: z, in: in}, nil
	case string(head) == zstdMagic:
		z, err := zstd.NewReader(in, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxWindow))
		if err != nil {
			return nil, err
		}
		return &zstdFile{Decoder: z}, nil
	}
	return plainFile{in}, nil
}

type plainFile struct{ io.Reader }

func (plainFile) End() error { return nil }

// gzipFile reads the members of a file (RFC 1952 section 2.2).
type gzipFile struct {
	*gzip.Reader
	in    *bufio.Reader
	ended bool
}

func (g *gzipFile) Read(p []byte) (int, error) {
	n, err := g.Reader.Read(p)
	if err != io.EOF {
		return n, err
	}
	if head, _ := g.in.Peek(len(gzipMagic)); string(head) != gzipMagic {
		g.ended = true
		return n, io.EOF
	}
	err = g.Reset(g.in)
	g.Multistream(false)
	return n, err
}

// End ignores zeros, which fill the last block on a tape.
func (g *gzipFile) End() error {
	for g.ended {
		switch c, err := g.in.ReadByte(); {
		case err != nil:
			return nil
		case c != 0:
			return ErrTrailing
		}
	}
	return nil
}

// zstdFile reads the frames of a file.
type zstdFile struct {
	*zstd.Decoder
	trailing error
}

func (z *zstdFile) Read(p []byte) (int, error) {
	n, err := z.Decoder.Read(p)
	switch {
	case errors.Is(err, zstd.ErrMagicMismatch): // that of the first frame is right
		z.trailing, err = ErrTrailing, io.EOF
	case errors.Is(err, zstd.ErrWindowSizeExceeded):
		err = errWindow
	}
	return n, err
}

func (z *zstdFile) End() error {
	z.Close()
	return z.trailing
}
