package protocol

import (
	"bytes"
	"encoding/json"
)

// gpsdMatch recognizes the greeting of gpsd, a JSON object of class VERSION
// (gpsd_json(5)).
func gpsdMatch(r *Reply) (m Match) {
	line, _, whole := bytes.Cut(r.Data, []byte("\n"))
	const begin = `{"class":"VERSION"`
	if !whole || !bytes.HasPrefix(line, []byte(begin)) {
		m.More = !r.Ended && !whole && mayBegin(string(line), begin)
		return m
	}
	var version struct {
		Release    string `json:"release"`
		ProtoMajor int    `json:"proto_major"`
	}
	if json.Unmarshal(line, &version) != nil || version.ProtoMajor == 0 {
		return m
	}
	m.Strength = Certain
	m.Product, m.Version = "gpsd", clean(version.Release)
	return m
}
