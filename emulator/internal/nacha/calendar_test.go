package nacha_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tweed/emulator/internal/nacha"
)

// closures are the weekdays on which the Federal Reserve Banks were or will be closed, copied by hand from the Federal
// Reserve's holiday notices (K.8 of 2020-12 to 2025-12).
var closures = map[int]string{
	2021: "01-01 01-18 02-15 05-31 07-05 09-06 10-11 11-11 11-25",
	2022: "01-17 02-21 05-30 06-20 07-04 09-05 10-10 11-11 11-24 12-26",
	2023: "01-02 01-16 02-20 05-29 06-19 07-04 09-04 10-09 11-23 12-25",
	2024: "01-01 01-15 02-19 05-27 06-19 07-04 09-02 10-14 11-11 11-28 12-25",
	2025: "01-01 01-20 02-17 05-26 06-19 07-04 09-01 10-13 11-11 11-27 12-25",
	2026: "01-01 01-19 02-16 05-25 06-19 09-07 10-12 11-11 11-26 12-25",
	2027: "01-01 01-18 02-15 05-31 07-05 09-06 10-11 11-11 11-25",
	2028: "01-17 02-21 05-29 06-19 07-04 09-04 10-09 11-23 12-25",
	2029: "01-01 01-15 02-19 05-28 06-19 07-04 09-03 10-08 11-12 11-22 12-25",
	2030: "01-01 01-21 02-18 05-27 06-19 07-04 09-02 10-14 11-11 11-28 12-25",
}

func TestClosures(t *testing.T) {
	t.Parallel()
	var c nacha.Calendar
	for year, want := range closures {
		var got []string
		for day := time.Date(year, 1, 1, 0, 0, 0, 0, nacha.NewYork()); day.Year() == year; day = day.AddDate(0, 0, 1) {
			weekend := day.Weekday() == time.Saturday || day.Weekday() == time.Sunday
			if !weekend && !c.IsBankingDay(day) {
				got = append(got, day.Format("01-02"))
				name, ok := c.Holiday(day)
				require.True(t, ok)
				require.NotEmpty(t, name)
			}
			require.False(t, weekend && c.IsBankingDay(day), day)
		}
		require.Equal(t, want, strings.Join(got, " "), "%d", year)
	}
}

// at reads a time in New York.
func at(t *testing.T, layout, s string) time.Time {
	t.Helper()
	out, err := time.ParseInLocation(layout, s, nacha.NewYork())
	require.NoError(t, err)
	return out
}

func TestHolidayNames(t *testing.T) {
	t.Parallel()
	var c nacha.Calendar
	for _, test := range []struct{ day, want string }{
		{"2026-01-01", "New Year's Day"},
		{"2026-01-19", "Birthday of Martin Luther King, Jr."},
		{"2026-02-16", "Washington's Birthday"},
		{"2026-05-25", "Memorial Day"},
		{"2026-06-19", "Juneteenth National Independence Day"},
		{"2027-07-05", "Independence Day"},
		{"2026-09-07", "Labor Day"},
		{"2026-10-12", "Columbus Day"},
		{"2026-11-11", "Veterans Day"},
		{"2026-11-26", "Thanksgiving Day"},
		{"2026-12-25", "Christmas Day"},
		{"2020-06-19", ""}, // before the law
		{"2026-07-03", ""}, // a Friday before a Saturday holiday
		{"2028-12-31", ""}, // a Sunday
		{"2021-12-31", ""},
		{"2026-05-18", ""},
		{"2026-11-27", ""},
	} {
		got, ok := c.Holiday(at(t, "2006-01-02", test.day))
		require.Equal(t, test.want, got, test.day)
		require.Equal(t, test.want != "", ok, test.day)
	}
}

const minute = "2006-01-02 15:04"

func TestAddBankingDays(t *testing.T) {
	t.Parallel()
	var c nacha.Calendar
	for _, test := range []struct {
		from string
		n    int
		want string
	}{
		{"2026-01-05 09:30", 0, "2026-01-05 09:30"},
		{"2026-01-05 09:30", 2, "2026-01-07 09:30"},
		{"2026-01-09 09:30", 1, "2026-01-12 09:30"}, // Friday
		{"2026-01-10 09:30", 1, "2026-01-12 09:30"}, // Saturday
		{"2026-01-10 09:30", 0, "2026-01-10 09:30"}, // stays
		{"2026-01-16 09:30", 1, "2026-01-20 09:30"}, // over Martin Luther King's birthday
		{"2026-07-02 09:30", 1, "2026-07-03 09:30"}, // a Saturday holiday does not move
		{"2027-07-02 09:30", 1, "2027-07-06 09:30"}, // a Sunday holiday does
		{"2026-03-06 09:30", 1, "2026-03-09 09:30"}, // over the start of daylight saving time
		{"2026-10-30 23:59", 1, "2026-11-02 23:59"}, // and its end
		{"2026-01-12 09:30", -1, "2026-01-09 09:30"},
		{"2026-01-11 09:30", -1, "2026-01-09 09:30"},
		{"2025-12-31 00:00", 1, "2026-01-02 00:00"},
		{"2026-01-05 09:30", 250, "2027-01-04 09:30"},
	} {
		from := at(t, minute, test.from)
		got := c.AddBankingDays(from, test.n)
		require.Equal(t, test.want, got.Format(minute), "%s + %d", test.from, test.n)
		if c.IsBankingDay(from) {
			require.Equal(t, test.n, c.BankingDaysBetween(from, got), "%s + %d", test.from, test.n)
		}
		utc := c.AddBankingDays(from.UTC(), test.n)
		require.Equal(t, time.UTC, utc.Location(), "the time zone is kept")
		require.True(t, utc.Equal(got))
	}
}

func TestDayIsNewYorks(t *testing.T) {
	t.Parallel()
	var c nacha.Calendar
	require.True(t, c.IsBankingDay(time.Date(2026, 1, 10, 3, 0, 0, 0, time.UTC)), "still Friday evening in New York")
	require.False(t, c.IsBankingDay(time.Date(2026, 1, 10, 6, 0, 0, 0, time.UTC)))
	require.False(t, c.IsBankingDay(time.Date(2026, 1, 12, 3, 0, 0, 0, time.UTC)), "still Sunday in New York")
}

func TestEffectiveEntryDate(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		cutOff                       time.Duration
		handed, processed, effective string
	}{
		{0, "2026-01-05 09:30", "2026-01-05", "2026-01-06"},
		{0, "2026-01-05 13:29", "2026-01-05", "2026-01-06"},
		{0, "2026-01-05 13:30", "2026-01-06", "2026-01-07"},
		{17 * time.Hour, "2026-01-05 16:59", "2026-01-05", "2026-01-06"},
		{17 * time.Hour, "2026-01-05 17:00", "2026-01-06", "2026-01-07"},
		{0, "2026-01-09 14:00", "2026-01-12", "2026-01-13"}, // Friday after the cut-off
		{0, "2026-01-10 08:00", "2026-01-12", "2026-01-13"}, // Saturday
		{0, "2026-01-16 14:00", "2026-01-20", "2026-01-21"}, // before a long weekend
		{0, "2026-11-01 01:30", "2026-11-02", "2026-11-03"}, // the hour that is there twice
	} {
		c := nacha.Calendar{CutOff: test.cutOff}
		handed := at(t, minute, test.handed)
		require.Equal(t, test.processed+" 00:00", c.ProcessingDay(handed).Format(minute), test.handed)
		require.Equal(t, test.effective+" 00:00", c.EffectiveEntryDate(handed.UTC()).Format(minute), test.handed)
	}
}

func TestBankingDaysBetween(t *testing.T) {
	t.Parallel()
	var c nacha.Calendar
	require.Equal(t, 1, c.BankingDaysBetween(at(t, minute, "2026-01-09 23:00"), at(t, minute, "2026-01-12 01:00")))
	require.Equal(t, 0, c.BankingDaysBetween(at(t, minute, "2026-01-09 01:00"), at(t, minute, "2026-01-11 23:00")))
	require.Equal(t, -1, c.BankingDaysBetween(at(t, minute, "2026-01-12 01:00"), at(t, minute, "2026-01-09 23:00")))
}

func BenchmarkAddBankingDays(b *testing.B) {
	var c nacha.Calendar
	from := time.Date(2026, 1, 5, 14, 30, 0, 0, time.UTC)
	for b.Loop() {
		c.AddBankingDays(from, 2)
	}
}
