package identify

// QuietPort reports whether a port is only listened to: what is sent there may be
// printed, or reach a machine that it moves.
func QuietPort(port uint16) bool {
	for _, r := range QuietPorts() {
		if port >= r.First && port <= r.Last {
			return true
		}
	}
	return false
}

// PortRange is a range of ports that are only listened to.
type PortRange struct {
	First, Last uint16
	What        string // what is behind them
}

// QuietPorts returns the ports that are only listened to, ascending.
func QuietPorts() []PortRange {
	const printers, serial, control = "printers", "serial servers", "industrial control"
	return []PortRange{
		{102, 102, control}, // S7, ISO on TCP
		{104, 104, "medical imaging (DICOM)"},
		{502, 502, control}, // Modbus
		{515, 515, printers},
		{789, 789, control}, // Red Lion
		{802, 802, control}, // Modbus in TLS
		{950, 966, serial},
		{1089, 1091, control}, // Foundation Fieldbus
		{1911, 1911, control}, // Fox
		{1962, 1962, control}, // PCWorx
		{2101, 2101, serial},
		{2222, 2222, control}, // EtherNet/IP
		{2404, 2404, control}, // IEC 60870-5-104
		{2761, 2762, "medical imaging (DICOM)"},
		{4000, 4000, control},
		{4001, 4016, serial},
		{4911, 4911, control}, // Fox in TLS
		{5006, 5007, control}, // MELSEC
		{6101, 6101, serial},
		{9100, 9116, printers},
		{9220, 9220, printers},
		{9290, 9290, printers},
		{9600, 9600, control},  // OMRON FINS
		{10001, 10001, serial}, // serial servers
		{11112, 11112, "medical imaging (DICOM)"},
		{14001, 14001, serial},
		{18245, 18246, control}, // GE SRTP
		{20000, 20000, control}, // DNP3
		{20547, 20547, control}, // ProConOS
		{34962, 34964, control}, // PROFINET
		{34980, 34980, control}, // EtherCAT
		{44818, 44818, control}, // EtherNet/IP
		{47808, 47808, control}, // BACnet
		{55000, 55003, control}, // Yokogawa
	}
}
