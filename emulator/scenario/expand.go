package scenario

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// whole is a text that is one reference, inside one within a text.
var (
	whole  = regexp.MustCompile(`^\$([A-Za-z_][A-Za-z0-9_]*(?:[.][^\s${}]+)?)$`)
	inside = regexp.MustCompile(`\$\$\{|\$\{([^{}]*)\}`)
)

// Expand puts the values of references into a value of a step: "$alice.access_token" as
// a whole text becomes that value whatever its type, "${alice.item_id}" inside of a text
// becomes its text. Maps and lists are expanded through and through; the given ones are
// not changed. The error of a reference that leads nowhere names what is there.
func Expand(value any, vars map[string]any) (any, error) {
	switch v := value.(type) {
	case string:
		return expandText(v, vars)
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			expanded, err := Expand(item, vars)
			if err != nil {
				return nil, err
			}
			out[i] = expanded
		}
		return out, nil
	case map[string]any:
		out := make(map[string]any, len(v))
		for _, key := range sortedKeys(v) {
			expanded, err := Expand(v[key], vars)
			if err != nil {
				return nil, err
			}
			out[key] = expanded
		}
		return out, nil
	}
	return value, nil
}

// ExpandText is Expand for a value that must be text: a path, a header, a form field.
func ExpandText(s string, vars map[string]any) (string, error) {
	value, err := expandText(s, vars)
	if err != nil {
		return "", err
	}
	return textOf(value), nil
}

// Expand returns the expectation with its references expanded.
func (e StepExpect) Expand(vars map[string]any) (StepExpect, error) {
	body, err := Expand(e.Body, vars)
	if err != nil {
		return e, err
	}
	e.Body = body
	if len(e.Headers) > 0 {
		headers, err := Expand(e.Headers, vars)
		if err != nil {
			return e, err
		}
		e.Headers, _ = headers.(map[string]any)
	}
	return e, nil
}

func expandText(s string, vars map[string]any) (any, error) {
	if !strings.Contains(s, "$") {
		return s, nil
	}
	if m := whole.FindStringSubmatch(s); m != nil {
		return lookUp(m[1], vars)
	}
	if strings.HasPrefix(s, "$$") && whole.MatchString(s[1:]) {
		return s[1:], nil
	}
	if m := inside.FindStringSubmatch(s); m != nil && m[0] == s && s != "$${" {
		return lookUp(m[1], vars)
	}
	var problem error
	out := inside.ReplaceAllStringFunc(s, func(reference string) string {
		if reference == "$${" {
			return "${"
		}
		value, err := lookUp(reference[2:len(reference)-1], vars)
		if err != nil && problem == nil {
			problem = err
		}
		return textOf(value)
	})
	return out, problem
}

// textOf writes a value inside of a text.
func textOf(value any) string {
	switch v := value.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case nil:
		return ""
	}
	data, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprint(value)
	}
	return string(data)
}

// lookUp finds the value of a reference "name.field.path".
func lookUp(reference string, vars map[string]any) (any, error) {
	name, path, _ := strings.Cut(reference, ".")
	value, ok := vars[name]
	if !ok {
		return nil, fmt.Errorf("$%s: nothing is called %s; %s", reference, quote(name), meant(name, sortedKeys(vars)))
	}
	if path == "" {
		return value, nil
	}
	found, err := Find(value, path)
	if err != nil {
		return nil, fmt.Errorf("$%s: %w", reference, err)
	}
	return found, nil
}

// Find follows a path into a decoded reply: a JSON pointer (/accounts/0/mask) or names
// and indexes between dots (accounts.0.mask). "accounts.mask=0000.account_id" takes, in a
// list, the first item whose member has the value. It goes on into a text that is a JSON
// object or list (0.payload.status of ALE's events). The error of a path that leads nowhere
// names the nearest member, or those there are.
func Find(value any, path string) (any, error) {
	parts := strings.Split(path, ".")
	if strings.HasPrefix(path, "/") {
		pointer, err := parsePointer(path)
		if err != nil {
			return nil, err
		}
		parts = pointer
	}
	for i, part := range parts {
		below, problem := member(value, part)
		if problem != "" {
			where := "the reply"
			if i > 0 {
				where = strings.Join(parts[:i], ".")
			}
			return nil, fmt.Errorf("%s %s", where, problem)
		}
		value = below
	}
	return value, nil
}

// member goes one part down. The problem says why there is nothing.
func member(value any, part string) (below any, problem string) {
	switch v := value.(type) {
	case map[string]any:
		if below, ok := v[part]; ok {
			return below, ""
		}
		return nil, fmt.Sprintf("has no %s; %s", quote(part), meant(part, sortedKeys(v)))
	case []any:
		if key, wanted, ok := strings.Cut(part, "="); ok {
			return pick(v, key, wanted)
		}
		i, err := strconv.Atoi(part)
		if err != nil {
			return nil, fmt.Sprintf("is a list; write an index (0) or a choice (mask=0000) instead of %s", quote(part))
		}
		if i < 0 || i >= len(v) {
			return nil, fmt.Sprintf("has %d items, no number %d (the first is 0)", len(v), i)
		}
		return v[i], ""
	case string:
		switch inner := Decode([]byte(v)).(type) {
		case map[string]any, []any:
			return member(inner, part)
		}
	}
	return nil, fmt.Sprintf("is %s and has no members", show(value))
}

// pick takes the first item of a list whose member has a value.
func pick(items []any, key, wanted string) (any, string) {
	var seen []string
	for _, item := range items {
		object, _ := item.(map[string]any)
		if have, ok := keyOf(object[key]); ok && object != nil {
			if have == wanted {
				return item, ""
			}
			seen = append(seen, strings.ReplaceAll(have, nullKey, "null"))
		}
	}
	return nil, fmt.Sprintf("has no item with %s=%s; there are %s", key, wanted, strings.Join(seen, ", "))
}

// show writes a value in a message.
func show(value any) string {
	data, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprint(value)
	}
	const most = 120
	if runes := []rune(string(data)); len(runes) > most {
		return string(runes[:most]) + "..."
	}
	return string(data)
}

// texts calls a function for each text of the step that may refer to something.
func (s *Step) texts(at place, each func(text string, at place)) {
	texts(s.Call, at.key("call"), each)
	texts(s.With, at.key("with"), each)
	if s.Link != nil {
		texts(s.Link.body(), at.key("link"), each)
	}
	for _, name := range sortedKeys(s.Form) {
		each(s.Form[name], at.key("form").key(name))
	}
	for _, name := range sortedKeys(s.Headers) {
		each(s.Headers[name], at.key("headers").key(name))
	}
	texts(s.Expect.Body, at.key("expect").key("body"), each)
	for _, name := range sortedKeys(s.Expect.Headers) {
		texts(s.Expect.Headers[name], at.key("expect").key("headers").key(name), each)
	}
}

// texts walks a value for its texts.
func texts(value any, at place, each func(text string, at place)) {
	switch v := value.(type) {
	case map[string]any:
		for _, key := range sortedKeys(v) {
			texts(v[key], at.key(key), each)
		}
	case []any:
		for i, item := range v {
			texts(item, at.index(i), each)
		}
	case string:
		each(v, at)
	}
}

// checkReferences reports references to names that no given item and no earlier step has.
func (s *Step) checkReferences(r *report, at place, known map[string]bool) {
	s.texts(at, func(text string, at place) {
		for _, reference := range references(text) {
			name, _, _ := strings.Cut(reference, ".")
			if known[name] {
				continue
			}
			names := slices.DeleteFunc(sortedKeys(known), func(n string) bool { return !known[n] })
			right := meant(name, names)
			if len(names) == len(reserved) { // nothing has a name yet
				right = "as: " + name + " gives the name to a given item, or to the reply of an earlier step"
			}
			r.add(at, "nothing is called "+quote(name)+" before this step", right)
		}
		if rest := inside.ReplaceAllString(text, ""); strings.Contains(rest, "${") {
			r.add(at, "a reference is not closed in "+quote(text),
				"write ${name.field}, or $${ for the two characters themselves")
		}
	})
}

// unbraced is what looks like a reference inside of a text, where it needs braces.
var unbraced = regexp.MustCompile(`(?:^|[^$])\$([A-Za-z_][A-Za-z0-9_]*)((?:[.][A-Za-z0-9_]+)+)`)

// warnReferences reports names that stand inside of a text without braces: they are sent
// as they are.
func (s *Step) warnReferences(r *report, at place, known map[string]bool) {
	s.texts(at, func(text string, at place) {
		if whole.MatchString(text) {
			return
		}
		for _, m := range unbraced.FindAllStringSubmatch(text, -1) {
			if known[m[1]] {
				r.add(at, quote("$"+m[1]+m[2])+" is sent as it is", "inside of a text write ${"+m[1]+m[2]+"}")
			}
		}
	})
}

// references lists what a text refers to.
func references(s string) []string {
	if m := whole.FindStringSubmatch(s); m != nil {
		return m[1:]
	}
	var all []string
	for _, m := range inside.FindAllStringSubmatch(s, -1) {
		if m[0] != "$${" {
			all = append(all, m[1])
		}
	}
	return all
}
