package scenario

import (
	"regexp"
	"strings"
)

// kind is the form of a node.
type kind int

const (
	scalar kind = iota
	list
	mapping
)

// sort of a scalar's value.
type sort int

const (
	text sort = iota
	number
	boolean
	null
)

// node is one value of a YAML or JSON document with its place in the file. Everything
// behind the two parsers works on nodes.
type node struct {
	kind   kind
	sort   sort   // of a scalar
	value  string // of a scalar, as it was written
	line   int    // from 1; 0 = the node does not come from a file
	column int    // from 1, in characters
	keys   []*node
	items  []*node // of a list, or the values that belong to keys

	at map[string]int // of a mapping that was parsed: where a key stands
}

// get returns the value under a key of a mapping, nil if there is none.
func (n *node) get(key string) *node {
	if i, ok := n.find(key); ok {
		return n.items[i]
	}
	return nil
}

// key returns the node of a key of a mapping, nil if there is none.
func (n *node) key(key string) *node {
	if i, ok := n.find(key); ok {
		return n.keys[i]
	}
	return nil
}

func (n *node) find(key string) (int, bool) {
	if n == nil {
		return 0, false
	}
	i, ok := n.at[key]
	return i, ok
}

// what says what a node is, for messages: the text "two", the number 3, a list.
func (n *node) what() string {
	switch {
	case n.kind == list:
		return "a list"
	case n.kind == mapping:
		return "a mapping"
	case n.sort == null:
		return "nothing"
	case n.sort == number:
		return "the number " + n.value
	case n.sort == boolean:
		return n.value
	}
	return "the text " + quote(n.value)
}

// numberForm is JSON's: what else looks like a number in some version of YAML (0x1F,
// 1_000, 0000) is text here, so that the account mask 0000 needs no quotes.
var numberForm = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?$`)

// sortOf tells what an unquoted scalar is.
func sortOf(value string) sort {
	switch value {
	case "", "~", "null", "Null", "NULL":
		return null
	case "true", "True", "TRUE", "false", "False", "FALSE":
		return boolean
	}
	if c := value[0]; (c == '-' || c >= '0' && c <= '9') && numberForm.MatchString(value) {
		return number
	}
	return text
}

// quote shows a piece of a file in a message, shortened and on one line.
func quote(s string) string {
	const most = 60
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r < ' ' }), " ")
	if runes := []rune(s); len(runes) > most {
		s = string(runes[:most]) + "..."
	}
	return `"` + s + `"`
}

func textNode(value string) *node   { return &node{value: value} }
func numberNode(value string) *node { return &node{sort: number, value: value} }
func nullNode() *node               { return &node{sort: null, value: "null"} }

func boolNode(value bool) *node {
	if value {
		return &node{sort: boolean, value: "true"}
	}
	return &node{sort: boolean, value: "false"}
}

// put appends a key and its value to a mapping.
func (n *node) put(key string, value *node) {
	n.keys = append(n.keys, textNode(key))
	n.items = append(n.items, value)
}
