package nacha

import "time"

// juneteenthFrom is the first year of Juneteenth as a federal holiday (law of 2021-06-17).
const juneteenthFrom = 2021

// Holiday gives the name of the holiday for which the Federal Reserve Banks are closed on the day of t in New York:
// one of eleven. A holiday on a Sunday closes them on Monday; one on a Saturday does not close them on Friday.
// Source: federalreserve.gov, notice K.8, 2025-12.
func (c Calendar) Holiday(t time.Time) (string, bool) {
	return holiday(t.In(newYork).Date())
}

func holiday(y int, m time.Month, d int) (string, bool) {
	if name, ok := dateHoliday(y, m, d); ok {
		return name, true
	}
	day := weekday(y, m, d)
	if day == time.Monday {
		yesterday := time.Date(y, m, d-1, 12, 0, 0, 0, time.UTC)
		if name, ok := dateHoliday(yesterday.Date()); ok {
			return name, true
		}
	}
	return weekdayHoliday(m, d, day)
}

// dateHoliday knows the holidays with a date of their own.
func dateHoliday(y int, m time.Month, d int) (string, bool) {
	switch {
	case m == time.January && d == 1:
		return "New Year's Day", true
	case m == time.June && d == 19 && y >= juneteenthFrom:
		return "Juneteenth National Independence Day", true
	case m == time.July && d == 4:
		return "Independence Day", true
	case m == time.November && d == 11:
		return "Veterans Day", true
	case m == time.December && d == 25:
		return "Christmas Day", true
	default:
		return "", false
	}
}

// last stands for the last week of a month.
const last = -1

// weekdayHolidays are those on a certain weekday of a month: nth of them, or the last.
var weekdayHolidays = []struct {
	month time.Month
	day   time.Weekday
	nth   int
	name  string
}{
	{time.January, time.Monday, 3, "Birthday of Martin Luther King, Jr."},
	{time.February, time.Monday, 3, "Washington's Birthday"},
	{time.May, time.Monday, last, "Memorial Day"},
	{time.September, time.Monday, 1, "Labor Day"},
	{time.October, time.Monday, 2, "Columbus Day"},
	{time.November, time.Thursday, 4, "Thanksgiving Day"},
}

// weekdayHoliday takes the weekday of the date. All months with a last weekday in the table have 31 days.
func weekdayHoliday(m time.Month, d int, day time.Weekday) (string, bool) {
	for _, h := range weekdayHolidays {
		inWeek := (d-1)/7+1 == h.nth || h.nth == last && d > 31-7
		if h.month == m && h.day == day && inWeek {
			return h.name, true
		}
	}
	return "", false
}
