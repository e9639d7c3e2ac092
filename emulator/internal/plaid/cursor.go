package plaid

import "strconv"

// after is the part of a list that begins behind a cursor, at most size long, and the cursor
// of what follows, nil at the end. A cursor is the number of rows before the part (assumed:
// Plaid's are opaque). The text of the refusal is assumed.
func after[T any](list []T, cursor *string, size int) (part []T, next *string, err error) {
	from := 0
	if text := textOr(cursor, ""); text != "" {
		if from, err = strconv.Atoi(text); err != nil || from < 0 || from > len(list) {
			return nil, nil, errInvalidField.Text("cursor must be a valid cursor")
		}
	}
	until := min(from+size, len(list))
	if until < len(list) {
		text := strconv.Itoa(until)
		next = &text
	}
	return list[from:until], next, nil
}
