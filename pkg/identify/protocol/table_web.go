package protocol

// web returns HTTP and protocols like it.
func web() []Protocol {
	return []Protocol{
		{
			App: "http", Source: "RFC 9110, RFC 9112 section 4, RFC 9113 section 3.4",
			Ports: p(80, 81, 591, 631, 2375, 2379, 3000, 3128, 5000, 5601, 5984, 8000, 8008, 8080, 8081, 8086, 8088,
				8118, 8123, 8181, 8500, 8888, 9000, 9090, 9093, 9200, 15672),
			TLSPorts: p(443, 832, 981, 2376, 4443, 5986, 6443, 8443, 8834, 9443, 10443),
			Requests: httpRequests(), Match: httpMatch,
		},
		{
			App: "rtsp", Source: "RFC 2326 sections 7.1 and 10.1, RFC 7826", Ports: p(554, 8554, 7070), TLSPorts: p(322),
			Requests: []Request{{Name: "rtsp", Build: rtspBuild}}, Match: rtspMatch,
		},
		{
			App: "sip", Source: "RFC 3261 sections 7.2 and 11", Ports: p(5060), TLSPorts: p(5061),
			Requests: []Request{{Name: "sip", Build: sipBuild}}, Match: sipMatch,
		},
		{
			App: "shoutcast", Source: "SHOUTcast DNAS, replies of version 1", Match: shoutcastMatch,
		},
	}
}
