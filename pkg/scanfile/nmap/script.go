package nmap

import (
	"bytes"
	"strconv"
	"strings"
	"time"

	"portkit/pkg/endpoint"
	"portkit/pkg/xmlstream"
)

// scripts has the scripts that are read, by their names.
var scripts = map[string]script{
	"ssl-cert": {
		keys: map[string]bool{
			"pem": true, "sig_algo": true, "subject": true, "issuer": true, "validity": true, "pubkey": true,
			"extensions": true,
		},
		item: (*reader).certItem, output: (*reader).certOutput,
	},
	"http-title":         {keys: map[string]bool{"title": true, "redirect_url": true}, item: (*reader).titleItem, output: (*reader).titleOutput},
	"http-server-header": {keys: map[string]bool{"": true}, item: (*reader).serverItem, output: (*reader).serverOutput},
	"portkit":            {keys: map[string]bool{"time": true, "rtt_ms": true, "evidence": true}, item: (*reader).ownItem},
}

// script describes which parts of a script are read.
type script struct {
	keys map[string]bool // of the elements at the top that are read, with what is in them
	// item reads an element by the keys that lead to it.
	item func(r *reader, path []string, text string)
	// output reads the text for people, which is all that old versions of nmap wrote; nil
	// if that is not used.
	output func(r *reader, text string)
}

// failed begins the output of a script that ended with an error.
const failed = "ERROR:"

// script reads an element script.
func (r *reader) script() error {
	known := false
	r.output = r.output[:0]
	for _, a := range r.xml.Attrs {
		switch string(a.Name) {
		case "id":
			r.current, known = scripts[string(a.Value)]
		case "output":
			r.output = append(r.output, a.Value...)
		}
	}
	if !known {
		return nil
	}
	r.path, r.items = r.path[:0], 0
	if err := r.children((*reader).item); err != nil {
		return err
	}
	if r.items > 0 || r.current.output == nil || bytes.HasPrefix(r.output, []byte(failed)) {
		return nil
	}
	r.current.output(r, string(xmlstream.Decode(nil, r.output)))
	return nil
}

// item reads an element elem or table of a script.
func (r *reader) item(name []byte) error {
	key := ""
	for _, a := range r.xml.Attrs {
		if string(a.Name) == "key" {
			key = r.value(a.Value)
		}
	}
	if len(r.path) == 0 && !r.current.keys[key] {
		return nil
	}
	r.path = append(r.path, key)
	defer func() { r.path = r.path[:len(r.path)-1] }()
	switch string(name) {
	case "table":
		return r.children((*reader).item)
	case "elem":
		text, err := r.content()
		if err == nil {
			r.items++
			r.current.item(r, r.path, text)
		}
		return err
	}
	return nil
}

// ownItem reads what portsum writes of a result.
func (r *reader) ownItem(path []string, text string) {
	switch path[0] {
	case "time":
		if t, err := time.Parse(time.RFC3339, text); err == nil && !t.Before(time.Unix(0, 0)) {
			r.result.Time = t
		}
	case "rtt_ms":
		if ms, err := strconv.ParseFloat(text, 64); err == nil && ms >= 0 && ms < 1e9 {
			r.result.RTT = time.Duration(ms * float64(time.Millisecond))
		}
	case "evidence":
		if endpoint.ParseUnidentified([]byte(text)) != 0 {
			r.port.reported = text
		}
	}
}

func (r *reader) serverItem(_ []string, text string) { r.serverOutput(text) }

func (r *reader) serverOutput(text string) {
	r.port.web, r.port.http.Server = true, strings.TrimSpace(text)
}

func (r *reader) titleItem(path []string, text string) {
	r.port.web = true
	switch path[0] {
	case "title":
		r.port.http.Title = text
	case "redirect_url":
		r.port.http.Location = text
	}
}

// titleOutput reads the text of http-title. Its first line is the title, or a sentence.
func (r *reader) titleOutput(text string) {
	r.port.web = true
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	if url, ok := strings.CutPrefix(line, "Did not follow redirect to "); ok {
		url, _, _ = strings.Cut(url, " ")
		r.port.http.Location = url
		return
	}
	if !strings.HasPrefix(line, "Site doesn't have a title") {
		r.port.http.Title = line
	}
}

// certOf returns the certificate of the port that is read.
func (r *reader) certOf() *endpoint.TLS {
	if r.port.cert == nil {
		r.port.cert = &endpoint.TLS{}
	}
	return r.port.cert
}
