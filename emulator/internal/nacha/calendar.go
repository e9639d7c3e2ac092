package nacha

import (
	_ "embed"
	"time"
)

// newYorkData is the time zone America/New_York of the IANA time zone database 2025c (public domain), as in Go 1.26's
// lib/time/zoneinfo.zip. It is embedded by itself, so that neither the machine's database nor the 450 kB of
// time/tzdata are needed, and every machine computes the same days.
//
//go:embed new_york.tzif
var newYorkData []byte

// newYork is where the Federal Reserve's days begin and end.
var newYork = mustZone()

func mustZone() *time.Location {
	zone, err := time.LoadLocationFromTZData("America/New_York", newYorkData)
	if err != nil {
		panic("nacha: the embedded time zone is broken: " + err.Error())
	}
	return zone
}

// NewYork is the time zone America/New_York.
func NewYork() *time.Location { return newYork }

// DefaultCutOff is 1:30 pm: what old pages of brokers on Apex name. Apex's own cut-off is not public: assumed.
const DefaultCutOff = 13*time.Hour + 30*time.Minute

// Calendar is the Federal Reserve's calendar of banking days. A time belongs to the day that it is in New York.
// The zero value is ready to use.
type Calendar struct {
	// CutOff is the time of day in New York from which an entry counts as the next banking day's; 0 = DefaultCutOff.
	CutOff time.Duration
}

// IsBankingDay says whether the Federal Reserve Banks are open on the day of t in New York: Monday to Friday without
// holidays.
func (c Calendar) IsBankingDay(t time.Time) bool {
	y, m, d := t.In(newYork).Date()
	return bankingDay(y, m, d)
}

// AddBankingDays moves t by n banking days at the same time of day in New York, backwards when n is negative. From a
// day that is not a banking day, 1 leads to the next one. 0 gives t itself.
func (c Calendar) AddBankingDays(t time.Time, n int) time.Time {
	step := 1
	if n < 0 {
		step, n = -1, -n
	}
	days := 0
	y, m, d := t.In(newYork).Date()
	for left := n; left > 0; {
		days += step
		// Noon UTC of a civil date never leaves that date.
		if ny, nm, nd := time.Date(y, m, d+days, 12, 0, 0, 0, time.UTC).Date(); bankingDay(ny, nm, nd) {
			left--
		}
	}
	return addDays(t, days)
}

// BankingDaysBetween counts the banking days after the day of from up to and with the day of to: what AddBankingDays
// takes to get there. It is negative when to is before from.
func (c Calendar) BankingDaysBetween(from, to time.Time) int {
	if to.Before(from) {
		return -c.BankingDaysBetween(to, from)
	}
	y, m, d := from.In(newYork).Date()
	ty, tm, td := to.In(newYork).Date()
	end := time.Date(ty, tm, td, 12, 0, 0, 0, time.UTC)
	count := 0
	for day := time.Date(y, m, d+1, 12, 0, 0, 0, time.UTC); !day.After(end); day = day.AddDate(0, 0, 1) {
		if bankingDay(day.Date()) {
			count++
		}
	}
	return count
}

// ProcessingDay is the day on which an entry handed in at t is processed: that day itself when it is a banking day and
// t is before the cut-off, else the next banking day. The result is midnight in New York.
func (c Calendar) ProcessingDay(t time.Time) time.Time {
	cutOff := c.CutOff
	if cutOff == 0 {
		cutOff = DefaultCutOff
	}
	local := t.In(newYork)
	y, m, d := local.Date()
	midnight := time.Date(y, m, d, 0, 0, 0, 0, newYork)
	clock := time.Duration(local.Hour())*time.Hour + time.Duration(local.Minute())*time.Minute +
		time.Duration(local.Second())*time.Second + time.Duration(local.Nanosecond())
	if bankingDay(y, m, d) && clock < cutOff {
		return midnight
	}
	return c.AddBankingDays(midnight, 1)
}

// EffectiveEntryDate is the day on which an entry handed in at t settles, without Same Day ACH: the banking day after
// its processing day. The result is midnight in New York.
func (c Calendar) EffectiveEntryDate(t time.Time) time.Time {
	return c.AddBankingDays(c.ProcessingDay(t), 1)
}

// addDays moves t by calendar days at the same time of day in New York and keeps its time zone.
func addDays(t time.Time, days int) time.Time {
	return t.In(newYork).AddDate(0, 0, days).In(t.Location())
}

func bankingDay(y int, m time.Month, d int) bool {
	switch weekday(y, m, d) {
	case time.Saturday, time.Sunday:
		return false
	default:
		_, closed := holiday(y, m, d)
		return !closed
	}
}

func weekday(y int, m time.Month, d int) time.Weekday {
	return time.Date(y, m, d, 12, 0, 0, 0, time.UTC).Weekday()
}
