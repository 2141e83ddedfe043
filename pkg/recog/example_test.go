package recog_test

import (
	"fmt"

	"portkit/pkg/recog"
)

func Example() {
	db, err := recog.Load("testdata/database")
	if err != nil {
		fmt.Println(err)
		return
	}
	m, ok := db.Match(recog.SSHBanner, "Gatekeeper_1.2 Penguin-7")
	fmt.Println(ok, m.Vendor, m.Product, m.Version)
	fmt.Println(m.OS)
	for _, cpe := range m.CPE {
		fmt.Println(cpe)
	}
	// Output:
	// true Acme Gatekeeper 1.2
	// Penguin Linux 7
	// cpe:2.3:a:acme:gatekeeper:1.2:*:*:*:*:*:*:*
	// cpe:2.3:o:penguin:penguin_linux:7:*:*:*:*:*:*:*
}
