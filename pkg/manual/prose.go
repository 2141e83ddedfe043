package manual

// The prose of portkit(5) around the tables.

const aboutTheStream = `The tools exchange NDJSON: one JSON object (RFC 8259) per line, in UTF-8, each line ended by a line feed.
Blank lines are skipped. A carriage return before the line feed, a leading byte order mark and a missing last line feed are accepted.
An input that begins with a JSON array, or with an object over several lines, is rejected with exit status 3 (portdiff: 2). Convert an array with jq -c '.[]' and an indented object with jq -c '.' first.
After other lines, such an array or object counts as one invalid line, and reading continues after it.
Input lines may be up to 1 MiB long. A tool may lengthen them by up to 16 KiB, which every tool accepts.

For each record that portprobe(1) reads, it writes exactly one record, unless a flag omits it: a result, or an error that reports why the endpoint could not be
probed.

Unknown fields, such as an owner, a ticket or a rack, are passed through byte for byte and in their order, after the known fields.
A host list's field with the name of a result field is passed on as list_NAME. When a result record is probed
again, its old result fields are removed first.

In a known field, null and the empty string mean that the field is absent: data frames, databases and CSV converters write them
for missing values. This holds for every known field of every record, except old and new of change records, where null means not probed. An invalid value in a field that is not essential, such as rtt_ms, time
or an unknown reason, is ignored, and portsum(1) and portdiff(1) report and count such records.
A record without a valid host, port, proto or state cannot be counted. An invalid timeout_ms or retries is an error, because it would change how
the endpoint is probed.

--schema prints the JSON Schema of a tool's output.`

const aboutEndpoints = `Written by portgen(1), read by portprobe(1). An endpoint requires port and one of host, ip and target. If a known field is repeated, its
last value counts. IPv4-mapped addresses are unmapped. 0.0.0.0 and :: are bad records. Digits and dots that are not a valid
address are an error, never a name to look up.`

const aboutResults = `Written by portprobe(1), read by portsum(1) and portdiff(1), and by portprobe(1) to probe again. The fields of the endpoint come first, then those of the
result, then the user's own.

A line that could not be read becomes a record with the state error, its line number and its text. If it was a JSON object but not an
endpoint, it keeps its unknown fields and the known fields that are valid.`

const aboutTimes = `The tools write a time as RFC 3339 in UTC with milliseconds. portsum(1) also accepts what databases, data frames and programs write. These all
mean the same:

    "2026-01-31T12:00:00.000Z"
    "2026-01-31T17:30:00+05:30"    an offset from UTC
    "2026-01-31T17:30:00+0530"     the same without a colon
    "2026-01-31t12:00:00z"         lower case
    "2026-01-31T12:00:00"          no offset: UTC
    "2026-01-31 12:00:00"          a blank for T, as in SQL
    "2026-01-31 17:30:00 +05:30"   a blank before the offset
    "2026-01-31T12:00:00,000000Z"  a comma, up to nanoseconds
    1769860800                     seconds since 1970, as a number
    1769860800.000                 with a fraction
    1769860800000                  milliseconds
    1769860800000000               microseconds
    1769860800000000000            nanoseconds

Any other value is ignored: the record counts without its time, a summary without its stats. portsum reports the first five such records on
standard error, and the number of all "records with a value that was ignored". Times are read only where they are used: with --stats, and
with -o html and -o nmap-xml.`

const aboutReasons = `The reason is the evidence for a state. A failure that this machine reports is never recorded as a port state.`

const aboutPlainLines = `If a line does not begin with a brace, portprobe(1) reads it as HOST:PORT, with optional /udp; # starts a comment. --plain writes such lines.

    192.0.2.7:22
    [2001:db8::7]:22
    host.example:53/udp`

const aboutSummaries = `Written by portsum(1); portsum and portdiff(1) accept them together with results. There is one for each host, address, protocol and combination of values of the --by fields, which
come after kind. Times and round-trip times are included only with --stats. A summary longer than 1 MiB is split into several with the same key, which add up.`

const aboutChanges = `Written by portdiff(1), one for each endpoint that differs. These fields are followed by those of NEW: from a result all except host, ip, port and proto; from a
summary the state, reason and app of the port and the fields that the summary is grouped by. A field named change,
old or new is passed on as list_change, list_old, list_new. portprobe(1) accepts a change record as an endpoint.`

const recordExamples = `An endpoint, its result, a summary, and the change found by a second scan:

    {"host":"192.0.2.7","ip":"192.0.2.7","port":22,"proto":"tcp",
     "owner":"ops"}
    {"host":"192.0.2.7","ip":"192.0.2.7","port":22,"proto":"tcp",
     "state":"open","reason":"syn-ack","service":"ssh","rtt_ms":0.412,
     "attempts":1,"method":"connect","time":"2026-01-31T12:00:00.000Z",
     "owner":"ops"}
    {"kind":"summary","host":"192.0.2.7","ip":"192.0.2.7","proto":"tcp",
     "open":[22],"closed":"1-21,23-1024","counts":{"open":1,"closed":1023},
     "reasons":{"conn-refused":"1-21,23-1024","syn-ack":"22"}}
    {"host":"192.0.2.7","ip":"192.0.2.7","port":22,"proto":"tcp",
     "change":"closed","old":"open","new":"closed","state":"closed",
     "reason":"conn-refused","service":"ssh","rtt_ms":0.398,"attempts":1,
     "method":"connect","time":"2026-02-01T12:00:00.000Z","owner":"ops"}

(Long records are wrapped here; in the stream each is one line.)`
