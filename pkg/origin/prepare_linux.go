package origin

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// Prepare binds a TCP socket to the interface. It lets many sockets with the same source
// address share its ports (IP_BIND_ADDRESS_NO_PORT, ip(7)).
func (o Origin) Prepare(c syscall.RawConn) error {
	var err error
	controlErr := c.Control(func(fd uintptr) {
		if o.Source.IsValid() {
			err = unix.SetsockoptInt(int(fd), unix.SOL_IP, unix.IP_BIND_ADDRESS_NO_PORT, 1)
		}
		if err == nil && o.Link != "" {
			err = unix.BindToDevice(int(fd), o.Link)
		}
	})
	if controlErr != nil {
		return controlErr
	}
	return err
}
