// Command kubernetes reads a Job in YAML from its standard input as strictly as
// the API server does, and prints it as JSON. Unknown and repeated fields are
// errors. It is a module of its own because the API's types are large:
//
//	go run -C .ci/kubernetes . < scan-job.yaml
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	batchv1 "k8s.io/api/batch/v1"
	strictjson "sigs.k8s.io/json"
	"sigs.k8s.io/yaml"
)

func main() {
	if err := convert(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "kubernetes:", err)
		os.Exit(1)
	}
}

func convert(in io.Reader, out io.Writer) error {
	text, err := io.ReadAll(in)
	if err != nil {
		return err
	}
	text, err = yaml.YAMLToJSONStrict(text)
	if err != nil {
		return err
	}
	var job batchv1.Job
	strict, err := strictjson.UnmarshalStrict(text, &job)
	if err := errors.Join(append(strict, err)...); err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(job)
}
