package scenario

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// Problem is one thing that is wrong with a scenario or a rule, or that is worth a
// warning.
type Problem struct {
	// File as it was given to Load; "" for a rule that comes from elsewhere.
	File string `json:"file,omitempty"`
	// Line counts from 1; 0 = the value does not come from a text.
	Line int `json:"line,omitempty"`
	// Column counts characters from 1.
	Column int `json:"column,omitempty"`
	// Path says where in the document: rules[2].then.error.
	Path string `json:"path,omitempty"`
	// What is wrong.
	What string `json:"what"`
	// Right is what would be right; "" when What says it.
	Right string `json:"right,omitempty"`
}

// String writes "file:line:column: what is wrong; what would be right". A problem
// without a line has its path in front instead.
func (p Problem) String() string {
	var b strings.Builder
	switch {
	case p.Line > 0:
		if p.File != "" {
			b.WriteString(p.File + ":")
		}
		b.WriteString(strconv.Itoa(p.Line) + ":" + strconv.Itoa(p.Column) + ": ")
	case p.Path != "":
		b.WriteString(p.Path + ": ")
	case p.File != "":
		b.WriteString(p.File + ": ")
	}
	b.WriteString(p.What)
	if p.Right != "" {
		b.WriteString("; " + p.Right)
	}
	return b.String()
}

// Problems is the error of Load, ParseRule, Validate and Compile: everything that is
// wrong, in the order of the file.
type Problems []Problem

// maxShown is how many problems the text of an error has.
const maxShown = 100

// Error writes one problem a line, a hundred at most.
func (p Problems) Error() string {
	lines := make([]string, 0, min(len(p), maxShown+1))
	for _, problem := range p[:min(len(p), maxShown)] {
		lines = append(lines, problem.String())
	}
	if more := len(p) - maxShown; more > 0 {
		lines = append(lines, "and "+strconv.Itoa(more)+" more problems")
	}
	return strings.Join(lines, "\n")
}

// report collects problems. Only the first problem of a value is kept: what follows
// from it would mislead.
type report struct {
	file     string
	problems Problems
	marked   map[*node]bool
}

// place is where a value stands: its node, if it comes from a text, and its path.
type place struct {
	node *node
	path string
}

// key goes to the value under a key; without one, its position is that of the mapping.
func (p place) key(name string) place {
	below := place{path: name}
	if p.path != "" {
		below.path = p.path + "." + name
	}
	below.node = p.node.get(name)
	if below.node == nil {
		below.node = p.node
	}
	return below
}

// name goes to the key itself.
func (p place) name(key string) place {
	below := p.key(key)
	if k := p.node.key(key); k != nil {
		below.node = k
	}
	return below
}

// index goes to an item of a list.
func (p place) index(i int) place {
	below := place{node: p.node, path: p.path + "[" + strconv.Itoa(i) + "]"}
	if p.node != nil && p.node.kind == list && i < len(p.node.items) {
		below.node = p.node.items[i]
	}
	return below
}

// has says whether the text has the key. It is false for a value made in Go.
func (p place) has(key string) bool { return p.node.get(key) != nil }

// add reports a problem.
func (r *report) add(at place, what, right string) {
	problem := Problem{File: r.file, Path: at.path, What: what, Right: right}
	if at.node != nil && at.node.line > 0 {
		if r.marked[at.node] {
			return
		}
		r.spoil(at.node)
		problem.Line, problem.Column = at.node.line, at.node.column
	}
	r.problems = append(r.problems, problem)
}

// spoil keeps further problems of a value back: it is incomplete because of one that is
// reported already.
func (r *report) spoil(n *node) {
	if r.marked == nil {
		r.marked = map[*node]bool{}
	}
	r.marked[n] = true
}

// err returns the problems in the order of the file, nil if there are none.
func (r *report) err() error {
	if len(r.problems) == 0 {
		return nil
	}
	slices.SortStableFunc(r.problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return r.problems
}
