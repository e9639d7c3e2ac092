package contract

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// CheckReply compares an answer, decoded with json.Decoder.UseNumber, with the operation's contract and returns what
// differs, one line each, e.g. `accounts[0].mask: missing`; nil when nothing does, and for operations whose answer the
// contract does not describe. It is for tests of answers, so it is stricter than any vendor: no unknown field, no
// unknown value, no null where the contract has none.
func (o *Op) CheckReply(body map[string]any) []string {
	s := o.answer()
	if s == nil {
		return nil
	}
	var r replyChecker
	r.object(s, "", body, 0)
	return r.faults
}

// replyChecker walks an answer along a shape.
type replyChecker struct {
	faults []string
}

func (r *replyChecker) fault(path, format string, args ...any) {
	r.faults = append(r.faults, strings.TrimSuffix(path, ".")+": "+fmt.Sprintf(format, args...))
}

func (r *replyChecker) object(s *shape, prefix string, body map[string]any, depth int) {
	if depth > maxDepth {
		return
	}
	for i := range s.fields {
		f := &s.fields[i]
		v, ok := body[f.name]
		switch {
		case ok:
			r.value(&f.typ, prefix+f.name, v, depth)
		case f.required:
			r.fault(prefix+f.name, "missing")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(body)) {
		if s.find(name) == nil && !s.open {
			r.fault(prefix+name, "not in the contract")
		}
	}
}

func (r *replyChecker) value(t *typ, path string, v any, depth int) {
	switch {
	case v == nil:
		if !t.nullable && t.kind != anyKind {
			r.fault(path, "null")
		}
	case t.own != nil && !t.own.accepts(v):
		r.fault(path, "has the wrong type")
	case t.kind == objectKind:
		if body, ok := v.(map[string]any); ok {
			r.object(t.shape, path+".", body, depth+1)
		}
	case t.kind == listKind:
		list, _ := v.([]any)
		for i, member := range list {
			r.value(t.items, fmt.Sprintf("%s[%d]", path, i), member, depth+1)
		}
	case t.kind == enumKind:
		if s, ok := v.(string); ok && !slices.Contains(t.values, s) {
			r.fault(path, "unknown value %q", s)
		}
	}
}
