package scenario

import (
	"encoding/json"
	"slices"
	"strings"

	"tweed/emulator/internal/catalogue"
	"tweed/emulator/internal/spell"
)

// rateLimit is a type that is named like a code: the endpoint says which code it is.
const rateLimit = "RATE_LIMIT_EXCEEDED"

// ale is the family of Apex's event API.
const ale = "ale"

// families in the order in which a code is looked for.
var families = []string{
	catalogue.Plaid, catalogue.Legacy, catalogue.Legit, catalogue.Sentinel, catalogue.Tweed,
}

// allRows finds the rows of a name in all families.
func allRows(name string) []*catalogue.Row {
	var all []*catalogue.Row
	for _, family := range families {
		all = append(all, catalogue.FindIn(family, name)...)
	}
	return all
}

func keysOfRows(rows []*catalogue.Row) []string {
	keys := make([]string, len(rows))
	for i, row := range rows {
		keys[i] = row.Key()
	}
	return keys
}

// rowAt finds the row that a name means for an operation: that of the operation's own
// family, else Plaid's, else the first there is.
func rowAt(name, family, path string) (*catalogue.Row, error) {
	if family == ale {
		family = catalogue.Sentinel // it has no errors of its own
	}
	if own := catalogue.FindIn(family, name); family != catalogue.Plaid && len(own) > 0 {
		return own[0], nil
	}
	row, err := catalogue.At(name, path)
	if err == nil || len(catalogue.Find(name)) > 0 {
		return row, err
	}
	if all := allRows(name); len(all) > 0 {
		return all[0], nil
	}
	return nil, err
}

// undecided says why a code is open for one of the operations that a rule is about, ""
// if it is not.
func undecided(name string, calls Calls) string {
	if len(catalogue.Find(name)) < 2 {
		return ""
	}
	for _, one := range calls.list() {
		p := parsePattern(one)
		paths := []string{"/" + strings.Join(p.segments, "/")}
		for _, op := range p.operations() {
			paths = append(paths, op.Path)
		}
		if len(paths) > 1 {
			paths = paths[1:]
		}
		for _, path := range paths {
			if _, err := rowAt(name, familyOf(path), path); err != nil {
				return "the code " + name + " stands under several types, and " + path + " does not decide"
			}
		}
	}
	return ""
}

// errorCodes are the names by which allRows finds something. The numbers of Plaid's old
// API are taken as numbers and as texts.
func errorCodes() schema {
	all := []any{rateLimit}
	for _, row := range catalogue.All() {
		if !slices.Contains(families, row.Family) {
			continue
		}
		all = append(all, row.Code)
		if row.Type != "" {
			all = append(all, row.Key())
		}
		if sortOf(row.Code) == number {
			all = append(all, json.Number(row.Code))
		}
	}
	seen := map[any]bool{}
	all = slices.DeleteFunc(all, func(one any) bool {
		double := seen[one]
		seen[one] = true
		return double
	})
	return schema{"enum": all}
}

// straight is the help for a word in quotes of a word processor, "" for any other.
func straight(word string) string {
	if strings.ContainsAny(word, "“”„‘’") {
		return "write straight quotes, or none"
	}
	return ""
}

// codeHelp proposes the nearest code.
func codeHelp(name string) string {
	var codes, keys, ofType []string
	for _, row := range catalogue.All() {
		if row.Type != "" && row.Type == strings.TrimSuffix(name, "/") {
			ofType = append(ofType, row.Code)
		}
		codes, keys = append(codes, row.Code), append(keys, row.Key())
	}
	if len(ofType) > 0 {
		return name + " is a type; its codes are " + strings.Join(ofType, ", ")
	}
	if right := straight(name); right != "" {
		return right
	}
	if sortOf(name) == number && len(name) == 3 {
		return "a status without an error is written {status: " + name + "}"
	}
	near := catalogue.Nearest(name)
	if near == "" {
		near = spell.Nearest(name, append(codes, keys...))
	}
	if near != "" {
		return "did you mean " + near + "?"
	}
	return "tweed errors lists the codes"
}
