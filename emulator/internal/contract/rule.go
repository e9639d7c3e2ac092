package contract

import (
	"encoding/json"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// form is the outline of a value.
type form uint8

const (
	isString form = iota + 1
	isInteger
	isNumber
	isBoolean
	isObject
	isList
	isDecimal // a JSON number, or a string that is one without an exponent
	isURL
	isDate
	isDatetime
	isKnown // one of the values of the field's type
	isTexts // an object whose values are strings that are not empty
)

// rule says what a value must look like and how its refusal reads. fixtures/contract/formats.yaml and sentinel.yaml
// declare them, each with its source.
type rule struct {
	name string
	is   form
	// text is the refusal; {field} is the dotted path, {value} the first refused value, {values} all of them as JSON
	// strings, {known} the values of the field's type.
	text string
	// row is the error's key; "" is INVALID_REQUEST/INVALID_FIELD.
	row string
	// empty lets an empty string through.
	empty bool
	// min and max bound the characters of a string or the members of a list; max 0 is no bound.
	min, max int
	// alphabet holds the characters that a string may have; "" is all.
	alphabet string
	// items names the rule of a list's members; a member that breaks it is the list's fault.
	items string
}

// findRule returns a rule by name; nil for "".
func findRule(name string) *rule {
	for i := range rules {
		if rules[i].name == name {
			return &rules[i]
		}
	}
	return nil
}

// accepts says whether a value that is not null has the rule's form.
func (r *rule) accepts(v any) bool {
	switch r.is {
	case isInteger:
		n, ok := v.(json.Number)
		return ok && integral(n)
	case isNumber:
		_, ok := v.(json.Number)
		return ok
	case isBoolean:
		_, ok := v.(bool)
		return ok
	case isObject:
		_, ok := v.(map[string]any)
		return ok
	case isList:
		list, ok := v.([]any)
		return ok && r.acceptsList(list)
	case isDecimal:
		return decimal(v)
	case isTexts:
		fields, ok := v.(map[string]any)
		return ok && texts(fields)
	case isKnown:
		return true // the values are the field's; see checker.known
	default:
		s, ok := v.(string)
		return ok && (s == "" && r.empty || r.acceptsString(s))
	}
}

// acceptsList checks the number of members and each member.
func (r *rule) acceptsList(list []any) bool {
	if len(list) < r.min || r.max > 0 && len(list) > r.max {
		return false
	}
	if r.items == "" {
		return true
	}
	items := findRule(r.items)
	return !slices.ContainsFunc(list, func(v any) bool { return v == nil || !items.accepts(v) })
}

// texts says whether all values are strings that are not empty. No value at all is none of them.
func texts(fields map[string]any) bool {
	for _, v := range fields {
		if s, ok := v.(string); !ok || s == "" {
			return false
		}
	}
	return len(fields) > 0
}

// acceptsString checks the length, the letters and the form of a string.
func (r *rule) acceptsString(s string) bool {
	if r.min > 0 || r.max > 0 {
		n := utf8.RuneCountInString(s)
		if n < r.min || r.max > 0 && n > r.max {
			return false
		}
	}
	if r.alphabet != "" && strings.ContainsFunc(s, func(c rune) bool { return !strings.ContainsRune(r.alphabet, c) }) {
		return false
	}
	switch r.is {
	case isURL:
		u, err := url.Parse(s)
		return err == nil && u.Scheme != "" && u.Host != ""
	case isDate:
		_, err := time.Parse(time.DateOnly, s)
		return err == nil
	case isDatetime:
		return datetime(s)
	default:
		return true
	}
}

// datetime accepts RFC 3339, without a zone too, and a plain date, as SDKs send them (assumed).
func datetime(s string) bool {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", time.DateOnly} {
		if _, err := time.Parse(layout, s); err == nil {
			return true
		}
	}
	return false
}

// integral says whether a JSON number has no fraction; 1.0 and 1e3 have none.
func integral(n json.Number) bool {
	if !strings.ContainsAny(string(n), ".eE") {
		return true
	}
	f, err := n.Float64()
	return err == nil && f == math.Trunc(f)
}

// decimal says whether a value is a JSON number, or a string that is one without an exponent.
func decimal(v any) bool {
	if _, ok := v.(json.Number); ok {
		return true
	}
	s, ok := v.(string)
	if !ok || s == "" || strings.ContainsFunc(s, func(c rune) bool { return !strings.ContainsRune("-.0123456789", c) }) {
		return false
	}
	_, err := strconv.ParseFloat(s, 64)
	return err == nil
}

// refusal writes the text of a broken rule.
func (r *rule) refusal(path string, refused, known []string) string {
	quoted := make([]string, len(refused))
	for i, v := range refused {
		// A string always encodes.
		b, _ := json.Marshal(v)
		quoted[i] = string(b)
	}
	first := ""
	if len(quoted) > 0 {
		first = quoted[0]
	}
	return strings.NewReplacer(
		"{field}", path,
		"{values}", strings.Join(quoted, ", "),
		"{value}", first,
		"{known}", strings.Join(known, ", "),
	).Replace(r.text)
}
