package portsum

import (
	"bufio"
	"fmt"
	"io"
	"iter"

	"portkit/pkg/record"
	"portkit/pkg/report"
)

// writeWeights writes a line "port/proto weight" for each open port, as
// portspec.ReadPortsFile reads it. The weight is the number of hosts on which the
// port is open. The highest comes first, then the lower port, then TCP. records
// contains each host once per protocol.
func writeWeights(w io.Writer, records iter.Seq[*record.Summary]) error {
	open := new(report.PortHosts)
	for s := range records {
		open.Add(s.Proto, report.OpenSpans(s.Spans)...)
	}
	open.Sum()
	out := bufio.NewWriterSize(w, 64<<10)
	for _, port := range open.Ports() {
		fmt.Fprintf(out, "%v %d\n", port, open.Of(port)) // Flush returns the error
	}
	return out.Flush()
}
