package catalogue

import (
	"fmt"
	"slices"
	"strings"
)

// Error is one row made concrete: what a family writes as its body. It implements error.
type Error struct {
	// Row is the row; never nil in an Error made by this package.
	Row *Row
	// Status is the HTTP status. 0 where the row has none: such an error needs one from the caller.
	Status int
	// Message is the text with its parameters filled in.
	Message string
	// Display is Plaid's display_message; nil = null.
	Display *string
	// Extra are further members of the body, such as causes or error_code_reason; nil = none.
	Extra map[string]any

	docURL string // the variant's, where it has one
}

// Error gives key and text, for logs.
func (e *Error) Error() string {
	if e.Message == "" {
		return e.Row.Key()
	}
	return e.Row.Key() + ": " + e.Message
}

// DocURL is Plaid's documentation_url; "" = the body has no such key.
func (e *Error) DocURL() string {
	if e.docURL != "" {
		return e.docURL
	}
	return e.Row.DocURL
}

// New makes the error of a row. args are name, value pairs for the {name}s of its message; a parameter without a pair
// gets its example, one that only a variant has is passed over (so the same pairs fit all of a row's variants). It
// panics on a name that neither the row nor a variant has, and on half a pair: that is an error of the program.
func (r *Row) New(args ...string) *Error {
	return &Error{Row: r, Status: r.Status, Message: r.fill(r.Message, r.Params, args), Display: r.Display}
}

// Variant makes the error of a variant; args as in New. It panics when the row has no such variant.
func (r *Row) Variant(name string, args ...string) *Error {
	for i := range r.Variants {
		v := &r.Variants[i]
		if v.Name != name {
			continue
		}
		e := r.New()
		e.Message = r.fill(v.Message, v.Params, args)
		e.docURL = v.DocURL
		if v.Status != 0 {
			e.Status = v.Status
		}
		if v.Display != nil {
			e.Display = v.Display
		}
		return e
	}
	panic(fmt.Sprintf("catalogue: %s has no variant %q", r.Key(), name))
}

// HasVariant says whether the row has a variant of that name.
func (r *Row) HasVariant(name string) bool {
	for i := range r.Variants {
		if r.Variants[i].Name == name {
			return true
		}
	}
	return false
}

// Text makes the error of a row with a text of the caller's.
func (r *Row) Text(message string) *Error {
	return &Error{Row: r, Status: r.Status, Message: message, Display: r.Display}
}

// fill replaces each {name} once, so that a value may hold braces. The compiler of the rows has seen to it that a
// message has no other braces.
func (r *Row) fill(message string, params []Param, args []string) string {
	if len(args)%2 != 0 {
		panic(fmt.Sprintf("catalogue: %s: args are name, value pairs, got %q", r.Key(), args))
	}
	for i := 0; i < len(args); i += 2 {
		if !r.hasParam(args[i]) {
			panic(fmt.Sprintf("catalogue: no message of %s has a {%s}", r.Key(), args[i]))
		}
	}
	if len(params) == 0 {
		return message
	}
	var b strings.Builder
	for {
		start := strings.IndexByte(message, '{')
		if start < 0 {
			b.WriteString(message)
			return b.String()
		}
		end := start + strings.IndexByte(message[start:], '}')
		b.WriteString(message[:start])
		b.WriteString(value(params, args, message[start+1:end]))
		message = message[end+1:]
	}
}

// hasParam says whether the message of the row or of one of its variants has a {name}.
func (r *Row) hasParam(name string) bool {
	named := func(p Param) bool { return p.Name == name }
	return slices.ContainsFunc(r.Params, named) || slices.ContainsFunc(r.Variants, func(v Variant) bool {
		return slices.ContainsFunc(v.Params, named)
	})
}

// value is what the caller gave for a parameter, else its example.
func value(params []Param, args []string, name string) string {
	for i := 0; i+1 < len(args); i += 2 {
		if args[i] == name {
			return args[i+1]
		}
	}
	for _, p := range params {
		if p.Name == name {
			return p.Example
		}
	}
	return ""
}
