package scenario

import (
	"encoding/json"
	"errors"
	"fmt"
)

// Patch changes single members of a good answer, each named by a JSON pointer (RFC
// 6901). On a list "*" stands for each of its items, and in set "-" for a further one at
// its end.
//
//	patch:
//	  set: {/accounts/0/mask: null, /accounts/*/brand_new_field: true}
//	  omit: [/item/institution_id]
//
// The members that set names may be new; what they are members of must be there.
type Patch struct {
	// Set gives members another value. It comes before Omit.
	Set map[string]any `yaml:"set"`
	// Omit takes members out.
	Omit []string `yaml:"omit"`
}

func (Patch) limits() limits {
	const form = "^/([^~]|~[01])*$"
	return limits{keys: map[string]schema{
		"set":  mappingOf(form, schema{}),
		"omit": {"type": []string{"array", "null"}, "items": textLike(form)},
	}}
}

// Empty says whether the patch changes nothing.
func (p Patch) Empty() bool { return len(p.Set) == 0 && len(p.Omit) == 0 }

// Apply changes the answer. What it cannot change is left as it is and told by the
// error, a line for each pointer, in the order of the pointers.
func (p Patch) Apply(reply map[string]any) error {
	var problems []error
	for _, text := range sortedKeys(p.Set) {
		value := p.Set[text]
		if err := p.edit(reply, text, func() any { return clone(value) }, false); err != nil {
			problems = append(problems, fmt.Errorf("patch set %s: %w", text, err))
		}
	}
	for _, text := range p.Omit {
		if err := p.edit(reply, text, nil, true); err != nil {
			problems = append(problems, fmt.Errorf("patch omit %s: %w", text, err))
		}
	}
	return errors.Join(problems...)
}

func (p Patch) edit(reply map[string]any, text string, value func() any, omit bool) error {
	pointer, err := parsePointer(text)
	if err != nil {
		return err
	}
	_, err = pointer.edit(reply, "", value, omit)
	return err
}

// clone copies a value of a patch, so that answers never share one.
func clone(value any) any {
	switch v := value.(type) {
	case map[string]any:
		c := make(map[string]any, len(v))
		for key, member := range v {
			c[key] = clone(member)
		}
		return c
	case []any:
		c := make([]any, len(v))
		for i, item := range v {
			c[i] = clone(item)
		}
		return c
	}
	return value
}

var patchEffect = effect{
	key:  "patch",
	good: true,
	used: func(t *Then) bool { return !t.Patch.Empty() },
	check: func(r *report, _ *Rule, t *Then, at place) {
		at = at.key("patch")
		if t.Patch.Empty() {
			r.add(at, "the patch changes nothing", "write patch: {set: {/pointer: value}, omit: [/pointer]}")
		}
		for _, text := range sortedKeys(t.Patch.Set) {
			if _, err := parsePointer(text); err != nil {
				r.fault(at.key("set").name(text), err)
			}
			if _, err := json.Marshal(t.Patch.Set[text]); err != nil {
				r.add(at.key("set").key(text), "the value is no JSON: "+err.Error(), "")
			}
		}
		for i, text := range t.Patch.Omit {
			pointer, err := parsePointer(text)
			if err == nil && pointer[len(pointer)-1] == "-" {
				err = fmt.Errorf("%q names an item that is not there; - is for set", text)
			}
			if err != nil {
				r.fault(at.key("omit").index(i), err)
			}
		}
	},
	prepare: func(t *Then) action {
		patch := t.Patch
		return func(p *Plan, _ use) { p.Patch = patch }
	},
}
