package endpoint

import "slices"

// Unidentified is why no application protocol was recognized at an open port: evidence
// without an app, as a number. Of several for one port the lowest counts, the one that
// shows most of the service.
type Unidentified uint8

// unidentified contains the evidence of findings without an app, except accepts-all.
var unidentified = [UnidentifiedCount - 1]string{
	EvidenceTLS, EvidenceProbed, EvidenceUnrecognized, EvidenceClosed, EvidenceReset, EvidenceSilent,
	EvidenceZeroWindow, EvidenceNoAck, EvidenceRefused, EvidenceNotAsked, EvidenceUnreachable,
	EvidenceInterrupted, EvidenceDeadline,
}

// ParseUnidentified returns the number of an evidence, 0 for any other text.
func ParseUnidentified(evidence []byte) Unidentified {
	return Unidentified(slices.Index(unidentified[:], string(evidence)) + 1)
}

// UnidentifiedEvidence returns the evidence of each Unidentified in their order.
func UnidentifiedEvidence() []string { return slices.Clone(unidentified[:]) }

// String returns the evidence, "" for 0.
func (u Unidentified) String() string {
	if u == 0 {
		return ""
	}
	return unidentified[u-1]
}

// UnidentifiedCount is one more than the highest Unidentified.
const UnidentifiedCount = 14
