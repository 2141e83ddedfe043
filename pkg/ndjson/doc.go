// Package ndjson reads and writes newline-delimited JSON: one object per line
// (RFC 8259), in UTF-8, ending in LF.
//
// A Reader returns lines and bounds their length. A Feed has several goroutines
// parse them and returns their results in order. A Writer batches lines but
// delays none by more than 50 ms.
//
// Two parsers share the work, because no single one does all of it well:
//
//   - Scan finds the members of an object as byte ranges of the line, in one
//     pass and without allocating. The members that a tool does not know can
//     then be written as they were read, byte for byte. It accepts exactly the
//     objects in valid UTF-8 that encoding/json accepts. Every line goes
//     through it first, so that it alone decides what is valid. Int, Float and
//     Text decode the values of the fields that every record has.
//   - json-iterator does everything that is not done for every record: Decode
//     reads a value with all that is nested in it, and Append and Indent write
//     one. Records with nested or rare fields use them: summaries, statistics,
//     changes, error records, progress, JSON Schemas, and the ports of host
//     lists.
//
// json-iterator is used on valid values only, as it accepts some that are not:
// the numbers -01 and 1.5.5 in places, control characters behind an escape,
// invalid UTF-8. It also misreads a few that are valid, which Decode and Append
// avoid: Iterator.Skip fails for 1e400 and 0.9e99, ReadString loses the character
// behind an unpaired surrogate, and Stream.WriteString writes invalid UTF-8.
// Fuzz targets compare both parsers with encoding/json.
package ndjson
