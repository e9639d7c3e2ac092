package contract

import (
	"fmt"
	"slices"
)

// UnknownEnums names the values of a body that the contract does not list and that Check accepts, in the contract's
// order, e.g. `products[1] "crypto"`. Plaid's own lists grow faster than any published contract; the journal mentions
// such a value because it is often a typing error.
func (o *Op) UnknownEnums(body map[string]any) []string {
	s := o.shape()
	if s == nil || !s.enums {
		return nil
	}
	var e enumFinder
	e.object(s, "", body, 0)
	return e.found
}

// enumFinder walks a body along a shape and collects unknown values.
type enumFinder struct {
	found []string
}

func (e *enumFinder) object(s *shape, prefix string, body map[string]any, depth int) {
	if !s.enums || depth > maxDepth {
		return
	}
	for i := range s.fields {
		f := &s.fields[i]
		if v := body[f.name]; v != nil {
			e.value(&f.typ, prefix+f.name, v, depth)
		}
	}
}

func (e *enumFinder) value(t *typ, path string, v any, depth int) {
	switch v := v.(type) {
	case string:
		if t.kind == enumKind && !slices.Contains(t.values, v) && len(e.found) < maxFields {
			e.found = append(e.found, fmt.Sprintf("%s %q", path, v))
		}
	case []any:
		if k := t.element().kind; t.kind == listKind && (k == enumKind || k == objectKind) {
			for i, member := range v {
				e.value(t.items, fmt.Sprintf("%s[%d]", path, i), member, depth+1)
			}
		}
	case map[string]any:
		if t.kind == objectKind {
			e.object(t.shape, path+".", v, depth+1)
		}
	}
}
