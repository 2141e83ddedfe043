package portprobe

import "portkit/pkg/origin"

// neighbors are the addresses on the local networks.
type neighbors struct{ *origin.Links }
