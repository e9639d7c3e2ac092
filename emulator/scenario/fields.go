package scenario

import (
	"maps"
	"reflect"
	"slices"
	"strings"

	"tweed/emulator/internal/spell"
)

// field is a member of a struct with its key in the language.
type field struct {
	key   string
	index int
	typ   reflect.Type
}

// fieldsOf lists the keys of a struct in the order of its declaration: the language is
// what the Go types say.
func fieldsOf(t reflect.Type) []field {
	var all []field
	for i := range t.NumField() {
		if key := t.Field(i).Tag.Get("yaml"); key != "" && key != "-" {
			all = append(all, field{key: key, index: i, typ: t.Field(i).Type})
		}
	}
	return all
}

// structOf looks through pointers and lists for a struct of the language.
func structOf(t reflect.Type) (reflect.Type, bool) {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	return t, t.Kind() == reflect.Struct && len(fieldsOf(t)) > 0
}

// unknown reports a key that a struct does not have, with the best help there is.
func (r *report) unknown(t reflect.Type, key *node, at place) {
	at = at.key(key.value)
	at.node = key
	what := "unknown key " + quote(key.value)
	if right := otherWord(t, key.value); right != "" {
		r.add(at, what, right)
		return
	}
	fields := fieldsOf(t)
	keys := make([]string, len(fields))
	for i, f := range fields {
		keys[i] = f.key
	}
	for _, f := range fields {
		below, ok := structOf(f.typ)
		if ok && slices.ContainsFunc(fieldsOf(below), func(b field) bool { return b.key == key.value }) {
			r.add(at, what, quote(key.value)+" stands under "+quote(f.key))
			return
		}
	}
	r.add(at, what, meant(key.value, keys))
}

// otherWords are what people write who know another tool, by type.
var otherWords = map[reflect.Type]map[string]string{
	reflect.TypeFor[Clock](): {"speed": "run", "time": "start", "now": "start"},
	reflect.TypeFor[Item]():  {"username": "user", "alias": "as", "institution_id": "institution"},
	reflect.TypeFor[Rule](): {
		"on": "call", "path": "call", "url": "call", "match": "where", "when": "where", "count": "times",
	},
	reflect.TypeFor[Step](): {
		"path": "call", "url": "call", "body": "with", "json": "with", "data": "with", "wait": "advance",
	},
	reflect.TypeFor[CallExpect](): {"path": "call", "url": "call", "times": "count"},
}

// otherWord proposes the language's key for one of another tool, "" if it is none, nor a
// part of a number.
func otherWord(t reflect.Type, key string) string {
	if key != "" && strings.Trim(key, "0123456789") == "" {
		return "a number has no commas: write 1000"
	}
	if word := otherWords[t][key]; word != "" {
		return "did you mean " + quote(word) + "?"
	}
	return ""
}

// meant proposes the nearest of some words, or lists them when none is near.
func meant(word string, words []string) string {
	if near := spell.Nearest(word, words); near != "" {
		return "did you mean " + quote(near) + "?"
	}
	if len(words) == 0 || len(words) > maxListed {
		return ""
	}
	return "known here: " + strings.Join(words, ", ")
}

// maxListed is how many words a message lists.
const maxListed = 24

// sortedKeys are the keys of a map in the order of the alphabet.
func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
