package catalogue

import (
	"fmt"
	"strings"
)

// rateLimitType is the error_type that scenario authors may name like a code: the endpoint decides which code it is.
const rateLimitType = "RATE_LIMIT_EXCEEDED"

// fallbackType is what an ambiguous code means where no place says otherwise.
const fallbackType = "ITEM_ERROR"

// index finds rows by family and then by code, by key, and by the one type that counts as a name.
var index = mustIndex()

// mustIndex cannot fail: the compiler of the rows has refused double keys.
func mustIndex() map[string]map[string][]*Row {
	out := map[string]map[string][]*Row{}
	for i := range rows {
		r := &rows[i]
		names := out[r.Family]
		if names == nil {
			names = map[string][]*Row{}
			out[r.Family] = names
		}
		names[r.Code] = append(names[r.Code], r)
		if r.Type != "" {
			names[r.Key()] = []*Row{r}
		}
		if r.Type == rateLimitType {
			names[r.Type] = append(names[r.Type], r)
		}
	}
	return out
}

// Find gives the rows of Plaid by "TYPE/CODE" or by "CODE", several when the code stands under several types; nil when
// there is none. "RATE_LIMIT_EXCEEDED" is a type and gives all its rows. Upper and lower case matter.
func Find(name string) []*Row { return FindIn(Plaid, name) }

// FindIn is Find for any family.
func FindIn(family, name string) []*Row { return append([]*Row(nil), index[family][name]...) }

// At gives the one row of Plaid that a name means at a path (Plaid's, "/accounts/get"): the row itself where the name
// is unique, the endpoint's own code for RATE_LIMIT_EXCEEDED, and else the type that speaks of that path's product.
// The error names the choice when the path does not decide, and the nearest right word when the name is unknown.
func At(name, path string) (*Row, error) {
	if name == rateLimitType {
		return RateLimit(path), nil
	}
	found := index[Plaid][name]
	switch len(found) {
	case 0:
		return nil, unknown(name)
	case 1:
		return found[0], nil
	}
	for _, typ := range append(typesAt(path), fallbackType) {
		for _, r := range found {
			if r.Type == typ {
				return r, nil
			}
		}
	}
	keys := make([]string, len(found))
	for i, r := range found {
		keys[i] = r.Key()
	}
	return nil, fmt.Errorf("%s stands under several types; say %s", name, strings.Join(keys, " or "))
}

func typesAt(path string) []string {
	var out []string
	for _, p := range places {
		for _, prefix := range p.Prefixes {
			if strings.HasPrefix(path, prefix) {
				out = append(out, p.Type)
				break
			}
		}
	}
	return out
}

func unknown(name string) error {
	if near := Nearest(name); near != "" {
		return fmt.Errorf("no error is named %q; did you mean %s?", name, near)
	}
	return fmt.Errorf("no error is named %q", name)
}

// Must finds the one row of a family by code or key. It is for package variables only: it panics when there is no
// such row, or several, so that a typo fails every test at once.
func Must(family, key string) *Row {
	found := index[family][key]
	if len(found) != 1 {
		panic(fmt.Sprintf("catalogue: %s has %d rows named %q, want one", family, len(found), key))
	}
	return found[0]
}
