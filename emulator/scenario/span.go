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
	switch m := looseDays.FindStringSubmatch(s); {
	case err == nil:
		return Span{Duration: d}, nil
	case m != nil && strings.ContainsAny(m[2], "bw"):
		return Span{}, fmt.Errorf("%q is no time; write %s", s, m[1]+" banking days")
	case m != nil:
		return Span{}, fmt.Errorf("%q is no time; write %s", s, m[1]+" days")
	case looseTime.MatchString(s):
		return Span{}, err
	}
	return Span{}, fmt.Errorf("%w, or 5 banking days", err)
}

// Times as people write them.
var (
	looseTime = regexp.MustCompile(`(?i)^([0-9]+) *` +
		`(ms|millis|milliseconds?|s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?)$`)
	looseDays = regexp.MustCompile(`(?i)^([0-9]+)[ -]*(d|days?|(?:business|banking|bank|working|work)[ -]*days?|bd)$`)
)

// tight writes a time that is written loosely as it has to be.
func tight(s string) string {
	m := looseTime.FindStringSubmatch(s)
	number, unit := m[1], strings.ToLower(m[2])
	switch {
	case unit[0] == 'd':
		days, _ := strconv.Atoi(number)
		return strconv.Itoa(24*days) + "h"
	case unit == "ms" || strings.HasPrefix(unit, "milli"):
		return number + "ms"
	}
	return number + unit[:1]
}

// parseDuration reads a positive time in the form of Go's durations.
func parseDuration(s string) (time.Duration, error) {
	switch d, err := time.ParseDuration(s); {
	case sortOf(strings.TrimLeft(s, "+-")) == number:
		return 0, fmt.Errorf("%q has no unit; write for example %sms or %ss", s, s, s)
	case err != nil && looseTime.MatchString(s):
		return 0, fmt.Errorf("%q is no time; write %s", s, tight(s))
	case err != nil || strings.HasPrefix(s, "-"):
		return 0, fmt.Errorf("%q is no time; write for example 300ms, 2s, 1h30m", s)
	default:
		return d, nil
	}
}

// durationParts is the form of Go's durations, but for a bare 0.
const durationParts = `\+?(([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h))+`

const durationForm = "^" + durationParts + "$"

func (Span) schema(d *describer) schema {
	span := textLike(durationForm + "|" + dayForm.String())
	span["examples"] = []string{"48h", "30 days", "2 banking days"}
	return d.about(span, "Span", "")
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
