package plaid

import (
	"cmp"
	"slices"
	"time"
)

// listRange are the fields that most lists of transfers have.
type listRange struct {
	StartDate   *string `json:"start_date"`
	EndDate     *string `json:"end_date"`
	Count       *whole  `json:"count"`
	Offset      *whole  `json:"offset"`
	Origination *string `json:"origination_account_id"`
}

// listMax is the most and the usual number of rows in one answer (OpenAPI file).
const listMax = 25

// listSpan is a listRange that is checked.
type listSpan struct {
	from, until   time.Time // zero is no bound
	count, offset whole
}

// span checks the range and fills in the documented defaults.
func (r listRange) span() (listSpan, error) {
	return spanOf(timeBound{"start_date", r.StartDate}, timeBound{"end_date", r.EndDate}, r.Count, r.Offset)
}

// timeBound is a field of a request that bounds a list.
type timeBound struct {
	field string
	given *string
}

// spanOf checks a range by whatever names its bounds have. The texts are assumed.
func spanOf(from, until timeBound, count, offset *whole) (out listSpan, err error) {
	out.count = listMax
	if out.from, err = from.time(); err != nil {
		return out, err
	}
	if out.until, err = until.time(); err != nil {
		return out, err
	}
	if count != nil {
		out.count = *count
	}
	if offset != nil {
		out.offset = *offset
	}
	return out, checkPage("", out.count, out.offset, listMax)
}

// time is the moment of the bound, zero for none.
func (b timeBound) time() (time.Time, error) {
	if textOr(b.given, "") == "" {
		return time.Time{}, nil
	}
	at, err := time.Parse(time.RFC3339, *b.given)
	if err != nil {
		return at, errInvalidField.Text(b.field + " must be a string of the format 'YYYY-MM-DDThh:mm:ssZ'")
	}
	return at, nil
}

// holds says whether a moment is in the span, both ends included.
func (s listSpan) holds(at time.Time) bool {
	return !at.Before(s.from) && (s.until.IsZero() || !at.After(s.until))
}

// newest is the page of a list that the span asks for, as answers show it: the newest first,
// which have the greatest number (assumed).
func newest[T, B any](found []T, s listSpan, number func(T) uint64, body func(T) B) []B {
	slices.SortFunc(found, func(a, b T) int { return cmp.Compare(number(b), number(a)) })
	out := []B{}
	for _, one := range page(found, s.count, s.offset) {
		out = append(out, body(one))
	}
	return out
}
