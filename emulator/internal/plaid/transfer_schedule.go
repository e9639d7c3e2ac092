package plaid

import (
	"time"

	"tweed/emulator/internal/nacha"
)

// recurringSchedule is when a recurring transfer is made (OpenAPI file,
// TransferRecurringSchedule).
type recurringSchedule struct {
	EndDate              *string `json:"end_date,omitempty"`
	IntervalCount        whole   `json:"interval_count"`
	IntervalExecutionDay whole   `json:"interval_execution_day"`
	IntervalUnit         string  `json:"interval_unit"`
	StartDate            string  `json:"start_date"`
}

// The units of a schedule.
const (
	unitWeek  = "week"
	unitMonth = "month"
)

// intervalMax bounds the units between two transfers (assumed: a hundred years of months).
const intervalMax = 1200

// check holds the schedule against the documentation; the texts are assumed.
func (s recurringSchedule) check() error {
	if err := checkOneOf("schedule.interval_unit", s.IntervalUnit, unitWeek, unitMonth); err != nil {
		return err
	}
	start, ok := parseDay(s.StartDate)
	end, ends := parseDay(textOr(s.EndDate, s.StartDate))
	on := s.IntervalExecutionDay
	switch {
	case s.IntervalCount < 1 || s.IntervalCount > intervalMax:
		return errInvalidField.Text("schedule.interval_count must be an integer between 1 and 1200")
	case s.IntervalUnit == unitWeek && (on < 1 || on > 5):
		return errInvalidField.Text("schedule.interval_execution_day must be an integer between 1 and 5")
	case s.IntervalUnit == unitMonth && (on < -5 || on == 0 || on > 28):
		return errInvalidField.Text(
			"schedule.interval_execution_day must be an integer between 1 and 28 or between -5 and -1")
	case !ok || !ends:
		return errInvalidField.Text("schedule.start_date and schedule.end_date must be of the format 'YYYY-MM-DD'")
	case end < start:
		return errInvalidField.Text("schedule.end_date must not be before schedule.start_date")
	}
	return nil
}

// first is the first day of the schedule, 0 if the end comes before.
func (s recurringSchedule) first() day {
	start, _ := parseDay(s.StartDate)
	on := int(s.IntervalExecutionDay)
	if s.IntervalUnit == unitWeek {
		ahead := (on - int(start.start().Weekday()) + 7) % 7
		return s.before(start + day(ahead))
	}
	d := s.inMonth(start, 0)
	if d < start {
		d = s.inMonth(start, 1)
	}
	return s.before(d)
}

// after is the day of the schedule that follows one, 0 after the last.
func (s recurringSchedule) after(d day) day {
	if s.IntervalUnit == unitWeek {
		return s.before(d + day(7*s.IntervalCount))
	}
	return s.before(s.inMonth(d, int(s.IntervalCount)))
}

// inMonth is the day of the schedule in the month that is so many after that of a day.
func (s recurringSchedule) inMonth(d day, ahead int) day {
	year, month, _ := d.start().Date()
	on := int(s.IntervalExecutionDay)
	if on < 0 {
		ahead, on = ahead+1, on+1 // relative to the first of the next month
	}
	return dayOf(time.Date(year, month+time.Month(ahead), on, 0, 0, 0, 0, time.UTC))
}

// before is the day, 0 if it is past the end.
func (s recurringSchedule) before(d day) day {
	if end, ok := parseDay(textOr(s.EndDate, "")); ok && d > end {
		return 0
	}
	return d
}

// originationAt is when the transfer of a day is made: that day or the next banking day, when
// it begins in New York (the hour is assumed).
func originationAt(d day) time.Time {
	year, month, date := d.start().Date()
	return nacha.Calendar{}.ProcessingDay(time.Date(year, month, date, 0, 0, 0, 0, nacha.NewYork())).UTC()
}
