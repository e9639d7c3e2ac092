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
//	  shuffle: [/accounts]
//
// The members that set names may be new; what they are members of must be there.
type Patch struct {
	// Set gives members another value. It comes before Omit.
	Set map[string]any `yaml:"set"`
	// Omit takes members out. It comes before Shuffle.
	Omit []string `yaml:"omit"`
	// Shuffle puts the items of lists into another order: no item keeps its place. The order
	// is a function of the world's seed, the rule's name and the number of its use.
	Shuffle []string `yaml:"shuffle"`

	throw float64 // that the order is made of
}

func (Patch) limits() limits {
	const form = "^/([^~]|~[01])*$"
	pointers := schema{"type": []string{"array", "null"}, "items": textLike(form)}
	return limits{keys: map[string]schema{
		"set": mappingOf(form, schema{}), "omit": pointers, "shuffle": pointers,
	}}
}

// Empty says whether the patch changes nothing.
func (p Patch) Empty() bool { return len(p.Set) == 0 && len(p.Omit) == 0 && len(p.Shuffle) == 0 }

// Apply changes the answer. What it cannot change is left as it is and told by the
// error, a line for each pointer, in the order of the pointers.
func (p Patch) Apply(reply map[string]any) error {
	var problems []error
	change := func(what, text string, e edit) {
		pointer, err := parsePointer(text)
		if err == nil {
			_, err = pointer.apply(reply, "", e)
		}
		if err != nil {
			problems = append(problems, fmt.Errorf("patch %s %s: %w", what, text, err))
		}
	}
	for _, text := range sortedKeys(p.Set) {
		value := p.Set[text]
		change("set", text, edit{value: func(any, string) (any, error) { return clone(value), nil }})
	}
	for _, text := range p.Omit {
		change("omit", text, edit{there: true})
	}
	numbers := numbersOf(p.throw)
	for _, text := range p.Shuffle {
		change("shuffle", text, edit{there: true, value: numbers.shuffled})
	}
	return errors.Join(problems...)
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
	key:   "patch",
	seats: atCall | atLink,
	good:  true,
	used:  func(t *Then) bool { return !t.Patch.Empty() },
	check: func(r *report, _ *Rule, t *Then, at place) {
		at = at.key("patch")
		if t.Patch.Empty() {
			r.add(at, "the patch changes nothing",
				"write patch: {set: {/pointer: value}, omit: [/pointer], shuffle: [/pointer]}")
		}
		for _, text := range sortedKeys(t.Patch.Set) {
			if _, err := parsePointer(text); err != nil {
				r.fault(at.key("set").name(text), err)
			}
			if _, err := json.Marshal(t.Patch.Set[text]); err != nil {
				r.add(at.key("set").key(text), "the value is no JSON: "+err.Error(), "")
			}
		}
		checkPointers(r, t.Patch.Omit, at.key("omit"))
		checkPointers(r, t.Patch.Shuffle, at.key("shuffle"))
	},
	prepare: func(t *Then) action {
		patch := t.Patch
		return func(p *Plan, u use) {
			p.Patch = patch
			if len(patch.Shuffle) > 0 {
				p.Patch.throw = u.progress.Dice(u.rule.name+" shuffle", u.number)
			}
		}
	},
}

// checkPointers checks pointers to what must be there.
func checkPointers(r *report, pointers []string, at place) {
	for i, text := range pointers {
		pointer, err := parsePointer(text)
		if err == nil && pointer[len(pointer)-1] == "-" {
			err = fmt.Errorf("%q names an item that is not there; - is for set", text)
		}
		if err != nil {
			r.fault(at.index(i), err)
		}
	}
}
