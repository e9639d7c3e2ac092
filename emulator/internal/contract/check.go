package contract

import (
	"slices"
	"strconv"
	"strings"
)

// Kind says which of the vendor's checks of a body failed. The order of the constants is the order of the checks.
// Source: plaid-ruby VCR cassettes, 2017 to 2021 (inferred; Sentinel's order is assumed).
type Kind int

const (
	// MissingFields says that required fields are absent.
	MissingFields Kind = iota + 1
	// UnknownFields says that there are fields that the operation does not know.
	UnknownFields
	// InvalidField says that a value has the wrong type or format.
	InvalidField
	// InvalidInput says that a value is well formed, and the vendor refuses it by a row of its own (see Violation.Row).
	InvalidInput
)

// Violation is the first check that a body failed.
type Violation struct {
	Kind Kind
	// Row is the key of Plaid's error, e.g. "INVALID_REQUEST/MISSING_FIELDS". Other families go by Kind.
	Row string
	// Fields are the dotted paths of the fields at fault; members of lists have an index, e.g. "transactions[0].amount"
	// (assumed: no recorded text names a member of a list).
	Fields []string
	// Message is the vendor's text.
	Message string
}

const (
	// maxDepth bounds the recursion; no shape of the contract is this deep.
	maxDepth = 32
	// maxFields bounds the fields that a text names, so that a large body cannot ask for a larger answer.
	maxFields = 100

	rowMissing = "INVALID_REQUEST/MISSING_FIELDS"
	rowUnknown = "INVALID_REQUEST/UNKNOWN_FIELDS"
	rowInvalid = "INVALID_REQUEST/INVALID_FIELD"
)

// Check compares a body, decoded with json.Decoder.UseNumber, with the operation's request and returns the first check
// that it fails, or nil. All missing fields are named in the contract's order, all unknown ones in the order of their
// names; of several invalid values the first in the contract's order, an account_id before an access_token
// (plaid-python test/integration, 2020). An explicit null is absence for an optional field and an invalid value for a
// required one (assumed). client_id and secret are known everywhere and not checked. A nil body is an empty object.
func (o *Op) Check(body map[string]any) *Violation { return o.CheckIn(newest, body) }

// newest is greater than every version of Plaid's API, each of which is a date.
const newest = "9999"

// CheckIn is Check for a version of Plaid's API, e.g. "2019-05-29": what only newer ones do not have is known there,
// what only newer ones require is not missing.
func (o *Op) CheckIn(version string, body map[string]any) *Violation {
	s := o.shape()
	if s == nil {
		return nil
	}
	c := checker{version: version}
	c.object(s, body)
	switch {
	case len(c.missing) > 0:
		return &Violation{
			Kind: MissingFields, Row: rowMissing, Fields: c.missing,
			Message: "the following required fields are missing: " + strings.Join(c.missing, ", "),
		}
	case len(c.unknown) > 0:
		return &Violation{
			Kind: UnknownFields, Row: rowUnknown, Fields: c.unknown,
			Message: "the following fields are not recognized by this endpoint: " + strings.Join(c.unknown, ", "),
		}
	case c.invalid != nil:
		return c.invalid
	}
	return c.refused
}

// checker walks a body along a shape and collects what is wrong.
type checker struct {
	version          string // of Plaid's API
	path             []step // of the object that is being walked
	missing, unknown []string
	invalid, refused *Violation
	// field is the name of the top-level field that invalid is about, "" for a deeper one.
	field string
}

// step is a field, or a member of a list when name is "".
type step struct {
	name  string
	index int
}

// object walks the fields of an object in the contract's order.
func (c *checker) object(s *shape, body map[string]any) {
	if len(c.path) > maxDepth {
		return
	}
	known := 0
	for i := range s.fields {
		f := &s.fields[i]
		v, ok := body[f.name]
		switch {
		case !f.in(c.version):
		case ok:
			known++
			c.value(f, v)
		case f.required && c.version >= f.since && len(c.missing) < maxFields:
			c.missing = append(c.missing, c.at(f.name))
		}
	}
	if known < len(body) && !s.open {
		c.strangers(s, body)
	}
}

// strangers collects the fields of a body that the shape does not have.
func (c *checker) strangers(s *shape, body map[string]any) {
	var names []string
	for name := range body {
		if f := s.find(name); f == nil || !f.in(c.version) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		if len(c.unknown) < maxFields {
			c.unknown = append(c.unknown, c.at(name))
		}
	}
}

// value checks the value of a field.
func (c *checker) value(f *field, v any) {
	if v == nil {
		if f.required && !f.typ.nullable && f.rule != nil {
			c.fault(f, f.rule, nil)
		}
		return
	}
	if f.rule != nil && !f.rule.accepts(v) {
		c.fault(f, f.rule, nil)
		return
	}
	if f.typ.kind == objectKind || f.typ.kind == listKind {
		c.path = append(c.path, step{name: f.name})
		ok := c.inside(&f.typ, v)
		c.path = c.path[:len(c.path)-1]
		if !ok {
			c.fault(f, f.rule, nil)
			return
		}
	}
	if f.refuse != nil {
		c.known(f, v)
	}
}

// inside checks what a value holds. It is false when the value, or a member of its lists, has the wrong type.
func (c *checker) inside(t *typ, v any) bool {
	switch t.kind {
	case objectKind:
		body, ok := v.(map[string]any)
		if ok {
			c.object(t.shape, body)
		}
		return ok
	case listKind:
		list, ok := v.([]any)
		for i, member := range list {
			c.path = append(c.path, step{index: i})
			ok = ok && (member == nil && t.items.nullable || member != nil && c.inside(t.items, member))
			c.path = c.path[:len(c.path)-1]
		}
		return ok
	default:
		return t.own == nil || t.own.accepts(v)
	}
}

// fault notes an invalid or refused value: the first of each, but an account_id goes before the access_token that the
// contract names first.
func (c *checker) fault(f *field, r *rule, refused []string) {
	into := &c.invalid
	if r.row != "" {
		into = &c.refused
	}
	top := len(c.path) == 0
	before := top && f.name == "account_id" && c.field == "access_token"
	if *into != nil && !before {
		return
	}
	path := c.at(f.name)
	v := &Violation{Kind: InvalidField, Row: rowInvalid, Fields: []string{path}}
	if r.row != "" {
		v.Kind, v.Row = InvalidInput, r.row
	} else if top {
		c.field = f.name
	}
	v.Message = r.refusal(path, refused, f.typ.element().values)
	*into = v
}

// known refuses values that the field's type does not list.
func (c *checker) known(f *field, v any) {
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	var refused []string
	for _, member := range list {
		s, ok := member.(string)
		if ok && !slices.Contains(f.typ.element().values, s) && (s != "" || !f.refuse.empty) {
			refused = append(refused, s)
		}
	}
	if len(refused) > 0 {
		c.fault(f, f.refuse, refused)
	}
}

// at is the dotted path of a field of the object that is being walked.
func (c *checker) at(name string) string {
	var b strings.Builder
	for _, s := range c.path {
		switch {
		case s.name == "":
			b.WriteString("[" + strconv.Itoa(s.index) + "]")
		case b.Len() > 0:
			b.WriteString("." + s.name)
		default:
			b.WriteString(s.name)
		}
	}
	if b.Len() > 0 {
		b.WriteByte('.')
	}
	b.WriteString(name)
	return b.String()
}
