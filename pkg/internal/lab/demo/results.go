package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"
)

// results are portprobe's results for all ports.
type results struct {
	open   []int // ascending
	ports  map[int]bool
	states map[string]int
}

// readResults reads result records.
func readResults(name string) (*results, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r := &results{ports: map[int]bool{}, states: map[string]int{}}
	for records := json.NewDecoder(f); ; {
		var one struct {
			Port  int
			State string
		}
		switch err := records.Decode(&one); {
		case errors.Is(err, io.EOF):
			slices.Sort(r.open)
			return r, nil
		case err != nil:
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		r.ports[one.Port] = true
		r.states[one.State]++
		if one.State == "open" {
			r.open = append(r.open, one.Port)
		}
	}
}

// story summarizes the demo for a person.
func (r *results) story(ours []int, took time.Duration) string {
	var others []int
	for _, p := range r.open {
		if !slices.Contains(ours, p) {
			others = append(others, p)
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "portgen generated %d endpoints, portprobe probed each, and portsum summarized the results, in %.1f s: %d closed and %d open, ",
		len(r.ports), took.Seconds(), r.states["closed"], len(r.open))
	if len(others) == 0 {
		b.WriteString("all of them the demo's own.")
	} else {
		fmt.Fprintf(&b, "the demo's own and those of other programs: %s.", few(others))
	}
	if n := r.states["filtered"] + r.states["error"]; n > 0 {
		fmt.Fprintf(&b, " Filtered or not probed: %d; the report lists the reasons.", n)
	}
	b.WriteString(" No packet left this host.\n\nTo run the tools yourself: PATH=\"$PWD/bin:$PATH\"\n")
	return b.String()
}

// few is the first of many ports.
func few(ports []int) string {
	const most = 10
	if len(ports) <= most {
		return list(ports)
	}
	return fmt.Sprintf("%s and %d more", join(ports[:most], ", "), len(ports)-most)
}

// check reports whether each port has one result and the listeners are open.
func (r *results) check(ours []int) error {
	total := 0
	for _, n := range r.states {
		total += n
	}
	if total != allPorts || len(r.ports) != allPorts {
		return fmt.Errorf("portprobe wrote %d records of %d ports; want one for each of %d ports", total, len(r.ports), allPorts)
	}
	for _, p := range ours {
		if !slices.Contains(r.open, p) {
			return fmt.Errorf("port %d is open, but the results do not contain it as open", p)
		}
	}
	return nil
}
