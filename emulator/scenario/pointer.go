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

// edit is what happens to each value that a pointer names.
type edit struct {
	// value gives what stands there afterwards, of what stood there (nil where nothing did) and
	// its path. A nil value takes it out.
	value func(was any, path string) (any, error)
	// there says that the value must be there before.
	there bool
}

// apply edits what the pointer names and returns the value that stands in the place of the
// one given: a list that grew or shrank is another one.
func (p pointer) apply(in any, path string, e edit) (any, error) {
	switch v := in.(type) {
	case map[string]any:
		return v, p.editObject(v, path, e)
	case []any:
		return p.editList(v, path, e)
	}
	return in, fmt.Errorf("%s is no object and no list", shownPath(path))
}

func shownPath(path string) string {
	if path == "" {
		return "the answer"
	}
	return path
}

func (p pointer) editObject(object map[string]any, path string, e edit) (err error) {
	name := p[0]
	member, there := object[name]
	if !there && (len(p) > 1 || e.there) {
		return fmt.Errorf("%s has no member %q; it has %s", shownPath(path), name, strings.Join(sortedKeys(object), ", "))
	}
	switch {
	case len(p) > 1:
		object[name], err = p[1:].apply(member, path+"/"+name, e)
	case e.value == nil:
		delete(object, name)
	default:
		object[name], err = e.value(member, path+"/"+name)
	}
	return err
}

func (p pointer) editList(items []any, path string, e edit) (any, error) {
	switch {
	case p[0] == "-" && !e.there && len(p) == 1:
		value, err := e.value(nil, path+"/-")
		return append(slices.Clip(items), value), err
	case p[0] == "*":
		return p.editEach(items, path, e)
	}
	i, err := strconv.Atoi(p[0])
	if err != nil || strconv.Itoa(i) != p[0] {
		return items, fmt.Errorf("%s is a list; %q is no index of it, nor * for each", shownPath(path), p[0])
	}
	if i < 0 || i >= len(items) {
		return items, fmt.Errorf("%s has %d items; the last index is %d", shownPath(path), len(items), len(items)-1)
	}
	if len(p) == 1 && e.value == nil {
		return slices.Delete(items, i, i+1), nil
	}
	items[i], err = p.editItem(items[i], path+"/"+p[0], e)
	return items, err
}

func (p pointer) editEach(items []any, path string, e edit) (_ any, err error) {
	if len(p) == 1 && e.value == nil {
		return []any{}, nil
	}
	for i := range items {
		if items[i], err = p.editItem(items[i], path+"/"+strconv.Itoa(i), e); err != nil {
			return items, err
		}
	}
	return items, nil
}

// editItem edits an item that stands where the pointer begins.
func (p pointer) editItem(item any, path string, e edit) (any, error) {
	if len(p) > 1 {
		return p[1:].apply(item, path, e)
	}
	return e.value(item, path)
}
