// Package spec is the model that the contract's generators share: operations and the shapes of what they take and
// answer, without descriptions. It reads plaid-go's OpenAPI file and the overlays of fixtures/contract.
package spec

import (
	"fmt"
	"slices"
	"strings"
)

// The names of the types that are not declared by name.
const (
	Any     = "any"
	Map     = "map" // an object whose keys are free
	String  = "string"
	Integer = "integer"
	Number  = "number"
	Boolean = "boolean"
)

// Contract is a set of operations with the named types that they use.
type Contract struct {
	// Version is what the source calls itself, e.g. "2020-09-14_1.680.0".
	Version string
	// From names the source in what is written of it.
	From string
	Ops  []*Op
	// Webhooks are what the source's vendor sends by itself.
	Webhooks []*Webhook
	Types    map[string]*Type
	// Empty are the paths that the source names without an operation.
	Empty []string
	Rules []Rule

	misfits []string // see MergeAnyway
}

// Op is one operation.
type Op struct {
	ID, Method, Path, Family string
	// Request and Reply name types; Request is "" when nothing is sent, Reply when the answer is not JSON.
	Request, Reply string
	// Media is the content type of a good answer.
	Media string
	// Example is a good answer as compact JSON, or "".
	Example string
	// Made says where the example is from, "" for the source itself.
	Made string
	// Source says where the operation is known from.
	Source string
	// Dropped is the version of the API from which the operation is no more; "" for none.
	Dropped string
}

// Type is an object or, when Values is not empty, a set of strings.
type Type struct {
	Name string
	// Open objects accept fields that are not declared.
	Open   bool
	Fields []*Field
	Values []string
}

// Field is one member of an object.
type Field struct {
	Name     string
	Required bool
	Type     Ref
	// Rule names the rule of the value; "" is the rule of its type. Refuse names the rule that an unknown value breaks.
	Rule, Refuse string
	// Until is the version of the API from which the field is no more, Since the one from which a required field is
	// required; "" for none.
	Until, Since string
}

// Ref is the use of a type.
type Ref struct {
	// Name is a type; empty for a list.
	Name     string
	Items    *Ref
	Nullable bool
	// Format is the format word of the source; it becomes a rule of the field and is not written.
	Format string
}

// Field returns the member of that name, or nil.
func (t *Type) Field(name string) *Field {
	for _, f := range t.Fields {
		if f.Name == name {
			return f
		}
	}
	return nil
}

// String is the compiled form of a use: "?" for nullable, "[]" for a list.
func (r Ref) String() string {
	null := ""
	if r.Nullable {
		null = "?"
	}
	if r.Items != nil {
		return null + "[]" + r.Items.String()
	}
	return null + r.Name
}

// ParseRef reads the form that [Ref.String] writes.
func ParseRef(s string) Ref {
	var r Ref
	s, r.Nullable = strings.CutPrefix(s, "?")
	if rest, list := strings.CutPrefix(s, "[]"); list {
		items := ParseRef(rest)
		r.Items = &items
		return r
	}
	r.Name = s
	return r
}

// String is the compiled line of a field: `name! type ~rule ^refusal <until >since`, "!" for required.
func (f *Field) String() string {
	var b strings.Builder
	b.WriteString(f.Name)
	if f.Required {
		b.WriteByte('!')
	}
	b.WriteByte(' ')
	b.WriteString(f.Type.String())
	if f.Rule != "" {
		b.WriteString(" ~" + f.Rule)
	}
	if f.Refuse != "" {
		b.WriteString(" ^" + f.Refuse)
	}
	if f.Until != "" {
		b.WriteString(" <" + f.Until)
	}
	if f.Since != "" {
		b.WriteString(" >" + f.Since)
	}
	return b.String()
}

// ParseField reads the form that [Field.String] writes.
func ParseField(line string) (*Field, error) {
	words := strings.Fields(line)
	if len(words) < 2 {
		return nil, fmt.Errorf("field %q: want `name type`, for example `account! string ~apex_account`", line)
	}
	f := &Field{Type: ParseRef(words[1])}
	f.Name, f.Required = strings.CutSuffix(words[0], "!")
	for _, w := range words[2:] {
		switch w[0] {
		case '~':
			f.Rule = w[1:]
		case '^':
			f.Refuse = w[1:]
		case '<':
			f.Until = w[1:]
		case '>':
			f.Since = w[1:]
		default:
			return nil, fmt.Errorf("field %q: %q is neither a ~rule nor a ^refusal, and no <version or >version", line, w)
		}
	}
	return f, nil
}

// Named returns the type that a use ends at, through its lists, or nil when it is not one declared by name.
func (c *Contract) Named(r Ref) *Type {
	for r.Items != nil {
		r = *r.Items
	}
	return c.Types[r.Name]
}

// Reach returns the names of the types that can be met from the roots, sorted.
func (c *Contract) Reach(roots ...string) []string {
	seen := map[string]bool{}
	for len(roots) > 0 {
		name := roots[len(roots)-1]
		roots = roots[:len(roots)-1]
		t := c.Types[name]
		if t == nil || seen[name] {
			continue
		}
		seen[name] = true
		for _, f := range t.Fields {
			if n := c.Named(f.Type); n != nil {
				roots = append(roots, n.Name)
			}
		}
	}
	names := make([]string, 0, len(seen))
	for n := range seen {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

// Op returns the operation at a method and path, or nil.
func (c *Contract) Op(method, path string) *Op {
	for _, o := range c.Ops {
		if o.Method == method && o.Path == path {
			return o
		}
	}
	return nil
}

// Union merges a type into t: what either accepts, the union accepts.
func (t *Type) Union(other *Type) {
	for _, v := range other.Values {
		if !slices.Contains(t.Values, v) {
			t.Values = append(t.Values, v)
		}
	}
	for _, f := range t.Fields {
		if g := other.Field(f.Name); g == nil || !g.Required {
			f.Required = false
		}
	}
	for _, g := range other.Fields {
		if t.Field(g.Name) == nil {
			optional := *g
			optional.Required = false
			t.Fields = append(t.Fields, &optional)
		}
	}
	t.Open = t.Open || other.Open
}
