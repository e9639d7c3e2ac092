package scenario

import (
	"cmp"
	"encoding/json"
	"math"
	"reflect"
	"slices"
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
		right := "it must be a mapping with the keys " + strings.Join(keys, ", ")
		if n.kind == scalar && strings.HasPrefix(n.value, "/") && slices.Contains(keys, "call") {
			right = "write {call: " + n.value + "}"
		}
		r.add(at, "here stands "+n.what(), right)
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
		right := "it must be a list: write [...], or lines that begin with \"- \""
		if n.kind == mapping {
			right = "it must be a list: its items begin with \"- \", also when there is one"
		}
		r.add(at, "here stands "+n.what(), right)
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
		return "a whole number from 1"
	default:
		return "a whole number"
	}
}

func (r *report) decodeScalar(n *node, v reflect.Value, at place) {
	want := wanted(v.Kind())
	if n.empty() {
		r.add(at, "there is no value", "it must be "+want+"; without one, remove the key")
		return
	}
	if n.kind != scalar || !n.store(v) {
		r.add(at, "here stands "+n.what(), cmp.Or(n.instead(v.Kind()), "it must be "+want))
	}
}

// instead says what a scalar that does not fit was meant to be; "" = it could be anything.
func (n *node) instead(k reflect.Kind) string {
	switch {
	case n.kind != scalar || k == reflect.String:
		return ""
	case k == reflect.Bool:
		return truthMeant[strings.ToLower(n.value)]
	case n.sort == text:
		return numberMeant(n.value)
	case n.sort != number || strings.Trim(n.value, "0123456789") != "":
		return ""
	case k == reflect.Uint64:
		return "the most is " + strconv.FormatUint(math.MaxUint64, 10)
	default:
		return "the most is " + strconv.Itoa(math.MaxInt32)
	}
}

// truthMeant are words for true and false, some of them of older YAML.
var truthMeant = map[string]string{
	"true": "write true", "yes": "write true", "on": "write true",
	"false": "write false", "no": "write false", "off": "write false",
}

// numberMeant is how a text that looks like a number is written as one, "" for any other.
func numberMeant(s string) string {
	bare := strings.NewReplacer("$", "", ",", "", "_", "", " ", "").Replace(s)
	if percent, ok := strings.CutSuffix(bare, "%"); ok && sortOf(percent) == number {
		if f, err := strconv.ParseFloat(percent, 64); err == nil {
			return "write " + strconv.FormatFloat(f/100, 'f', -1, 64)
		}
	}
	if sortOf(bare) == number {
		return "write " + bare + " without quotes or signs"
	}
	return ""
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
