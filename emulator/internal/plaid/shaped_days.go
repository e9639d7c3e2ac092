package plaid

import (
	"regexp"
	"strings"
	"time"
)

// dated matches a date, alone or before a time of day.
var dated = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}($|[T ]\d{2}:\d{2})`)

// readDay reads the day that a text starts with.
func readDay(text string) (time.Time, bool) {
	if len(text) < len(time.DateOnly) || text[4] != '-' || !dated.MatchString(text) {
		return time.Time{}, false
	}
	t, err := time.Parse(time.DateOnly, text[:len(time.DateOnly)])
	return t, err == nil
}

// Fields whose day the clock does not move: births, and cursors, which only look like
// days. Fields with a day to come.
var (
	fixedDay = regexp.MustCompile(`birth|cursor`)
	laterDay = regexp.MustCompile(`expir|^next_|^predicted_|due_date$|^expected_|^maturity_|^estimated_|^optimal_|` +
		`_window$|enablement|payoff|^end_date$|^to$`)
)

// latest is the newest moment of an example: a day, and the time of that day if it has one.
type latest struct {
	day  time.Time
	time string // hh:mm:ss and what follows, "" for midnight
}

// latestIn finds the newest moment that is not to come; without one, it is a day before the
// first that is to come. It becomes the world's now.
func latestIn(body map[string]any) latest {
	var newest latest
	var coming time.Time
	var scan func(name string, v any)
	scan = func(name string, v any) {
		switch v := v.(type) {
		case map[string]any:
			for member, value := range v {
				scan(member, value)
			}
		case []any:
			for _, value := range v {
				scan(name, value)
			}
		case string:
			d, ok := readDay(v)
			switch {
			case !ok || fixedDay.MatchString(name):
			case laterDay.MatchString(name):
				if coming.IsZero() || d.Before(coming) {
					coming = d
				}
			default:
				newest = newest.or(d, timeOf(v))
			}
		}
	}
	scan("", body)
	if newest.day.IsZero() && !coming.IsZero() {
		return latest{day: coming.AddDate(0, 0, -1)}
	}
	return newest
}

// or is the later one of two moments.
func (l latest) or(d time.Time, at string) latest {
	if d.Before(l.day) || d.Equal(l.day) && at <= l.time {
		return l
	}
	return latest{day: d, time: at}
}

// timeOf is what follows the day of a text.
func timeOf(text string) string { return strings.TrimLeft(text[len(time.DateOnly):], "T ") }

// until is how many days lie between the newest moment and the last time that it was as
// late in the day.
func (l latest) until(now time.Time) int {
	now = now.UTC()
	days := int(now.Truncate(24*time.Hour).Sub(l.day).Hours() / 24)
	if l.time[:min(len(l.time), len(time.TimeOnly))] > now.Format(time.TimeOnly) {
		days--
	}
	return days
}

// moved writes a text with a day anew, as many days later as the world's clock is ahead of
// the example. What follows the day stays: the form, and the distances between moments.
func (s *shaper) moved(name, text string) (string, bool) {
	d, ok := readDay(text)
	if !ok || fixedDay.MatchString(name) {
		return "", false
	}
	return d.AddDate(0, 0, s.days).Format(time.DateOnly) + text[len(time.DateOnly):], true
}
