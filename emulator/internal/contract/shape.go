package contract

import (
	"sort"
	"strings"

	contractdata "tweed/fixtures/contract"
)

// kind is what JSON a use of a type takes.
type kind uint8

const (
	anyKind kind = iota
	mapKind      // an object with free keys
	stringKind
	integerKind
	numberKind
	booleanKind
	listKind
	enumKind
	objectKind
)

// kinds are the types that the shapes do not declare by name.
var kinds = map[string]kind{
	"any": anyKind, "map": mapKind, "string": stringKind,
	"integer": integerKind, "number": numberKind, "boolean": booleanKind,
}

// shape is an object: its fields in the contract's order.
type shape struct {
	name   string
	open   bool // accepts fields that are not declared
	fields []field
	enums  bool // holds a set of values somewhere
}

// field is one member of an object.
type field struct {
	name     string
	required bool
	typ      typ
	rule     *rule  // what the value must look like
	refuse   *rule  // what an unknown value of a set breaks; nil accepts it
	until    string // the version of Plaid's API from which the field is no more; "" for none
	since    string // the version from which a required field is required; "" for all
}

// in says whether a version of Plaid's API has the field.
func (f *field) in(version string) bool { return f.until == "" || version < f.until }

// typ is the use of a type.
type typ struct {
	kind     kind
	nullable bool
	items    *typ     // of a list
	values   []string // of an enum
	shape    *shape   // of an object
	own      *rule    // the rule of the type; nil for any
}

// loader parses one type and what it uses. A type that uses itself is the same shape again.
type loader struct {
	shapes map[string]*shape
	values map[string][]string
}

// load parses a named type; nil for "". The compiled shapes are trusted: the generator has checked them, and a test
// loads every operation.
func load(name string) *shape {
	if name == "" {
		return nil
	}
	l := loader{shapes: map[string]*shape{}, values: map[string][]string{}}
	s := l.use(name).shape
	for _, each := range l.shapes {
		each.markEnums(map[*shape]bool{})
	}
	return s
}

// lines returns the lines of a named type, without the "=" of the first. The types are sorted by name.
func lines(name string) []string {
	i := sort.Search(len(typeAt), func(i int) bool {
		head, _, _ := strings.Cut(contractdata.Shapes[typeAt[i]+1:], " ")
		return head >= name
	})
	end := len(contractdata.Shapes)
	if i+1 < len(typeAt) {
		end = int(typeAt[i+1])
	}
	return strings.Split(strings.TrimSuffix(contractdata.Shapes[typeAt[i]+1:end], "\n"), "\n")
}

// use reads a use of a type: "?" for nullable, "[]" for a list, then a name.
func (l *loader) use(text string) typ {
	t := l.parse(text)
	t.own = findRule(t.defaultRule())
	return t
}

func (l *loader) parse(text string) typ {
	text, nullable := strings.CutPrefix(text, "?")
	if rest, ok := strings.CutPrefix(text, "[]"); ok {
		items := l.use(rest)
		return typ{kind: listKind, nullable: nullable, items: &items}
	}
	if k, ok := kinds[text]; ok {
		return typ{kind: k, nullable: nullable}
	}
	l.declare(text)
	if values := l.values[text]; values != nil {
		return typ{kind: enumKind, nullable: nullable, values: values}
	}
	return typ{kind: objectKind, nullable: nullable, shape: l.shapes[text]}
}

// declare parses a named type once.
func (l *loader) declare(name string) {
	if l.shapes[name] != nil || l.values[name] != nil {
		return
	}
	all := lines(name)
	words := strings.SplitN(all[0], " ", 3)
	if words[1] == "enum" {
		l.values[name] = strings.Split(words[2], "|")
		return
	}
	s := &shape{name: name, open: words[1] == "open", fields: make([]field, 0, len(all)-1)}
	l.shapes[name] = s
	for _, line := range all[1:] {
		s.fields = append(s.fields, l.field(line))
	}
}

// field reads `name! type ~rule ^refusal <until >since`.
func (l *loader) field(line string) field {
	words := strings.Split(line, " ")
	f := field{typ: l.use(words[1])}
	f.name, f.required = strings.CutSuffix(words[0], "!")
	f.rule = f.typ.own
	for _, w := range words[2:] {
		switch w[0] {
		case '~':
			f.rule = findRule(w[1:])
		case '^':
			f.refuse = findRule(w[1:])
		case '<':
			f.until = w[1:]
		case '>':
			f.since = w[1:]
		}
	}
	return f
}

// defaultRule names the rule of a type's own.
func (t *typ) defaultRule() string {
	switch t.kind {
	case stringKind, enumKind:
		return "string"
	case integerKind:
		return "integer"
	case numberKind:
		return "number"
	case booleanKind:
		return "boolean"
	case mapKind, objectKind:
		return "object"
	case listKind:
		switch t.items.kind {
		case stringKind, enumKind:
			return "list_of_strings"
		case mapKind, objectKind:
			return "list_of_objects"
		default:
			return "list"
		}
	default:
		return ""
	}
}

// element returns the type that a use ends at, through its lists.
func (t *typ) element() *typ {
	for t.kind == listKind {
		t = t.items
	}
	return t
}

// markEnums notes which shapes hold a set of values.
func (s *shape) markEnums(seen map[*shape]bool) bool {
	if seen[s] {
		return s.enums
	}
	seen[s] = true
	for i := range s.fields {
		e := s.fields[i].typ.element()
		if e.kind == enumKind || e.kind == objectKind && e.shape.markEnums(seen) {
			s.enums = true
		}
	}
	return s.enums
}

// find returns the field of that name, or nil.
func (s *shape) find(name string) *field {
	for i := range s.fields {
		if s.fields[i].name == name {
			return &s.fields[i]
		}
	}
	return nil
}

// has says whether a dotted name leads to a field.
func (s *shape) has(name string) bool {
	for {
		head, rest, more := strings.Cut(name, ".")
		f := s.find(head)
		if f == nil || !more {
			return f != nil
		}
		e := f.typ.element()
		if e.kind != objectKind {
			return e.kind == mapKind || e.kind == anyKind
		}
		s, name = e.shape, rest
	}
}
