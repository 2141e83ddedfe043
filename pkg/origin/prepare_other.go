//go:build !linux

package origin

import (
	"errors"
	"syscall"
)

// Prepare returns an error if an interface is given: only Linux can bind to one.
func (o Origin) Prepare(syscall.RawConn) error {
	if o.Link != "" {
		return errors.New("--interface requires Linux")
	}
	return nil
}
