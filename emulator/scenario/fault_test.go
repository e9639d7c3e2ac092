package scenario

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

func TestFaultPlan(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct {
		fault        Fault
		lost, before bool
	}{
		"reset":                         {Fault{Kind: Reset}, true, true},
		"{kind: empty}":                 {Fault{Kind: Empty}, true, true},
		"{kind: hang, done: false}":     {Fault{Kind: Hang}, true, true},
		"{kind: reset, done: true}":     {Fault{Kind: Reset, Done: true}, true, false},
		"{kind: hang, done: true}":      {Fault{Kind: Hang, Done: true}, true, false},
		"truncate":                      {Fault{Kind: Truncate}, false, false},
		"garbage":                       {Fault{Kind: Garbage}, false, false},
		`{"kind": "empty", done: true}`: {Fault{Kind: Empty, Done: true}, true, false},
	} {
		e := compiledOf(t, "  - {call: /item/get, then: {delay: 1s, fault: "+text+"}}")
		plan := e.Decide(call("/item/get", nil), ledger{})
		require.Equal(t, want.fault, plan.Fault, text)
		require.Equal(t, time.Second, plan.Delay, text)
		require.Equal(t, want.lost, plan.Fault.Lost(), text)
		require.Equal(t, want.before, plan.Fault.Before(), text)
		parsed, err := ParseFault(text)
		require.NoError(t, err)
		require.Equal(t, want.fault, parsed, text)
	}
	plan := compiledOf(t, "  - {call: /item/get, then: {delay: 1s}}").Decide(call("/item/get", nil), ledger{})
	require.False(t, plan.Fault.Lost() || plan.Fault.Before(), "no fault")
}

func TestDamage(t *testing.T) {
	t.Parallel()
	body := []byte(`{"a": "bcd"}`)
	for kind, want := range map[FaultKind][]byte{
		Reset: nil, Empty: nil, Hang: nil, Truncate: []byte(`{"a": `), "": body,
	} {
		plan := Plan{Fault: Fault{Kind: kind}}
		require.Equal(t, want, plan.Damage(body), kind)
	}
	for n, half := range map[int]int{0: 0, 1: 0, 2: 1, 3: 1} {
		plan := Plan{Fault: Fault{Kind: Truncate}}
		require.Len(t, plan.Damage(body[:n]), half)
	}
}

// TestGarbage: as many bytes as the body had, no JSON and no text, the same for the same
// dice, others for each use.
func TestGarbage(t *testing.T) {
	t.Parallel()
	garbage := func(use uint64, n int) []byte {
		e := compiledOf(t, "  - {name: g, call: /item/get, then: {fault: garbage}}")
		plan := e.Decide(call("/item/get", nil), ledger{"used:g": use})
		return plan.Damage(bytes.Repeat([]byte(" "), n))
	}
	for n := range 100 {
		got := garbage(0, n)
		require.Len(t, got, n)
		require.Equal(t, got, garbage(0, n))
		if n > 0 {
			require.False(t, json.Valid(got) || utf8.Valid(got))
		}
		if n > 8 {
			require.NotEqual(t, got, garbage(1, n))
		}
	}
}

// TestArrive: a rule that acts on arrival is counted there, those that let the call pass when
// the call comes to them.
func TestArrive(t *testing.T) {
	t.Parallel()
	e := compiledOf(t, `
  - {name: third, call: /item/get, skip: 2, then: {error: ITEM_LOCKED}}
  - {name: limit, call: /item/get, then: {rate_limit: {limit: 5, window: 1m}}}
  - {name: lost, call: /item/get, then: {fault: reset}}`)
	l := ledger{}
	plan := e.Decide(call("/item/get", nil), l)
	require.Equal(t, "lost", plan.Rule)
	plan.Arrive(l)
	require.Equal(t, ledger{"used:lost": 1}, l)
	plan.Commit(l)
	require.EqualValues(t, 1, l["used:lost"], "not once more")
	require.EqualValues(t, 1, l["met:third"])
	require.EqualValues(t, 1, l.Bucket("limit", "world").Used)
}

func TestForced(t *testing.T) {
	t.Parallel()
	l := ledger{}
	then := Then{
		Error: &ErrorSpec{Code: "RATE_LIMIT_EXCEEDED"}, Delay: Delay{From: time.Second, To: time.Minute}, Fault: Fault{Kind: Garbage},
	}
	seen := map[time.Duration]bool{}
	for range 5 {
		plan, err := Forced("header", then, "/auth/get", l)
		require.NoError(t, err)
		require.Equal(t, "header", plan.Rule)
		require.Equal(t, "AUTH_LIMIT", plan.Error.Row.Code)
		require.Equal(t, Garbage, plan.Fault.Kind)
		seen[plan.Delay] = true
		plan.Arrive(l)
		plan.Commit(l)
	}
	require.Len(t, seen, 5, "the dice are thrown anew")
	require.Equal(t, ledger{"used:header": 5}, l)
	for want, bad := range map[string]Then{
		`"nonsense" is no fault`:                {Fault: Fault{Kind: "nonsense"}},
		"done stands beside truncate":           {Fault: Fault{Kind: Truncate, Done: true}},
		"the second time is shorter":            {Delay: Delay{From: 2, To: 1}},
		"the rule does nothing":                 {},
		"DATA_UNAVAILABLE stands under several": {Error: &ErrorSpec{Code: "DATA_UNAVAILABLE"}},
	} {
		_, err := Forced("header", bad, "/auth/get", l)
		require.ErrorContains(t, err, want)
		require.ErrorAs(t, err, &Problems{})
	}
}

func TestParseParts(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Delay{
		"300ms": {From: 300 * time.Millisecond}, "[100ms, 2s]": {From: 100 * time.Millisecond, To: 2 * time.Second},
		`["1s","2s"]`: {From: time.Second, To: 2 * time.Second}, " 1h ": {From: time.Hour},
	} {
		got, err := ParseDelay(text)
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
	}
	for text, want := range map[string]string{
		"5": `"5" has no unit; write for example 5ms or 5s`, "soon": `"soon" is no time`, "[1s]": "a delay is one time or two",
		"[2s, 1s]": "1s is shorter than 2s", "[1s": "a list that is opened with [ is not closed", "{a: 1}": "here stands a mapping", "-1s": "is no time",
	} {
		_, err := ParseDelay(text)
		require.ErrorContains(t, err, want, text)
	}
	for text, want := range map[string]string{
		"[reset]": "here stands a list", "{kid: reset}": `did you mean "kind"?`, "{kind": "a mapping that is opened with { is not closed", "~": "here stands nothing",
	} {
		_, err := ParseFault(text)
		require.ErrorContains(t, err, want, text)
	}
}

func TestEffectWarnings(t *testing.T) {
	t.Parallel()
	for rule, want := range map[string]string{
		"{call: /item/get, then: {fault: reset, error: ITEM_LOCKED}}": `1:48: "error" has no effect: reset loses the answer; remove one of them, or write fault: truncate`,
		"{call: /item/get, then: [pass, {fault: {kind: empty, done: true}, patch: {omit: [/a]}}]}": `1:75: "patch" has no effect: ` +
			"empty loses the answer; remove one of them, or write fault: truncate",
		"{call: /item/get, then: {fault: truncate, error: ITEM_LOCKED}}": "",
		"{call: [/institutions/get, /institutions/search], then: {rate_limit: {limit: 1, window: 1m, per: item}}}": "1:106: no call of " +
			"/institutions/get, /institutions/search is about an item, so none is limited; write per: client or per: world",
		"{call: '*', then: {rate_limit: {limit: 1, window: 1m, per: item}}}":                 "",
		"{call: /exchange_token, then: {rate_limit: {limit: 1, window: 1m, per: item}}}":     "",
		"{call: /institutions/get, then: {rate_limit: {limit: 1, window: 1m, per: client}}}": "",
		"{call: GET /sentinel/api/v1/transfers, then: {rate_limit: {limit: 1, window: 1m}}}": "1:67: Apex's answer to calls too many is not public; " +
			"this one is Plaid's RATE_LIMIT; give another one: rate_limit: {..., error: {code: CODE, status: 429}}",
		"{call: GET /sentinel/api/v1/transfers, then: {rate_limit: {limit: 1, window: 1m, error: INTERNAL_SERVER_ERROR}}}": "",
	} {
		s, err := Load("f", []byte("rules: ["+rule+"]"))
		require.NoError(t, err, rule)
		got := ""
		for _, w := range s.Warnings() {
			got += w.String()
		}
		if want != "" {
			want = "f:" + want
		}
		require.Equal(t, want, got, rule)
	}
}
