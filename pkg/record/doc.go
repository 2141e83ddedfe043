// Package record reads and writes portkit's records as lines of NDJSON: endpoint
// records (what to probe), result records (what was found), summary records and
// change records. No other package contains the names of their fields. It also
// has their JSON Schema.
//
// Unknown fields are kept as they were written, byte for byte. Endpoint and result
// records, of which there are millions, are read from byte ranges and written by
// appending to a slice. All other records are read and written with json-iterator;
// see package ndjson.
package record
