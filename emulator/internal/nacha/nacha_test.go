package nacha_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tweed/emulator/internal/nacha"
)

func TestReturns(t *testing.T) {
	t.Parallel()
	want := slices.Concat(
		codes("R", 1, 47), codes("R", 50, 53), codes("R", 61, 61), codes("R", 67, 76), codes("R", 80, 85),
	)
	var got []string
	for _, r := range nacha.Returns() {
		got = append(got, r.Code)
		require.NotEmpty(t, r.Title, r.Code)
		require.NotEmpty(t, r.Source, r.Code)
		require.NotEmpty(t, r.Sender, r.Code)
		require.True(t, r.Debits || r.Credits, r.Code)
		require.False(t, r.Window.BankingDays > 0 && r.Window.CalendarDays > 0, r.Code)
		for _, code := range r.SEC {
			_, ok := nacha.FindSEC(code)
			require.True(t, ok, "%s is limited to %s", r.Code, code)
		}
		found, ok := nacha.FindReturn(r.Code)
		require.True(t, ok)
		require.Equal(t, r, found)
	}
	require.Equal(t, want, got)
	for _, no := range []string{"", "R00", "R48", "R62", "R86", "r01", "C01"} {
		_, ok := nacha.FindReturn(no)
		require.False(t, ok, no)
	}
}

func codes(letter string, from, to int) []string {
	var out []string
	for n := from; n <= to; n++ {
		out = append(out, fmt.Sprintf("%s%02d", letter, n))
	}
	return out
}

func TestWindows(t *testing.T) {
	t.Parallel()
	var c nacha.Calendar
	settled := at(t, minute, "2026-01-06 08:30")
	for _, test := range []struct{ code, want string }{
		{"R01", "2026-01-08 08:30"},
		{"R02", "2026-01-08 08:30"},
		{"R05", "2026-03-09 08:30"}, // 60 days end on Saturday, March 7
		{"R07", "2026-03-09 08:30"},
		{"R10", "2026-03-09 08:30"},
		{"R11", "2026-03-09 08:30"},
		{"R29", "2026-01-08 08:30"}, // a company has two days
		{"R68", "2026-01-13 08:30"},
		{"R06", ""},
		{"R13", ""},
	} {
		r, _ := nacha.FindReturn(test.code)
		deadline, ok := r.Window.Deadline(c, settled)
		require.Equal(t, test.want != "", ok, test.code)
		if ok {
			require.Equal(t, test.want, deadline.Format(minute), test.code)
		}
	}
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		code  string
		debit bool
		sec   string
		want  bool
	}{
		{"R01", true, "WEB", true},
		{"R01", false, "PPD", false},
		{"R02", false, "PPD", true},
		{"R10", true, "WEB", true},
		{"R10", true, "CCD", false},
		{"R29", true, "CCD", true},
		{"R29", true, "WEB", false},
		{"R29", true, "", true},
		{"R23", false, "PPD", true},
		{"R23", true, "PPD", false},
	} {
		r, ok := nacha.FindReturn(test.code)
		require.True(t, ok)
		require.Equal(t, test.want, r.Answers(test.debit, test.sec), "%+v", test)
	}
}

func TestChanges(t *testing.T) {
	t.Parallel()
	want := slices.Concat(codes("C", 1, 9), codes("C", 13, 14), codes("C", 61, 69))
	var got []string
	for _, c := range nacha.Changes() {
		got = append(got, c.Code)
		require.NotEmpty(t, c.Title, c.Code)
		require.NotEmpty(t, c.Source, c.Code)
		require.NotEmpty(t, c.Corrects, c.Code)
		require.Equal(t, c.Code >= "C61", c.Refusal, c.Code)
		found, ok := nacha.FindChange(c.Code)
		require.True(t, ok)
		require.Equal(t, c, found)
	}
	require.Equal(t, want, got)
	c03, _ := nacha.FindChange("C03")
	require.Equal(t, []nacha.Part{nacha.RoutingNumber, nacha.AccountNumber}, c03.Corrects)
	_, ok := nacha.FindChange("C10")
	require.False(t, ok)
	var calendar nacha.Calendar
	deadline, ok := c03.Window.Deadline(calendar, at(t, minute, "2026-01-06 00:00"))
	require.True(t, ok)
	require.Equal(t, time.Thursday, deadline.Weekday())
}

func TestSECs(t *testing.T) {
	t.Parallel()
	var got []string
	for _, s := range nacha.SECs() {
		got = append(got, s.Code)
		require.Len(t, s.Code, 3)
	}
	require.True(t, slices.IsSorted(got))
	web, ok := nacha.FindSEC("WEB")
	require.True(t, ok)
	require.True(t, web.Consumer && web.Debits && !web.Corporate)
	_, ok = nacha.FindSEC("web")
	require.False(t, ok)
}

func TestTablesAreNotHandedOut(t *testing.T) {
	t.Parallel()
	nacha.Returns()[0].Code = "X"
	nacha.Changes()[0].Code = "X"
	nacha.SECs()[0].Code = "X"
	_, ok := nacha.FindReturn("R01")
	require.True(t, ok)
	_, ok = nacha.FindChange("C01")
	require.True(t, ok)
	_, ok = nacha.FindSEC("ARC")
	require.True(t, ok)
}

func TestValidRouting(t *testing.T) {
	t.Parallel()
	for _, good := range []string{
		"011401533", "021000021", "091000019", "110000000", "112203216", "121000358", "333333334",
	} {
		require.NoError(t, nacha.ValidRouting(good))
	}
	for _, test := range []struct{ in, want string }{
		{"", `routing number "" has 0 characters; nine digits are right`},
		{"21000021", `routing number "21000021" has 8 characters; nine digits are right`},
		{"0210000210", `routing number "0210000210" has 10 characters; nine digits are right`},
		{strings.Repeat("1", 99), `routing number "11111111111111111111..." has 99 characters; nine digits are right`},
		{"02100002x", `routing number "02100002x" has "x" at position 9; nine digits are right`},
		{"021 00021", `routing number "021 00021" has " " at position 4; nine digits are right`},
		{"021000022", "routing number 021000022 has the check digit 2; 021000021 would be right"},
		{"012000021", "routing number 012000021 has the check digit 1; 012000027 would be right"},
		{"000000000", "routing number 000000000 is no bank's"},
	} {
		require.EqualError(t, nacha.ValidRouting(test.in), test.want)
	}
}

func TestTraceNumber(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		odfi string
		n    int
		want string
	}{
		{"021000021", 1, "021000020000001"},
		{"02100002", 9_999_999, "021000029999999"},
		{"02100002", 10_000_000, "021000020000000"},
	} {
		got, err := nacha.TraceNumber(test.odfi, test.n)
		require.NoError(t, err)
		require.Equal(t, test.want, got)
	}
	_, err := nacha.TraceNumber("021", 1)
	require.EqualError(t, err,
		`ODFI "021" has 3 characters; the first eight or all nine digits of its routing number are right`)
	_, err = nacha.TraceNumber("0210000x", 1)
	require.EqualError(t, err, `ODFI "0210000x" is not all digits`)
	_, err = nacha.TraceNumber("02100002", -1)
	require.EqualError(t, err, "sequence number -1 is negative")
}

func FuzzValidRouting(f *testing.F) {
	for _, seed := range []string{"021000021", "021000022", "", "000000000", "é", "12345678\x00", "１１１"} {
		f.Add(seed)
	}
	nine := regexp.MustCompile(`^[0-9]{9}$`)
	f.Fuzz(func(t *testing.T, s string) {
		err := nacha.ValidRouting(s)
		if err == nil {
			require.Regexp(t, nine, s)
			require.Equal(t, s[8], nacha.CheckDigit(s[:8]))
		} else if nine.MatchString(s) && s != "000000000" {
			fixed := s[:8] + string(nacha.CheckDigit(s[:8]))
			require.Contains(t, err.Error(), fixed)
			if fixed != "000000000" {
				require.NoError(t, nacha.ValidRouting(fixed), "what the error names is right")
			}
		}
	})
}

func FuzzTraceNumber(f *testing.F) {
	f.Add("021000021", 1)
	f.Add("", -1)
	f.Add("éééé", 1<<40)
	f.Fuzz(func(t *testing.T, odfi string, n int) {
		trace, err := nacha.TraceNumber(odfi, n)
		if err == nil {
			require.Regexp(t, `^[0-9]{15}$`, trace)
		}
	})
}
