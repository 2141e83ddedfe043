// Package record is the one place where the fields of portkit's records are
// spelled: endpoint records (what is to be asked), result records (what came
// back), summary records and change records, as lines of NDJSON, and their JSON
// Schema.
// Fields that it does not know are kept as they were written, byte for byte.
package record
