package scenario

import (
	"strings"
	"sync"

	"tweed/emulator/internal/catalogue"
	"tweed/emulator/internal/contract"
	"tweed/emulator/internal/spell"
)

// operation is an operation of the contract with its path in parts.
type operation struct {
	*contract.Op
	segments []string
}

// directory finds operations of the contract. It is made when it is first asked for.
type directory struct {
	all    []operation
	byPath map[string][]operation // by the path with its braces emptied
}

var operations = sync.OnceValue(func() *directory {
	d := &directory{byPath: map[string][]operation{}}
	for _, op := range contract.Ops() {
		o := operation{op, segments(op.Path)}
		path := "/" + strings.Join(o.segments, "/")
		d.all = append(d.all, o)
		d.byPath[path] = append(d.byPath[path], o)
	}
	return d
})

// segments splits a path and empties what stands in braces.
func segments(path string) []string {
	parts := strings.Split(strings.Trim(path, "/"), "/")
	for i, part := range parts {
		if strings.HasPrefix(part, "{") && strings.HasSuffix(part, "}") {
			parts[i] = "{}"
		}
	}
	return parts
}

// familyOf tells which vendor's dialect answers calls to a path of the contract.
func familyOf(path string) string {
	for _, op := range operations().byPath["/"+strings.Join(segments(path), "/")] {
		return op.Family
	}
	return catalogue.Plaid
}

// operations lists what a pattern takes in of the contract.
func (p pattern) operations() []operation {
	candidates := operations().all
	if !p.wild {
		candidates = operations().byPath["/"+strings.Join(p.segments, "/")]
	}
	var found []operation
	for _, op := range candidates {
		if p.matches(op.Method, op.segments) {
			found = append(found, op)
		}
	}
	return found
}

// operationsAt finds the operations of a path that has values, or references to some,
// where the contract has braces.
func operationsAt(path string) []operation {
	path, _, _ = strings.Cut(path, "?")
	wanted := strings.Split(strings.Trim(path, "/"), "/")
	if exact := operations().byPath["/"+strings.Join(wanted, "/")]; len(exact) > 0 {
		return exact
	}
	var found []operation
	for _, op := range operations().all {
		if fitsTemplate(op.segments, wanted) {
			found = append(found, op)
		}
	}
	return found
}

func fitsTemplate(template, path []string) bool {
	if len(template) != len(path) {
		return false
	}
	for i, segment := range template {
		if segment != path[i] && segment != "{}" && !strings.Contains(path[i], "$") {
			return false
		}
	}
	return true
}

// pathHelp proposes the nearest path.
func pathHelp(method, path string) string {
	if ops := operationsAt(path); len(ops) > 0 {
		return "write it as the contract has it: " + ops[0].Path
	}
	if right := straight(path); right != "" {
		return right
	}
	if _, rest, found := strings.Cut(path, "://"); found { // the path without its host
		if _, rest, found = strings.Cut(rest, "/"); found {
			return "write the path alone: /" + rest
		}
	}
	var paths, ends []string
	for _, op := range operations().all {
		if strings.EqualFold(op.ID, strings.TrimPrefix(path, "/")) {
			return "did you mean " + quote(op.Path) + "?"
		}
		if method != "" && !strings.EqualFold(method, op.Method) {
			continue
		}
		paths = append(paths, op.Path)
		if len(path) > 1 && strings.HasSuffix(op.Path, strings.TrimSuffix(path, "/")) {
			ends = append(ends, op.Path)
		}
	}
	if len(ends) > 0 && len(ends) <= maxProposed {
		return "did you mean " + strings.Join(ends, " or ") + "?"
	}
	if near := spell.Nearest(path, paths); near != "" {
		return "did you mean " + quote(near) + "?"
	}
	return "tweed routes lists the paths"
}

// wildHelp proposes the nearest pattern that ends in "*".
func wildHelp(p pattern) string {
	wanted := "/" + strings.Join(p.segments, "/")
	var patterns []string
	for _, op := range operations().all {
		if n := len(p.segments); n <= len(op.segments) {
			one := "/" + strings.Join(op.segments[:n-1], "/") + "/*"
			if len(patterns) == 0 || patterns[len(patterns)-1] != one {
				patterns = append(patterns, one)
			}
		}
	}
	if near := spell.Nearest(wanted, patterns); near != "" {
		return "did you mean " + quote(near) + "?"
	}
	return "tweed routes lists the paths"
}

// maxProposed is how many paths a message proposes.
const maxProposed = 5
