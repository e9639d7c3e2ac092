package scenario

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"tweed/emulator/internal/nacha"
)

// Span is a length of world time: 48h, 90m, 30 days, or 5 banking days. A banking day
// is one on which the ACH network settles.
type Span struct {
	Duration    time.Duration
	BankingDays int
}

// String writes the span as a scenario has it.
func (s Span) String() string {
	const day = 24 * time.Hour
	switch {
	case s.BankingDays > 0:
		return count(s.BankingDays, "banking day")
	case s.Duration > 0 && s.Duration%day == 0 && s.Duration >= 3*day:
		return count(int(s.Duration/day), "day")
	}
	return duration(s.Duration)
}

// From returns the moment so long after t. Banking days keep the time of day in New York.
func (s Span) From(t time.Time) time.Time {
	return nacha.Calendar{}.AddBankingDays(t, s.BankingDays).Add(s.Duration)
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}

// duration writes 48h instead of 48h0m0s.
func duration(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

var dayForm = regexp.MustCompile(`^([0-9]{1,5}) +(banking +)?days?$`)

// ParseSpan reads a length of world time: 48h, 1h30m, 30 days, 5 banking days.
func ParseSpan(s string) (Span, error) {
	if m := dayForm.FindStringSubmatch(s); m != nil {
		n, err := strconv.Atoi(m[1])
		if err != nil || n == 0 {
			return Span{}, fmt.Errorf("%q is no time; write for example 5 banking days", s)
		}
		if m[2] != "" {
			return Span{BankingDays: n}, nil
		}
		return Span{Duration: time.Duration(n) * 24 * time.Hour}, nil
	}
	d, err := parseDuration(s)
	if err != nil {
		return Span{}, fmt.Errorf("%w, or 5 banking days", err)
	}
	return Span{Duration: d}, nil
}

// parseDuration reads a positive time in the form of Go's durations.
func parseDuration(s string) (time.Duration, error) {
	switch d, err := time.ParseDuration(s); {
	case sortOf(s) == number:
		return 0, fmt.Errorf("%q has no unit; write for example %sms or %ss", s, s, s)
	case err != nil || d < 0:
		return 0, fmt.Errorf("%q is no time; write for example 300ms, 2s, 1h30m", s)
	default:
		return d, nil
	}
}

func (s *Span) decodeNode(r *report, n *node, at place) {
	span, err := ParseSpan(n.value)
	if n.kind != scalar {
		err = fmt.Errorf("here stands %s; write for example 48h or 5 banking days", n.what())
	}
	if err != nil {
		r.fault(at, err)
		return
	}
	*s = span
}

func (s Span) encodeNode() *node { return textNode(s.String()) }

// fault reports an error whose text is "what is wrong; what would be right".
func (r *report) fault(at place, err error) {
	what, right, _ := strings.Cut(err.Error(), "; ")
	r.add(at, what, right)
}
