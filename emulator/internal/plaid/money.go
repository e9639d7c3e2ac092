package plaid

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// cents are money, exactly. Plaid writes it as a decimal string with two digits of
// precision, as "10.00".
type cents int64

var centsForm = regexp.MustCompile(`^[0-9]{1,12}\.[0-9]{2}$`)

// parseCents reads a decimal string with two digits of precision.
func parseCents(text string) (cents, bool) {
	if !centsForm.MatchString(text) {
		return 0, false
	}
	n, err := strconv.ParseInt(strings.Replace(text, ".", "", 1), 10, 64)
	return cents(n), err == nil
}

// String writes the money as Plaid does.
func (c cents) String() string {
	sign := ""
	if c < 0 {
		sign, c = "-", -c
	}
	return fmt.Sprintf("%s%d.%02d", sign, c/100, c%100)
}

// checkAmount reads the amount of a request, which must be more than nothing. The text is
// assumed.
func checkAmount(text string) (cents, error) {
	amount, ok := parseCents(text)
	if !ok || amount == 0 {
		return 0, errInvalidField.Text(
			`amount must be a positive decimal string with two digits of precision, e.g. "10.00"`)
	}
	return amount, nil
}

// checkOneOf holds a text of a request against the values that the documentation has. The
// text of the refusal is assumed.
func checkOneOf(field, text string, values ...string) error {
	for _, value := range values {
		if text == value {
			return nil
		}
	}
	return errInvalidField.Text(field + " must be one of the following values: " + strings.Join(values, ", "))
}

// checkMetadata refuses metadata that are more than texts by name (OpenAPI file: at most 50,
// names of at most 40 and texts of at most 500 characters). The text is assumed.
func checkMetadata(raw json.RawMessage) error {
	var texts map[string]*string
	if len(raw) > 0 && json.Unmarshal(raw, &texts) != nil || len(texts) > 50 {
		return errInvalidField.Text("metadata must be an object of at most 50 strings")
	}
	for name, text := range texts {
		if text == nil || len(name) > 40 || len(*text) > 500 {
			return errInvalidField.Text("metadata must have keys of at most 40 and values of at most 500 characters")
		}
	}
	return nil
}
