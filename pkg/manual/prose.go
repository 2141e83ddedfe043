package manual

// The prose of portkit(5) around the tables.

const aboutTheStream = `The tools are joined by pipes and pass on NDJSON: one JSON object (RFC 8259) a line, in UTF-8, each line ended by a line feed.
Blank lines are skipped. A carriage return before the line feed, a leading byte order mark and a missing last line feed are accepted.
An input that begins with a JSON array, or with an object over several lines, is not read: exit status 3. Convert it with jq -c '.[]' or jq -c .
Input lines may be 1 MiB long; a tool may make them up to 16 KiB longer, and every tool takes that.

Every record that portprobe(1) reads becomes exactly one record that it writes, whatever happens to it: a result, or an error that says
why it could not be asked.

Fields that a tool does not know, such as an owner, a ticket or a rack, come out as they went in, byte for byte and in their order, after
the tool's own. A field of a host list that bears the name of a result field is carried as list_NAME. Where a record that has been
asked is asked again, its old result fields are removed first.

In a known field, null and the empty string mean that the field is absent: data frames, databases and converters from CSV write them
where a record has no such field. This holds for every field of every record. A value that its field cannot have, such as an rtt_ms or time that
is not one or an unknown reason, is ignored where the record is of use without it: portsum(1) and portdiff(1) report and count such records.
Without a usable host, port, proto or state there is no record to count, and a wrong timeout_ms or retries is an error: it would change how
the endpoint is probed.

The JSON Schema of what a tool writes is printed by its flag --schema.`

const aboutEndpoints = `Written by portgen(1), read by portprobe(1). A reader wants port and one of host, ip, target. A known field given
twice counts as it was given last. IPv4-mapped addresses are unmapped; 0.0.0.0 and :: are bad records; digits and dots that make no
address are an error, never a name to look up.`

const aboutResults = `Written by portprobe(1), read by portsum(1) and portdiff(1), and by portprobe(1) to ask again. The fields of the endpoint come first, then those of the answer, then
the user's own.

A line that could not be read becomes a record with the state error, its line number and its text; where it was a JSON object but no
endpoint, it keeps its unknown fields and the known ones that are valid.`

const aboutReasons = `What a state rests on is its reason. A failure that the own machine reports is never a state of the port.`

const aboutPlainLines = `Where a line does not begin with a brace, portprobe(1) takes it as one of these; # starts a comment. With --plain the tools write them.

    192.0.2.7:22
    [2001:db8::7]:22
    host.example:53/udp`

const aboutSummaries = `Written by portsum(1), which reads them again beside results, as portdiff(1) does. There is one for each host, address and protocol, and each value of the --by fields, which
come after kind. No time and no round trip is in it, unless portsum was told --stats. A summary that would make a line longer than 1 MiB is split into several of the same key, which add up.`

const aboutChanges = `Written by portdiff(1), one for each endpoint that differs. Behind these fields come NEW's own: of a result all but host, ip, port and proto; of a
summary's port its state, reason and app as a result has them, and the fields that the summary was grouped by. One that is called change,
old or new passes on as list_change, list_old, list_new. portprobe(1) takes a change record for an endpoint.`

const recordExamples = `An endpoint, the result of asking it, a summary, and what became of it when it is asked again:

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

(The longer ones are broken here to fit the page; in the stream each is one line.)`
