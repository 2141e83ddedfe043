package protocol

import (
	"encoding/binary"

	"portkit/pkg/endpoint"
)

// The types of frames that a server may send first (RFC 9113 section 6).
const (
	frameSettings     = 0x4
	framePing         = 0x6
	frameGoAway       = 0x7
	frameWindowUpdate = 0x8
)

// http2Match recognizes the preface of a server: a SETTINGS frame (RFC 9113
// section 3.4), usually followed by other frames of the connection. An empty one is
// nine bytes of which eight are zero, so another frame has to follow it.
func http2Match(r *Reply) (m Match) {
	settings, ok, partial := settingsFrame(r.Data)
	if !ok {
		m.More = partial && !r.Ended
		return m
	}
	rest := r.Data[frameHead+len(settings):]
	if known, valid := checkSettings(settings); !valid {
		return m
	} else if !known {
		if ok, partial := connectionFrame(rest); !ok {
			m.More = partial && !r.Ended
			return m
		}
	}
	m.Strength = Certain
	if r.For("http") || r.For("http-1.1") {
		m.HTTP = &endpoint.HTTP{Version: "2"}
	}
	return m
}

// frameHead is the length of the head of a frame (section 4.1): length, type, flags and
// stream.
const frameHead = 9

// settingsFrame returns the payload of the SETTINGS frame at the beginning of data.
func settingsFrame(data []byte) (payload []byte, ok, partial bool) {
	for i, c := range data[:min(len(data), frameHead)] {
		if i != 1 && i != 2 && (i != 3 && c != 0 || i == 3 && c != frameSettings) {
			return nil, false, false
		}
	}
	if len(data) < frameHead {
		return nil, false, true
	}
	n := int(binary.BigEndian.Uint16(data[1:]))
	if n%6 != 0 || n > 6*32 {
		return nil, false, false
	}
	if len(data) < frameHead+n {
		return nil, false, true
	}
	return data[frameHead : frameHead+n], true, false
}

// checkSettings reports whether settings have valid values (section 6.5.2), and whether
// the first is one of those that the RFC defines.
func checkSettings(payload []byte) (known, valid bool) {
	for first := true; len(payload) >= 6; first = false {
		id, value := binary.BigEndian.Uint16(payload), binary.BigEndian.Uint32(payload[2:])
		switch {
		case id == 0,
			id == 2 && value != 0, // a server does not enable push
			id == 4 && value > 1<<31-1,
			id == 5 && (value < 1<<14 || value > 1<<24-1):
			return false, false
		}
		known = known || first && id <= 6
		payload = payload[6:]
	}
	return known, true
}

// connectionFrame reports whether data begins with the head of a frame that concerns the
// connection.
func connectionFrame(data []byte) (ok, partial bool) {
	if len(data) < frameHead {
		return false, true
	}
	n := int(data[0])<<16 | int(data[1])<<8 | int(data[2])
	if data[4] > 1 || binary.BigEndian.Uint32(data[5:]) != 0 {
		return false, false
	}
	switch data[3] {
	case frameSettings:
		return n%6 == 0 && n <= 6*32, false
	case framePing:
		return n == 8, false
	case frameWindowUpdate:
		return n == 4, false
	case frameGoAway:
		return n >= 8 && n < 1<<14, false
	}
	return false, false
}
