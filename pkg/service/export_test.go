package service

import "strings"

// MeaningRow is a row of the table of meanings.
type MeaningRow struct {
	App   string
	Names []string
}

// MeaningRows returns the table of meanings.
func MeaningRows() (rows []MeaningRow) {
	for _, m := range meanings {
		rows = append(rows, MeaningRow{m.app, strings.Fields(m.names + " " + m.tls)})
	}
	return rows
}
