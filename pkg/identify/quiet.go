package identify

// QuietPort reports whether a port is only listened to: what is sent there may be
// printed, or reach a machine that it moves.
func QuietPort(port uint16) bool {
	_, quiet := quietRange(port)
	return quiet
}

// quietRange returns the range of a port that is only listened to.
func quietRange(port uint16) (r PortRange, ok bool) {
	for _, r := range QuietPorts() {
		if port >= r.First && port <= r.Last {
			return r, true
		}
	}
	return r, false
}

// PortRange is a range of ports that are only listened to.
type PortRange struct {
	First, Last uint16
	What        string // what is behind them
	// Shared means that other services are often there, such as SSH: they are waited for. Elsewhere
	// a device that serves one client at a time would only be busy meanwhile.
	Shared bool
}

// QuietPorts returns the ports that are only listened to, ascending.
func QuietPorts() []PortRange {
	const printers, serial, control = "printers", "serial servers", "industrial control"
	return []PortRange{
		{First: 102, Last: 102, What: control}, // S7, ISO on TCP
		{First: 104, Last: 104, What: "medical imaging (DICOM)"},
		{First: 502, Last: 502, What: control}, // Modbus
		{First: 515, Last: 515, What: printers},
		{First: 789, Last: 789, What: control}, // Red Lion
		{First: 802, Last: 802, What: control}, // Modbus in TLS
		{First: 950, Last: 966, What: serial, Shared: true},
		{First: 1089, Last: 1091, What: control}, // Foundation Fieldbus
		{First: 1911, Last: 1911, What: control}, // Fox
		{First: 1962, Last: 1962, What: control}, // PCWorx
		{First: 2101, Last: 2101, What: serial, Shared: true},
		{First: 2222, Last: 2222, What: control, Shared: true}, // EtherNet/IP
		{First: 2404, Last: 2404, What: control},               // IEC 60870-5-104
		{First: 2761, Last: 2762, What: "medical imaging (DICOM)"},
		{First: 4000, Last: 4000, What: control, Shared: true},
		{First: 4001, Last: 4016, What: serial, Shared: true},
		{First: 4911, Last: 4911, What: control}, // Fox in TLS
		{First: 5006, Last: 5007, What: control}, // MELSEC
		{First: 6101, Last: 6101, What: serial, Shared: true},
		{First: 9100, Last: 9116, What: printers},
		{First: 9220, Last: 9220, What: printers},
		{First: 9290, Last: 9290, What: printers},
		{First: 9600, Last: 9600, What: control},                // OMRON FINS
		{First: 10001, Last: 10001, What: serial, Shared: true}, // serial servers
		{First: 11112, Last: 11112, What: "medical imaging (DICOM)"},
		{First: 14001, Last: 14001, What: serial, Shared: true},
		{First: 18245, Last: 18246, What: control}, // GE SRTP
		{First: 20000, Last: 20000, What: control}, // DNP3
		{First: 20547, Last: 20547, What: control}, // ProConOS
		{First: 34962, Last: 34964, What: control}, // PROFINET
		{First: 34980, Last: 34980, What: control}, // EtherCAT
		{First: 44818, Last: 44818, What: control}, // EtherNet/IP
		{First: 47808, Last: 47808, What: control}, // BACnet
		{First: 55000, Last: 55003, What: control}, // Yokogawa
	}
}
