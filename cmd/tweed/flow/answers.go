package flow

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
)

// Answers returns how two answers differ, one line per difference: "path: first | second". Compared are the fields,
// their types and values, the order of fields, and the members of lists and their order; ids, tokens and times count by
// kind. path is what the answer as a whole is called. An answer that is no JSON is compared as a text.
func Answers(path string, left, right []byte) []string {
	var d differences
	d.values(path, "", parse(left), parse(right))
	return d.lines
}

// object is a JSON object in the order in which it is written.
type object []member

type member struct {
	name  string
	value any
}

func (o object) names() []string {
	names := make([]string, len(o))
	for i, m := range o {
		names[i] = m.name
	}
	return names
}

func (o object) get(name string) (any, bool) {
	i := slices.IndexFunc(o, func(m member) bool { return m.name == name })
	if i < 0 {
		return nil, false
	}
	return o[i].value, true
}

// parse reads a JSON value with the order of its fields; what is no JSON is a text.
func parse(data []byte) any {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	value, err := parseValue(decoder)
	if err == nil {
		if _, err = decoder.Token(); errors.Is(err, io.EOF) {
			return value
		}
	}
	return strings.TrimSpace(string(data))
}

func parseValue(decoder *json.Decoder) (any, error) {
	token, err := decoder.Token()
	if err != nil {
		return nil, err
	}
	switch token {
	case json.Delim('{'):
		o := object{}
		for decoder.More() {
			name, err := decoder.Token()
			if err != nil {
				return nil, err
			}
			value, err := parseValue(decoder)
			if err != nil {
				return nil, err
			}
			o = append(o, member{name.(string), value})
		}
		_, err = decoder.Token()
		return o, err
	case json.Delim('['):
		list := []any{}
		for decoder.More() {
			value, err := parseValue(decoder)
			if err != nil {
				return nil, err
			}
			list = append(list, value)
		}
		_, err = decoder.Token()
		return list, err
	}
	return token, nil
}

// typeOf is the JSON type of a value.
func typeOf(value any) string {
	switch value.(type) {
	case object:
		return "object"
	case []any:
		return "list"
	case string:
		return "string"
	case json.Number:
		return "number"
	case bool:
		return "boolean"
	}
	return "null"
}

// normal is a value as it counts: ids, tokens and times by kind. key is the name of the field that holds it.
func normal(key string, value any) string {
	switch v := value.(type) {
	case object:
		members := make([]string, len(v))
		for i, m := range v {
			members[i] = m.name + ": " + normal(m.name, m.value)
		}
		return "{" + strings.Join(members, ", ") + "}"
	case []any:
		members := make([]string, len(v))
		for i, one := range v {
			members[i] = normal(key, one)
		}
		return "[" + strings.Join(members, ", ") + "]"
	case string:
		return keyed(key, v)
	case nil:
		return "null"
	}
	return fmt.Sprint(value)
}

func (d *differences) add(path, what, left, right string) {
	d.lines = append(d.lines, fmt.Sprintf("%s: %s%s | %s", path, what, oneLine(left), oneLine(right)))
}

// values compares two values of a field called key.
func (d *differences) values(path, key string, left, right any) {
	if l, r := typeOf(left), typeOf(right); l != r {
		d.add(path, "type: ", l+" "+shown(key, left), r+" "+shown(key, right))
		return
	}
	switch l := left.(type) {
	case object:
		d.objects(path, l, right.(object))
	case []any:
		d.lists(path, key, l, right.([]any))
	default:
		if l, r := normal(key, left), normal(key, right); l != r {
			d.add(path, "", l, r)
		}
	}
}

// objects compares the fields of two objects in order of name, then the order of those that both have.
func (d *differences) objects(path string, left, right object) {
	all := slices.Concat(left.names(), right.names())
	slices.Sort(all)
	for _, name := range slices.Compact(all) {
		l, inLeft := left.get(name)
		r, inRight := right.get(name)
		switch at := path + "." + name; {
		case !inLeft:
			d.add(at, "", absent, shown(name, r))
		case !inRight:
			d.add(at, "", shown(name, l), absent)
		default:
			d.values(at, name, l, r)
		}
	}
	common := func(o, other object) string {
		return strings.Join(slices.DeleteFunc(o.names(), func(name string) bool {
			_, has := other.get(name)
			return !has
		}), ", ")
	}
	if l, r := common(left, right), common(right, left); l != r {
		d.add(path, "order of fields: ", l, r)
	}
}

// lists compares two lists member by member; the same members in another order are one difference.
func (d *differences) lists(path, key string, left, right []any) {
	count := func(list []any) string { return fmt.Sprintf("%d", len(list)) }
	if len(left) != len(right) {
		d.add(path, "number of members: ", count(left), count(right))
	}
	texts := func(list []any) []string {
		out := make([]string, len(list))
		for i, one := range list {
			out[i] = normal(key, one)
		}
		return out
	}
	l, r := texts(left), texts(right)
	if !slices.Equal(l, r) && slices.Equal(slices.Sorted(slices.Values(l)), slices.Sorted(slices.Values(r))) {
		at := 0
		for l[at] == r[at] {
			at++
		}
		d.add(path, fmt.Sprintf("order of members: the first other one is [%d]: ", at), l[at], r[at])
		return
	}
	for i := range min(len(left), len(right)) {
		d.values(fmt.Sprintf("%s[%d]", path, i), key, left[i], right[i])
	}
}

// shown is a value in short: what is in an object or a list is only counted.
func shown(key string, value any) string {
	switch v := value.(type) {
	case object:
		return fmt.Sprintf("{%d fields}", len(v))
	case []any:
		return fmt.Sprintf("[%d members]", len(v))
	}
	return normal(key, value)
}

// keyed takes ids whose form says nothing by the name of their field.
func keyed(key, text string) string {
	switch lower := strings.ToLower(key); {
	case text == "":
		return `""`
	case lower == "id", strings.HasSuffix(lower, "_id") && lower != "institution_id", strings.HasSuffix(lower, "_ids"),
		strings.HasSuffix(key, "Id") && lower != "institutionid":
		return "<id>"
	}
	return fmt.Sprintf("%q", kindOf(text))
}

// kinds replaces what differs between two equal runs. The order matters: a token contains a UUID.
var kinds = []struct {
	form *regexp.Regexp
	kind string
}{
	{jwtForm, "<jwt>"},
	{regexp.MustCompile(`-sandbox-[0-9A-Za-z-]+…?`), "-sandbox-<identifier>"},
	{regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`), "<uuid>"},
	{regexp.MustCompile(`\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:?\d{2})?`), "<time>"},
	{regexp.MustCompile(`\d{4}-\d{2}-\d{2}`), "<date>"},
	{regexp.MustCompile(`\b[0-9a-f]{24}\b`), "<id>"},
	{regexp.MustCompile(`\b[0-9A-Za-z_-]{43}(?:$|[^0-9A-Za-z_-])`), "<key>"}, // a coordinate of a JWK
	{regexp.MustCompile(`\b[0-9A-Za-z]{37,38}\b`), "<id>"},                   // Plaid's, of accounts and Items
	{regexp.MustCompile(`^http://127\.0\.0\.1:\d+/`), "http://<tweed>/"},
	{regexp.MustCompile(`\*{4,}\d{4}\b`), "<masked>"}, // an account number, some by chance
	{regexp.MustCompile(`\b\d{14}\b`), "<id>"},
}

func kindOf(text string) string {
	for _, k := range kinds {
		text = k.form.ReplaceAllString(text, k.kind)
	}
	return text
}
