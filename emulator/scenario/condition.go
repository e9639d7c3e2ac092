package scenario

import (
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
)

// Where says what must hold for a rule beside the call: a condition for each of some
// facts. All must hold. Facts lists the names there are.
type Where map[string]Condition

// Condition is what is asked of one fact. It is written as
//
//	institution_id: ins_109508          # equal; numbers and their texts are the same
//	account_mask: ["0000", "1111"]      # one of
//	amount_cents: {min: 100000}         # a number within bounds, both included
//	account_id: missing                 # not there, or null
//	account_id: present                 # there, and not null
//	account_id: null                    # there, and null
//
// To compare with the text "missing" or "present", write it as a list of one. A fact
// that is a list (products) is equal to a value when it contains it.
type Condition struct {
	// AnyOf are the values that fit: text, numbers, true, false or nil.
	AnyOf []any
	// Min and Max bound a number, both included. Amounts are in cents.
	Min, Max *float64
	// Missing asks that the fact is not there or null, Present that it is there.
	Missing, Present bool
}

// Is is the condition that a fact equals one of the values.
func Is(values ...any) Condition { return Condition{AnyOf: values} }

// AtLeast is the condition that a fact is a number not below the bound.
func AtLeast(bound float64) Condition { return Condition{Min: &bound} }

// AtMost is the condition that a fact is a number not above the bound.
func AtMost(bound float64) Condition { return Condition{Max: &bound} }

// Missing is the condition that a fact is not there, or null.
func Missing() Condition { return Condition{Missing: true} }

// Present is the condition that a fact is there, and not null.
func Present() Condition { return Condition{Present: true} }

const (
	wordMissing = "missing"
	wordPresent = "present"
)

// bounds is the {min, max} form.
type bounds struct {
	Min *float64 `yaml:"min"`
	Max *float64 `yaml:"max"`
}

// decodeNode reads the forms that the type's comment lists.
func (c *Condition) decodeNode(r *report, n *node, at place) {
	switch {
	case n.kind == mapping:
		var b bounds
		r.decode(n, reflect.ValueOf(&b).Elem(), at)
		c.Min, c.Max = b.Min, b.Max
	case n.kind == list:
		for i, item := range n.items {
			if item.kind != scalar {
				below := at.index(i)
				below.node = item
				r.add(below, "here stands "+item.what(), "a value of a condition is text, a number, true, false or null")
				r.spoil(n)
				continue
			}
			c.AnyOf = append(c.AnyOf, item.plain())
		}
	case n.sort == text && n.value == wordMissing:
		c.Missing = true
	case n.sort == text && n.value == wordPresent:
		c.Present = true
	default:
		c.AnyOf = []any{n.plain()}
	}
}

func (Condition) schema(d *describer) schema {
	scalar := schema{"type": []string{"string", "number", "boolean", "null"}}
	return d.about(anyOf(
		scalar, schema{"type": "array", "items": scalar, "minItems": 1}, d.of(reflect.TypeFor[bounds]()),
	), "Condition", "")
}

func (bounds) limits() limits { return limits{whole: schema{"type": "object", "minProperties": 1}} }

func (c Condition) encodeNode() *node {
	switch {
	case c.Missing:
		return textNode(wordMissing)
	case c.Present:
		return textNode(wordPresent)
	case c.Min != nil || c.Max != nil:
		return encode(reflect.ValueOf(bounds{c.Min, c.Max}))
	}
	if len(c.AnyOf) == 1 && c.AnyOf[0] != wordMissing && c.AnyOf[0] != wordPresent {
		return plainNode(c.AnyOf[0])
	}
	return plainNode(slices.Clone(c.AnyOf))
}

// check reports a condition that asks nothing, or what cannot be.
func (c Condition) check(r *report, at place) {
	forms := 0
	for _, used := range []bool{len(c.AnyOf) > 0, c.Min != nil || c.Max != nil, c.Missing, c.Present} {
		if used {
			forms++
		}
	}
	switch {
	case forms == 0:
		r.add(at, "the condition asks nothing", "write a value, a list of values, {min: ..., max: ...}, missing or present")
	case forms > 1:
		r.add(at, "the condition asks several things at once", "use one of AnyOf, Min with Max, Missing, Present")
	case c.Min != nil && c.Max != nil && *c.Min > *c.Max:
		r.add(at, "min is greater than max: nothing can fit", "swap them")
	}
	for _, value := range c.AnyOf {
		if _, ok := keyOf(value); !ok {
			r.add(at, "a value of the condition is a list or a mapping",
				"a value of a condition is text, a number, true, false or null")
			return
		}
	}
}

// holds says whether the fact fits.
func (c Condition) holds(value any, there bool) bool {
	switch {
	case c.Missing:
		return !there || value == nil
	case c.Present:
		return there && value != nil
	case !there:
		return false
	case c.Min != nil || c.Max != nil:
		n, ok := asNumber(value)
		return ok && (c.Min == nil || n >= *c.Min) && (c.Max == nil || n <= *c.Max)
	}
	return slices.ContainsFunc(c.AnyOf, func(wanted any) bool { return equalsFact(wanted, value) })
}

// equalsFact compares a value of a condition with a fact, or with a member of it.
func equalsFact(wanted, fact any) bool {
	switch f := fact.(type) {
	case []any:
		return slices.ContainsFunc(f, func(one any) bool { return equalsFact(wanted, one) })
	case []string:
		return slices.ContainsFunc(f, func(one string) bool { return equalsFact(wanted, one) })
	}
	have, ok := keyOf(fact)
	return ok && slices.Contains(keysOf(wanted), have)
}

// null has a key that no text has.
const nullKey = "\x00null"

// keyOf is the text by which a scalar is compared: 1500, "1500" and 1500.00 are equal.
// It says false for lists and mappings.
func keyOf(value any) (string, bool) {
	switch v := value.(type) {
	case string:
		return v, true
	case nil:
		return nullKey, true
	case bool:
		return strconv.FormatBool(v), true
	case json.Number:
		return numberKey(v.String()), true
	case int:
		return strconv.Itoa(v), true
	case int64:
		return strconv.FormatInt(v, 10), true
	case uint64:
		return strconv.FormatUint(v, 10), true
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), true
	}
	if v := reflect.ValueOf(value); v.Kind() == reflect.String {
		return v.String(), true
	}
	return "", false
}

// numberKey writes a number in the one form that equal numbers share.
func numberKey(s string) string {
	if _, err := strconv.ParseInt(s, 10, 64); err == nil {
		if s == "-0" {
			return "0"
		}
		return s
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return s
	}
	return strconv.FormatFloat(f, 'f', -1, 64)
}

// keysOf are the keys that equal a value of a condition: a number as it is written fits
// a text, too (1.50 and "1.50").
func keysOf(wanted any) []string {
	key, ok := keyOf(wanted)
	if !ok {
		return nil
	}
	if n, ok := wanted.(json.Number); ok && n.String() != key {
		return []string{key, n.String()}
	}
	return []string{key}
}

// asNumber reads a number, also from a text ("1500.00").
func asNumber(value any) (float64, bool) {
	switch v := value.(type) {
	case int:
		return float64(v), true
	case int64:
		return float64(v), true
	case uint64:
		return float64(v), true
	case float64:
		return v, true
	case json.Number:
		f, err := v.Float64()
		return f, err == nil
	case string:
		if sortOf(v) != number {
			return 0, false
		}
		f, err := strconv.ParseFloat(v, 64)
		return f, err == nil
	}
	return 0, false
}
