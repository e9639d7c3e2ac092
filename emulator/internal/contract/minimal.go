package contract

import "encoding/json"

// Minimal makes the smallest body that the operation takes: its required fields, each with the first value of its set
// or the simplest of its form. fill may give another value for a field by its dotted path, also for one that is not
// required. It is for tests that call every operation.
func (o *Op) Minimal(fill func(path string) (any, bool)) map[string]any {
	s := o.shape()
	if s == nil {
		return map[string]any{}
	}
	return minimal(s, "", fill)
}

func minimal(s *shape, prefix string, fill func(path string) (any, bool)) map[string]any {
	body := map[string]any{}
	for i := range s.fields {
		f := &s.fields[i]
		if v, ok := fill(prefix + f.name); ok {
			body[f.name] = v
		} else if f.required {
			body[f.name] = minimalValue(&f.typ, f.rule, prefix+f.name, fill)
		}
	}
	return body
}

func minimalValue(t *typ, r *rule, path string, fill func(path string) (any, bool)) any {
	switch t.kind {
	case integerKind, numberKind:
		return json.Number("1")
	case booleanKind:
		return true
	case listKind:
		return []any{minimalValue(t.items, t.items.own, path, fill)}
	case enumKind:
		return t.values[0]
	case objectKind:
		return minimal(t.shape, path+".", fill)
	case mapKind:
		return map[string]any{}
	case stringKind, anyKind:
	}
	switch {
	case r == nil:
		return "x"
	case r.is == isDate:
		return "2026-01-02"
	case r.is == isDatetime:
		return "2026-01-02T03:04:05Z"
	case r.is == isURL:
		return "https://example.com/"
	}
	return "x"
}
