package plaid

import (
	"strconv"
	"time"
)

// day is a date, as days since 1970-01-01. Days begin at midnight in UTC (assumed: what
// Plaid's dates are relative to is not public).
type day int

const oneDay = 24 * time.Hour

func dayOf(t time.Time) day {
	days := t.Unix() / 86_400
	if t.Unix()%86_400 < 0 {
		days-- // towards the past, also before 1970
	}
	return day(days)
}

// parseDay reads YYYY-MM-DD.
func parseDay(text string) (day, bool) {
	t, err := time.Parse(time.DateOnly, text)
	return dayOf(t), err == nil
}

func (d day) start() time.Time { return time.Unix(int64(d)*86_400, 0).UTC() }

// String writes YYYY-MM-DD.
func (d day) String() string { return d.start().Format(time.DateOnly) }

// text writes the number, for what is derived from a day.
func (d day) text() string { return strconv.Itoa(int(d)) }
