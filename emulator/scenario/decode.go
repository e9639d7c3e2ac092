package scenario

import (
	"encoding/json"
	"math"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// coded is a type of the language that is written in more than one form.
type coded interface {
	decodeNode(r *report, n *node, at place)
}

var (
	codedType = reflect.TypeFor[coded]()
	anyType   = reflect.TypeFor[any]()
	timeType  = reflect.TypeFor[time.Time]()
)

// decode fills a Go value from a node. What does not fit is reported; the value then
// stays zero.
func (r *report) decode(n *node, v reflect.Value, at place) {
	at.node = n
	switch {
	case v.CanAddr() && v.Addr().Type().Implements(codedType):
		v.Addr().Interface().(coded).decodeNode(r, n, at)
	case v.Type() == anyType:
		if plain := n.plain(); plain != nil {
			v.Set(reflect.ValueOf(plain))
		}
	case v.Type() == timeType:
		v.Set(reflect.ValueOf(r.decodeMoment(n, at)))
	default:
		r.decodeKind(n, v, at)
	}
}

func (r *report) decodeKind(n *node, v reflect.Value, at place) {
	switch v.Kind() {
	case reflect.Pointer:
		value := reflect.New(v.Type().Elem())
		r.decode(n, value.Elem(), at)
		v.Set(value)
	case reflect.Struct:
		r.decodeStruct(n, v, at)
	case reflect.Slice:
		r.decodeSlice(n, v, at)
	case reflect.Map:
		r.decodeMap(n, v, at)
	default:
		r.decodeScalar(n, v, at)
	}
}

// empty says whether a key of a list or a mapping stands without a value, as when all
// below it is commented out.
func (n *node) empty() bool { return n.kind == scalar && n.sort == null }

func (r *report) decodeStruct(n *node, v reflect.Value, at place) {
	if n.empty() {
		return
	}
	fields := fieldsOf(v.Type())
	if n.kind != mapping {
		keys := make([]string, len(fields))
		for i, f := range fields {
			keys[i] = f.key
		}
		r.add(at, "here stands "+n.what(), "it must be a mapping with the keys "+strings.Join(keys, ", "))
		return
	}
next:
	for i, key := range n.keys {
		for _, f := range fields {
			if f.key == key.value {
				r.decode(n.items[i], v.Field(f.index), at.key(key.value))
				continue next
			}
		}
		r.unknown(v.Type(), key, at)
		r.spoil(n)
	}
}

func (r *report) decodeSlice(n *node, v reflect.Value, at place) {
	if n.empty() {
		return
	}
	if n.kind != list {
		r.add(at, "here stands "+n.what(), "it must be a list: write [...], or lines that begin with \"- \"")
		return
	}
	if len(n.items) == 0 {
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(n.items), len(n.items)))
	for i, item := range n.items {
		r.decode(item, v.Index(i), at.index(i))
	}
}

func (r *report) decodeMap(n *node, v reflect.Value, at place) {
	if n.empty() {
		return
	}
	if n.kind != mapping {
		r.add(at, "here stands "+n.what(), "it must be a mapping: name: value")
		return
	}
	if len(n.keys) == 0 {
		return
	}
	v.Set(reflect.MakeMapWithSize(v.Type(), len(n.keys)))
	for i, key := range n.keys {
		value := reflect.New(v.Type().Elem()).Elem()
		r.decode(n.items[i], value, at.key(key.value))
		v.SetMapIndex(reflect.ValueOf(key.value), value)
	}
}

// wanted names what a Go kind takes.
func wanted(k reflect.Kind) string {
	switch k {
	case reflect.String:
		return "text"
	case reflect.Bool:
		return "true or false"
	case reflect.Float64:
		return "a number"
	case reflect.Uint64:
		return "a whole number that is not negative"
	default:
		return "a whole number of at most " + strconv.Itoa(math.MaxInt32)
	}
}

func (r *report) decodeScalar(n *node, v reflect.Value, at place) {
	want := wanted(v.Kind())
	if n.empty() {
		r.add(at, "there is no value", "it must be "+want+"; without one, remove the key")
		return
	}
	if n.kind != scalar || !n.store(v) {
		r.add(at, "here stands "+n.what(), "it must be "+want)
	}
}

// store puts a scalar into a Go value and says whether it fits.
func (n *node) store(v reflect.Value) bool {
	if v.Kind() == reflect.String { // numbers and truth values are taken as they are written
		v.SetString(n.value)
		return true
	}
	if v.Kind() == reflect.Bool {
		v.SetBool(strings.EqualFold(n.value, "true"))
		return n.sort == boolean
	}
	if n.sort != number {
		return false
	}
	var err error
	switch v.Kind() {
	case reflect.Float64:
		var f float64
		f, err = strconv.ParseFloat(n.value, 64)
		v.SetFloat(f)
	case reflect.Uint64:
		var u uint64
		u, err = strconv.ParseUint(n.value, 10, 64)
		v.SetUint(u)
	default:
		var i int64
		i, err = strconv.ParseInt(n.value, 10, 32)
		v.SetInt(i)
	}
	return err == nil
}

// decodeMoment reads a date and a time with its zone. What is none is reported and gives
// the zero time.
func (r *report) decodeMoment(n *node, at place) time.Time {
	t, err := time.Parse(time.RFC3339, n.value)
	if n.kind != scalar || err != nil {
		r.add(at, n.what()+" is no time", "write date, time and zone as in 2026-01-05T09:30:00-05:00")
		return time.Time{}
	}
	// time.Parse takes the machine's own zone where the offset fits: not here.
	if _, offset := t.Zone(); offset != 0 {
		return t.In(time.FixedZone("", offset))
	}
	return t.UTC()
}

// plain turns a node into what encoding/json would make of it with UseNumber.
func (n *node) plain() any {
	switch n.kind {
	case list:
		all := make([]any, len(n.items))
		for i, item := range n.items {
			all[i] = item.plain()
		}
		return all
	case mapping:
		all := make(map[string]any, len(n.keys))
		for i, key := range n.keys {
			all[key.value] = n.items[i].plain()
		}
		return all
	default:
		return n.plainScalar()
	}
}

func (n *node) plainScalar() any {
	switch n.sort {
	case number:
		return json.Number(n.value)
	case boolean:
		return strings.EqualFold(n.value, "true")
	case null:
		return nil
	default:
		return n.value
	}
}
