package ndjson_test

import (
	"fmt"
	"log"
	"os"
	"strings"

	"portkit/pkg/ndjson"
)

// A filter that adds a field to each record and passes the other fields through
// as they were written.
func Example() {
	in := ndjson.NewReader(strings.NewReader(`{"host":"a.example", "rack": 1.50}` + "\n" + `{"host":"b.example"}`))
	out := ndjson.NewWriter(os.Stdout)
	var fields []ndjson.Field
	for {
		line, err := in.Next()
		if err != nil {
			break // io.EOF
		}
		if fields, err = ndjson.Scan(line.Text, fields); err != nil {
			log.Fatalf("line %d: %v", line.No, err)
		}
		record := []byte(`{"seen":true`)
		for _, f := range fields {
			record = append(append(record, ','), f.Raw...)
		}
		out.Write(append(record, '}', '\n'))
	}
	out.Close()
	// Output:
	// {"seen":true,"host":"a.example","rack": 1.50}
	// {"seen":true,"host":"b.example"}
}

func ExampleDecode() {
	reasons := ndjson.Decode([]byte(`{"syn-ack": "22,80", "reset": "1-21"}`)).(ndjson.Object)
	for _, m := range reasons {
		fmt.Printf("%s: %v\n", m.Name, m.Value)
	}
	// Output:
	// syn-ack: 22,80
	// reset: 1-21
}

func ExampleAppend() {
	var o ndjson.Object
	o.Add("kind", "summary")
	o.AddRaw([]byte(`"owner":"ops"`))
	o.Add("ip", "") // left out
	o.Add("open", []int{22, 80})
	fmt.Printf("%s\n", ndjson.Append(nil, o))
	// Output:
	// {"kind":"summary","owner":"ops","open":[22,80]}
}
