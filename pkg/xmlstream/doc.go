// Package xmlstream reads XML (https://www.w3.org/TR/xml/) as a stream of tags and texts, in
// constant memory whatever the document contains and without an allocation for a token.
//
// It is for documents that programs have written. encoding/xml is four to ten times slower
// and keeps values of any length. It is the oracle of this package: a document that it
// accepts has the same tokens here. The reverse is not true: values are only decoded on
// demand, so that references to entities in other ones are not checked. Comments,
// processing instructions and the document type are skipped. A document type with
// declarations is an error, so the only entities are the five of XML.
package xmlstream

// Limits. What is longer is cut, if it is a value or a text, and an error otherwise.
const (
	// MaxValue is the maximum length in bytes, as written, of the value of an attribute
	// and of a text. The rest is skipped.
	MaxValue = 256 << 10
	// MaxDepth is the maximum number of elements within each other.
	MaxDepth = 64

	maxAttrs = 64
	maxName  = 256
	// The buffer holds a whole tag. Its size doubles if necessary.
	minBuffer = 64 << 10
	maxBuffer = 1 << 20
)

// Error is an error of a document.
type Error string

func (e Error) Error() string { return string(e) }

// ErrDoctype is the error of a document whose type has declarations.
const ErrDoctype Error = "the document type has declarations"

const (
	errSyntax Error = "not well-formed XML"
	errLong   Error = "a tag is too long"
	errDeep   Error = "elements are nested too deeply"
	errNested Error = "a closing tag does not match the opening tag"
)

// Kind is a kind of token.
type Kind uint8

// The kinds of tokens.
const (
	Start Kind = iota // a start tag; an empty-element tag is a Start, then an End
	End
	Text // between two tags
)

// Attr is an attribute.
type Attr struct {
	Name  []byte
	Value []byte // as written; see Decode
}
