package scenario

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"tweed/emulator/internal/catalogue"
)

// unmarshalNumber decodes JSON with numbers as they are written.
func unmarshalNumber(data []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	if err := decoder.Decode(into); err != nil {
		return err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("there is text behind the JSON value")
	}
	return nil
}

// Decode reads a reply's body for Find and captures: JSON with numbers as they are
// written, else the text.
func Decode(body []byte) any {
	var value any
	if err := unmarshalNumber(body, &value); err != nil {
		return string(body)
	}
	return value
}

// headerRule names the rules that acted on a reply.
const headerRule = "Tweed-Rule"

// Check compares a reply with the expectation, whose references must be expanded. It
// returns a sentence for each difference, in the order status, error, rule, headers, body; nil
// if there is none. Without a status and an error expected, the status must be below 400.
func (e StepExpect) Check(status int, headers http.Header, body []byte) []string {
	var wrong []string
	decoded := Decode(body)
	switch {
	case e.Status != 0 && status != e.Status:
		wrong = append(wrong, fmt.Sprintf("status: wanted %d, got %d%s", e.Status, status, told(decoded)))
	case e.Status == 0 && e.Error == "" && status >= http.StatusBadRequest:
		wrong = append(wrong, fmt.Sprintf("status: wanted success, got %d%s", status, told(decoded)))
	}
	if e.Error != "" && !IsError(e.Error, decoded) {
		got := errorIn(decoded)
		if got == "" {
			got = fmt.Sprintf("no error (status %d)", status)
		}
		wrong = append(wrong, fmt.Sprintf("error: wanted %s, got %s", e.Error, got))
	}
	wrong = append(append(wrong, e.checkRule(headers)...), e.checkHeaders(headers)...)
	if e.Body != nil {
		wrong = append(wrong, compare("", e.Body, decoded, true)...)
	}
	return wrong
}

func (e StepExpect) checkRule(headers http.Header) []string {
	acted := headers.Values(headerRule)
	switch {
	case e.Rule == "" || slices.Contains(acted, e.Rule):
		return nil
	case len(acted) == 0:
		return []string{fmt.Sprintf("rule: wanted %s, but no rule acted", e.Rule)}
	}
	return []string{fmt.Sprintf("rule: wanted %s, got %s", e.Rule, strings.Join(acted, ", "))}
}

func (e StepExpect) checkHeaders(headers http.Header) (wrong []string) {
	for _, name := range sortedKeys(e.Headers) {
		var have any
		values := headers.Values(name)
		if len(values) > 0 {
			have = strings.Join(values, ", ")
		}
		path := "header " + name
		switch {
		case len(values) > 0 || e.Headers[name] == wordMissing:
			wrong = append(wrong, compare(path, e.Headers[name], have, len(values) > 0)...)
		default:
			wrong = append(wrong, fmt.Sprintf("%s: wanted %s, but it is not there; %s", path, wanting(e.Headers[name]),
				meant(name, sortedKeys(headers))))
		}
	}
	return wrong
}

// told adds the error that a reply carries to a message about its status.
func told(decoded any) string {
	if got := errorIn(decoded); got != "" {
		return " (" + got + ")"
	}
	return ""
}

// IsError says whether a decoded body carries the error named by CODE or TYPE/CODE, in
// whatever family's form: Plaid's error_code and error_type, the old API's code, the
// label of Legit and Sentinel.
func IsError(name string, decoded any) bool {
	object, ok := decoded.(map[string]any)
	if !ok {
		return false
	}
	if code, ok := object["error_code"].(string); ok {
		typ, _ := object["error_type"].(string)
		return name == code || name == typ+"/"+code || name == rateLimit && typ == rateLimit
	}
	if code, ok := keyOf(object["code"]); ok && object["code"] != nil {
		return name == code
	}
	label, isLabel := object["error"].(string)
	if !isLabel {
		return false
	}
	for _, family := range []string{catalogue.Sentinel, catalogue.Legit} {
		for _, row := range catalogue.FindIn(family, name) {
			if row.Label == label && sameText(row, object["message"]) {
				return true
			}
		}
	}
	return name == label
}

// sameText says whether a message is the row's, its parameters aside.
func sameText(row *catalogue.Row, message any) bool {
	text, _ := message.(string)
	texts := []string{row.Message}
	for i := range row.Variants {
		texts = append(texts, row.Variants[i].Message)
	}
	return slices.ContainsFunc(texts, func(form string) bool { return fitsForm(form, text) })
}

// fitsForm matches a text with a form that has {name} where something varies.
func fitsForm(form, text string) bool {
	before, rest, found := strings.Cut(form, "{")
	if !found {
		return form == text
	}
	_, rest, closed := strings.Cut(rest, "}")
	if !closed {
		return form == text
	}
	text, ok := strings.CutPrefix(text, before)
	if !ok {
		return false
	}
	for i := range len(text) + 1 {
		if fitsForm(rest, text[i:]) {
			return true
		}
	}
	return false
}

// errorIn names the error of a decoded body, "" if it carries none.
func errorIn(decoded any) string {
	object, ok := decoded.(map[string]any)
	if !ok {
		return ""
	}
	message := ""
	for _, key := range []string{"error_message", "message"} {
		if text, ok := object[key].(string); ok && text != "" {
			message = ": " + text
			break
		}
	}
	if code, ok := object["error_code"].(string); ok {
		typ, _ := object["error_type"].(string)
		return strings.TrimPrefix(typ+"/"+code, "/") + message
	}
	if code, ok := keyOf(object["code"]); ok && object["code"] != nil {
		return code + message
	}
	if label, ok := object["error"].(string); ok {
		return label + message
	}
	return ""
}

// isBounds says whether a mapping of an expectation is {min, max}.
func isBounds(m map[string]any) bool {
	for key := range m {
		if key != "min" && key != "max" {
			return false
		}
	}
	return len(m) > 0
}

// checkWanted reports an expectation of a body that nothing can fit.
func checkWanted(r *report, wanted any, at place) {
	m, ok := wanted.(map[string]any)
	if !ok {
		return
	}
	if !isBounds(m) {
		for _, key := range sortedKeys(m) {
			checkWanted(r, m[key], at.key(key))
		}
		return
	}
	for _, key := range sortedKeys(m) {
		if _, number := asNumber(m[key]); !number && len(references(textOf(m[key]))) == 0 {
			r.add(at.key(key), "here stands "+show(m[key]), "it must be a number")
		}
	}
}

// compare compares a value with what is wanted of it, and its members with what is
// wanted of them.
func compare(path string, wanted, have any, there bool) []string {
	label := path
	if label == "" {
		label = "body"
	}
	if m, ok := wanted.(map[string]any); ok && !isBounds(m) {
		return compareMembers(path, m, have)
	}
	switch {
	case fits(wanted, have, there):
		return nil
	case !there:
		return []string{fmt.Sprintf("%s: wanted %s, but it is not there", label, wanting(wanted))}
	default:
		return []string{fmt.Sprintf("%s: wanted %s, got %s", label, wanting(wanted), show(have))}
	}
}

func compareMembers(path string, wanted map[string]any, have any) []string {
	var wrong []string
	for _, name := range sortedKeys(wanted) {
		below := name
		if path != "" {
			below = path + "." + name
		}
		value, err := Find(have, name)
		switch {
		case err == nil:
			wrong = append(wrong, compare(below, wanted[name], value, true)...)
		case wanted[name] != wordMissing:
			wrong = append(wrong, fmt.Sprintf("%s: wanted %s, but %s", below, wanting(wanted[name]), err))
		}
	}
	return wrong
}

// fits says whether a value is as wanted: a word, bounds, one of a list, or equal.
func fits(wanted, have any, there bool) bool {
	switch w := wanted.(type) {
	case string:
		switch w {
		case wordMissing:
			return !there || have == nil
		case wordPresent:
			return there && have != nil
		}
	case map[string]any:
		n, ok := asNumber(have)
		if !ok {
			return false
		}
		least, hasLeast := asNumber(w["min"])
		most, hasMost := asNumber(w["max"])
		return (!hasLeast || n >= least) && (!hasMost || n <= most)
	case []any:
		if list, ok := have.([]any); ok {
			return equal(w, list)
		}
		return there && slices.ContainsFunc(w, func(one any) bool { return equal(one, have) })
	}
	return there && equal(wanted, have)
}

// equal compares decoded values; numbers by value, also with a text that is the same.
func equal(a, b any) bool {
	switch x := a.(type) {
	case map[string]any:
		y, ok := b.(map[string]any)
		if !ok || len(x) != len(y) {
			return false
		}
		for key, value := range x {
			other, there := y[key]
			if !there || !equal(value, other) {
				return false
			}
		}
		return true
	case []any:
		y, ok := b.([]any)
		return ok && slices.EqualFunc(x, y, equal)
	}
	have, ok := keyOf(b)
	if !ok {
		return reflect.DeepEqual(a, b)
	}
	return slices.Contains(keysOf(a), have)
}

// wanting writes what is wanted.
func wanting(wanted any) string {
	switch w := wanted.(type) {
	case string:
		switch w {
		case wordMissing:
			return "nothing"
		case wordPresent:
			return "something"
		}
	case []any:
		return "one of " + show(w)
	case map[string]any:
		if !isBounds(w) {
			break
		}
		least, hasLeast := w["min"]
		most, hasMost := w["max"]
		switch {
		case hasLeast && hasMost:
			return "a number from " + show(least) + " to " + show(most)
		case hasLeast:
			return "a number of at least " + show(least)
		default:
			return "a number of at most " + show(most)
		}
	}
	return show(wanted)
}
