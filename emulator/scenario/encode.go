package scenario

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"time"
)

// written is a type of the language with its own way to be written.
type written interface {
	encodeNode() *node
}

// encode is the other direction of decode: members that are zero are left out.
func encode(v reflect.Value) *node {
	if w, ok := v.Interface().(written); ok {
		return w.encodeNode()
	}
	if v.Type() == timeType {
		return textNode(v.Interface().(time.Time).Format(time.RFC3339Nano))
	}
	switch v.Kind() {
	case reflect.Interface:
		return plainNode(v.Interface())
	case reflect.Pointer:
		return encode(v.Elem())
	case reflect.Struct:
		n := &node{kind: mapping}
		for _, f := range fieldsOf(v.Type()) {
			if member := v.Field(f.index); !absent(member) {
				n.put(f.key, encode(member))
			}
		}
		return n
	case reflect.Slice:
		n := &node{kind: list}
		for i := range v.Len() {
			n.items = append(n.items, encode(v.Index(i)))
		}
		return n
	case reflect.Map:
		n := &node{kind: mapping}
		byKey := map[string]reflect.Value{}
		for _, key := range v.MapKeys() {
			byKey[key.String()] = v.MapIndex(key)
		}
		for _, key := range sortedKeys(byKey) {
			n.put(key, encode(byKey[key]))
		}
		return n
	default:
		return encodeScalar(v)
	}
}

func encodeScalar(v reflect.Value) *node {
	switch v.Kind() {
	case reflect.Bool:
		return boolNode(v.Bool())
	case reflect.Float64:
		return floatNode(v.Float())
	case reflect.Int:
		return numberNode(strconv.FormatInt(v.Int(), 10))
	case reflect.Uint64:
		return numberNode(strconv.FormatUint(v.Uint(), 10))
	default:
		return textNode(v.String())
	}
}

// absent says whether a member is left out. An empty list or mapping says nothing.
func absent(v reflect.Value) bool {
	if v.Kind() == reflect.Slice || v.Kind() == reflect.Map {
		return v.Len() == 0
	}
	return v.IsZero()
}

func floatNode(f float64) *node { return numberNode(strconv.FormatFloat(f, 'f', -1, 64)) }

// plainNode writes a value of a body or a condition. Values that a Go author made are
// taken as encoding/json writes them.
func plainNode(value any) *node {
	switch v := value.(type) {
	case nil:
		return nullNode()
	case string:
		return textNode(v)
	case bool:
		return boolNode(v)
	case json.Number:
		if sortOf(v.String()) != number {
			return textNode(v.String())
		}
		return numberNode(v.String())
	case []any:
		n := &node{kind: list}
		for _, item := range v {
			n.items = append(n.items, plainNode(item))
		}
		return n
	case map[string]any:
		n := &node{kind: mapping}
		for _, key := range sortedKeys(v) {
			n.put(key, plainNode(v[key]))
		}
		return n
	}
	data, err := json.Marshal(value)
	if err != nil {
		return textNode(fmt.Sprint(value))
	}
	var plain any
	if err := unmarshalNumber(data, &plain); err != nil {
		return textNode(string(data))
	}
	return plainNode(plain)
}

// Marshal writes a scenario as YAML. Load of the result gives an equal scenario;
// comments and the order of keys are those of the language, not of Source.
func Marshal(s *Scenario) ([]byte, error) { return renderYAML(encode(reflect.ValueOf(*s))) }

// MarshalJSON writes the scenario in the language's own keys.
func (s Scenario) MarshalJSON() ([]byte, error) {
	return renderJSON(nil, encode(reflect.ValueOf(s))), nil
}

// MarshalJSON writes the rule in the language's own keys: ParseRule reads it.
func (r Rule) MarshalJSON() ([]byte, error) { return renderJSON(nil, encode(reflect.ValueOf(r))), nil }

// MarshalJSON writes the step in the language's own keys.
func (s Step) MarshalJSON() ([]byte, error) { return renderJSON(nil, encode(reflect.ValueOf(s))), nil }

// UnmarshalJSON reads a rule as ParseRule does.
func (r *Rule) UnmarshalJSON(data []byte) error {
	rule, err := ParseRule(data)
	if err == nil {
		*r = rule
	}
	return err
}

// UnmarshalJSON reads a scenario as Load does.
func (s *Scenario) UnmarshalJSON(data []byte) error {
	loaded, err := Load("", data)
	if err == nil {
		*s = *loaded
	}
	return err
}
