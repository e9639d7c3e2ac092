package scenario

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// pointer is a JSON pointer (RFC 6901) in parts.
type pointer []string

// parsePointer reads "/accounts/0/mask". The pointer to the whole ("") is refused.
func parsePointer(s string) (pointer, error) {
	if s == "" {
		return nil, errors.New("an empty pointer names the whole answer; use status and body to replace it")
	}
	if s[0] != '/' {
		return nil, fmt.Errorf("%q is no JSON pointer; write %q", s, "/"+strings.ReplaceAll(s, ".", "/"))
	}
	parts := strings.Split(s[1:], "/")
	for i, part := range parts {
		for at := strings.IndexByte(part, '~'); at >= 0; {
			if at+1 >= len(part) || part[at+1] != '0' && part[at+1] != '1' {
				return nil, fmt.Errorf("%q is no JSON pointer; write ~0 for ~ and ~1 for / in a name", s)
			}
			next := strings.IndexByte(part[at+1:], '~')
			if next < 0 {
				break
			}
			at += 1 + next
		}
		parts[i] = strings.NewReplacer("~1", "/", "~0", "~").Replace(part)
	}
	return parts, nil
}

// edit sets or takes out what the pointer names and returns the value that stands in
// the place of the one given: a list that grew or shrank is another one.
func (p pointer) edit(in any, path string, value func() any, omit bool) (any, error) {
	switch v := in.(type) {
	case map[string]any:
		return v, p.editObject(v, path, value, omit)
	case []any:
		return p.editList(v, path, value, omit)
	}
	return in, fmt.Errorf("%s is no object and no list", shownPath(path))
}

func shownPath(path string) string {
	if path == "" {
		return "the answer"
	}
	return path
}

func (p pointer) editObject(object map[string]any, path string, value func() any, omit bool) error {
	name := p[0]
	member, there := object[name]
	if len(p) > 1 || omit {
		if !there {
			return fmt.Errorf("%s has no member %q; it has %s", shownPath(path), name, strings.Join(sortedKeys(object), ", "))
		}
	}
	switch {
	case len(p) > 1:
		changed, err := p[1:].edit(member, path+"/"+name, value, omit)
		object[name] = changed
		return err
	case omit:
		delete(object, name)
	default:
		object[name] = value()
	}
	return nil
}

func (p pointer) editList(items []any, path string, value func() any, omit bool) (any, error) {
	switch {
	case p[0] == "-" && !omit && len(p) == 1:
		return append(slices.Clip(items), value()), nil
	case p[0] == "*":
		return p.editEach(items, path, value, omit)
	}
	i, err := strconv.Atoi(p[0])
	if err != nil || strconv.Itoa(i) != p[0] {
		return items, fmt.Errorf("%s is a list; %q is no index of it, nor * for each", shownPath(path), p[0])
	}
	if i < 0 || i >= len(items) {
		return items, fmt.Errorf("%s has %d items; the last index is %d", shownPath(path), len(items), len(items)-1)
	}
	switch {
	case len(p) > 1:
		items[i], err = p[1:].edit(items[i], path+"/"+p[0], value, omit)
		return items, err
	case omit:
		return slices.Delete(items, i, i+1), nil
	}
	items[i] = value()
	return items, nil
}

func (p pointer) editEach(items []any, path string, value func() any, omit bool) (any, error) {
	if len(p) == 1 && omit {
		return []any{}, nil
	}
	for i := range items {
		if len(p) == 1 {
			items[i] = value()
			continue
		}
		changed, err := p[1:].edit(items[i], path+"/"+strconv.Itoa(i), value, omit)
		if err != nil {
			return items, err
		}
		items[i] = changed
	}
	return items, nil
}
