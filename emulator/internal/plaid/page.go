package plaid

import (
	"encoding/json"
	"fmt"
)

// whole is an integer of a request. One that no int holds is as wrong as the largest or
// the smallest.
type whole int

// wholeLimit bounds what a whole holds.
const wholeLimit = 1 << 31

// UnmarshalJSON reads any JSON number that the contract takes for an integer.
func (n *whole) UnmarshalJSON(text []byte) error {
	var number *json.Number
	if err := json.Unmarshal(text, &number); err != nil || number == nil {
		return err
	}
	value, err := number.Float64()
	if err != nil && value == 0 {
		return err
	}
	*n = whole(min(max(value, -wholeLimit), wholeLimit))
	return nil
}

// checkPage holds count and offset against their bounds. prefix is the path of the object
// that they are in, with a dot at its end. The texts are assumed, in the manner of those
// for a wrong type.
func checkPage(prefix string, count, offset whole, most int) error {
	if count < 1 || int(count) > most {
		return errInvalidField.Text(fmt.Sprintf("%scount must be an integer between 1 and %d", prefix, most))
	}
	if offset < 0 {
		return errInvalidField.Text(prefix + "offset must be a non-negative integer")
	}
	return nil
}

// page is the part of a list that count and offset, which checkPage has passed, ask for.
func page[T any](list []T, count, offset whole) []T {
	from := min(int(offset), len(list))
	return list[from : from+min(int(count), len(list)-from)]
}
