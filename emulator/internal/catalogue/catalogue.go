// Package catalogue holds every error row that Tweed can answer with: Plaid's 187 rows of type and code, those of
// Plaid's old API, Apex's Legit and Sentinel, and Tweed's own refusals.
//
// The facts live in fixtures/errors*.yaml and fixtures/rate_limits.yaml, each with its source. `go generate` compiles
// them strictly into rows_gen.go, so that nothing is parsed at start; a test requires that the two are the same.
// Bodies are written by the families (package api); a row only carries data. Everything that comes out of this
// package is shared and must not be changed.
package catalogue

//go:generate go run tweed/emulator/internal/dataset/compile/cmd errors rows_gen.go

// Families of rows.
const (
	// Plaid is Plaid's API of today: rows have a type and a code.
	Plaid = "plaid"
	// Legacy is Plaid's old API (/exchange_token): the code is a number, Resolve says what to do.
	Legacy = "legacy"
	// Legit is Apex's authentication: the code is Tweed's name, Label the body's "error".
	Legit = "legit"
	// Sentinel is Apex's ACH API: as Legit; its bodies are assumed.
	Sentinel = "sentinel"
	// Tweed is Tweed's own refusals: codes start with TWEED_.
	Tweed = "tweed"
)

// Row is one error. Rows are read-only.
type Row struct {
	// Family is one of the constants above.
	Family string
	// Type is Plaid's error_type; "" in all other families.
	Type string
	// Code is Plaid's error_code, the old API's number as text, or Tweed's name for the condition.
	Code string
	// Status is the HTTP status; 0 = none is known.
	Status int
	// Label is the "error" member of a Legit or Sentinel body.
	Label string
	// Message is the text, with {name} for each of Params. "" is an empty text at Plaid, null at Legit and Sentinel.
	Message string
	// Params are the parameters of Message in order of appearance.
	Params []Param
	// Neutral is true where the vendor's text is not public: Message is Tweed's, assumed.
	Neutral bool
	// Display is Plaid's display_message; nil = null.
	Display *string
	// DocURL is Plaid's documentation_url; "" = the body has no such key.
	DocURL string
	// Resolve is the "resolve" member of the old API's body.
	Resolve string
	// Confidence is documented, observed or assumed.
	Confidence string
	// Source says where the fact comes from.
	Source string
	// Trigger says how the real Sandbox gives the error; "" = no way is known.
	Trigger string
	// Never says why the row is not an HTTP error by itself ("retired", "not an error status", "no status known"):
	// it can be forced only with an explicit status. "" = it is one.
	Never string
	// Note is anything else worth knowing.
	Note string
	// Variants are further texts met with the same code.
	Variants []Variant
}

// Variant is a further text of a row.
type Variant struct {
	// Name is unique within the row, in snake case.
	Name string
	// Status is the HTTP status; 0 = the row's.
	Status int
	// Message is the text, with {name} for each of Params.
	Message string
	// Params are the parameters of Message in order of appearance.
	Params []Param
	// When says where the text is met.
	When string
	// Display is Plaid's display_message; nil = the row's.
	Display *string
	// DocURL is Plaid's documentation_url; "" = the row's.
	DocURL string
	// Confidence is documented, observed or assumed.
	Confidence string
	// Source says where the text comes from.
	Source string
}

// Param is one {name} of a message and the value that it has when a caller gives none: so a forced error reads like
// a real one.
type Param struct{ Name, Example string }

// Place says which type an ambiguous code has at paths with one of these prefixes.
type Place struct {
	Type     string
	Prefixes []string
}

// Key names the row within its family: "TYPE/CODE", or the code alone where the family has no types.
func (r *Row) Key() string {
	if r.Type == "" {
		return r.Code
	}
	return r.Type + "/" + r.Code
}

// All lists every row of every family in file order: Plaid, old API, Legit, Sentinel, Tweed.
func All() []*Row {
	out := make([]*Row, len(rows))
	for i := range rows {
		out[i] = &rows[i]
	}
	return out
}
