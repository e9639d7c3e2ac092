package scenario

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestUntil: a rule acts before its moment and not at it; then others have their turn, and it
// counts no more.
func TestUntil(t *testing.T) {
	t.Parallel()
	for until, end := range map[string]time.Duration{
		"2026-01-05T10:30:00-05:00": time.Hour, // the world begins at 09:30 there
		"2026-01-05T15:30:00.5Z":    time.Hour + time.Second/2,
		"2h":                        2 * time.Hour,
		"1 day":                     24 * time.Hour,
		"2 banking days":            48 * time.Hour,
	} {
		e := compiledOf(t, `
  - {name: r, call: /item/get, until: "`+until+`", skip: 1, then: {delay: 1s}}
  - {name: after, call: /item/get, then: {delay: 2s}}`)
		l := ledger{}
		e.Begin(l)
		c := call("/item/get", nil)
		require.Equal(t, []string{"after", "r"}, play(e, l, c, 2), until)
		l["now"] = uint64(end - 1)
		require.Equal(t, []string{"r"}, play(e, l, c, 1), until)
		met := l[metPrefix+"r"]
		l["now"] = uint64(end)
		require.Equal(t, []string{"after"}, play(e, l, c, 1), until)
		require.Equal(t, met, l[metPrefix+"r"], until)
	}
}

// TestUntilOfAddedRule: its time counts from when it was added; one that is added again under
// its name begins anew.
func TestUntilOfAddedRule(t *testing.T) {
	t.Parallel()
	e, l := compiledOf(t, "  - {name: base, call: /item/get, until: 1h, then: {delay: 1s}}"), ledger{}
	e.Begin(l)
	rule := Rule{Name: "added", Call: "/item/get", Until: Until{For: Span{Duration: time.Hour}}, Then: Wait(1)}
	c := call("/item/get", nil)
	for _, at := range []time.Duration{30 * time.Minute, 10 * time.Hour} {
		l["now"] = uint64(at)
		require.NoError(t, e.Add(rule))
		e.BeginRule("added", l)
		require.Equal(t, []string{"added"}, play(e, l, c, 1))
		l["now"] = uint64(at + time.Hour - 1)
		require.Equal(t, []string{"added"}, play(e, l, c, 1))
		l["now"] = uint64(at + time.Hour)
		require.Equal(t, []string{""}, play(e, l, c, 1))
		require.True(t, e.Remove("added"))
		Forget("added", l)
		require.Zero(t, l[untilPrefix+"added"])
	}
	e.BeginRule("nobody", l)
	require.NotZero(t, l[untilPrefix+"base"], "the clone of another world has its own progress")
	other := ledger{"now": uint64(5 * time.Hour)}
	clone := e.Clone()
	clone.Begin(other)
	require.Equal(t, []string{"base"}, play(clone, other, c, 1))
}

func TestUntilOfTransfers(t *testing.T) {
	t.Parallel()
	e, l := compiledOf(t, "  - {name: r, ach: deposit, until: 1 banking day, then: {return: R01}}"), ledger{}
	e.Begin(l)
	require.Equal(t, "r", e.Fate("deposit", nil, l).Rule)
	l["now"] = uint64(24 * time.Hour)
	require.Empty(t, e.Fate("deposit", nil, l).Rule)
}

func TestUntilInGo(t *testing.T) {
	t.Parallel()
	rule := Rule{Call: "/item/get", Then: Wait(1)}
	for want, until := range map[string]Until{
		"rule.until: until is a moment and a length of time; use one of both":                {At: monday, For: Span{Duration: 1}},
		"rule.until: until is in hours and in banking days; use one of both":                 {For: Span{Duration: 1, BankingDays: 1}},
		"rule.until: until is not above 0; write for example 2h; without it, remove the key": {For: Span{Duration: -1}},
	} {
		rule.Until = until
		require.EqualError(t, rule.Validate(), want)
	}
}

func TestUntilWarning(t *testing.T) {
	t.Parallel()
	s, err := Load("f", []byte("clock: {start: 2026-01-05T09:30:00-05:00}\nrules:\n"+
		"  - {call: /item/get, until: 2026-01-05T14:30:00Z, then: {delay: 1s}}\n  - {call: /item/get, then: {delay: 1s}}\n"))
	require.NoError(t, err)
	require.Len(t, s.Warnings(), 1, "and it blocks no other")
	require.Equal(t, "f:3:30: the rule can never act: it ends before the world begins; the clock starts at 2026-01-05T09:30:00-05:00",
		s.Warnings()[0].String())
}
