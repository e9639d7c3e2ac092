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

// weekdayHoliday knows the holidays on a certain weekday of a month.
func weekdayHoliday(m time.Month, d int, day time.Weekday) (string, bool) {
	nth := (d-1)/7 + 1
	switch {
	case day == time.Monday && m == time.January && nth == 3:
		return "Birthday of Martin Luther King, Jr.", true
	case day == time.Monday && m == time.February && nth == 3:
		return "Washington's Birthday", true
	case day == time.Monday && m == time.May && d > 31-7:
		return "Memorial Day", true
	case day == time.Monday && m == time.September && nth == 1:
		return "Labor Day", true
	case day == time.Monday && m == time.October && nth == 2:
		return "Columbus Day", true
	case day == time.Thursday && m == time.November && nth == 4:
		return "Thanksgiving Day", true
	default:
		return "", false
	}
}
