package scenario

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestValidateInGo(t *testing.T) {
	t.Parallel()
	one, two := 1.0, 2.0
	for name, c := range map[string]struct {
		rule Rule
		want []string
	}{
		"design's example": {Rule{Call: "/accounts/balance/get", Times: 1, Then: Error("ITEM_LOGIN_REQUIRED")}, nil},
		"wait":             {Rule{Call: Paths("/item/get", "GET /sentinel/api/v1/transfers"), Then: Wait(time.Second)}, nil},
		"where":            {Rule{Call: "*", Where: Where{"item": Is("x"), "amount_cents": AtMost(3)}, Then: Wait(1)}, nil},
		"nothing": {Rule{}, []string{
			"rule.call: the rule has no call; say which calls it is about, for example call: /accounts/balance/get, or which transfers: ach: deposit, or which webhooks: webhook: ITEM.ERROR, or which ends of Link: link: success",
			"rule.then: the rule does nothing; say what it does, for example then: {error: ITEM_LOGIN_REQUIRED}",
		}},
		"path": {Rule{Name: "n", Call: "/item/gte", Then: Error("ITEM_LOCKED")}, []string{
			`rule "n".call: no operation "/item/gte"; did you mean "/item/get"?`,
		}},
		"code": {Rule{Call: "*", Then: Error("ITEM_LOKED")}, []string{
			`rule.then.error: unknown error code "ITEM_LOKED"; did you mean ITEM_LOCKED?`,
		}},
		"negative": {Rule{Call: "*", Times: -1, Chance: 2, Then: Wait(-1)}, []string{
			"rule.times: times is -1; the least is 1; to leave it out, remove the key",
			"rule.chance: chance is 2; it is a probability above 0 and up to 1: 0.25 for one call in four",
			"rule.then.delay: the delay is negative; write for example 300ms",
		}},
		"fact": {Rule{Call: "*", Where: Where{"itme": Is(1)}, Then: Error("ITEM_LOCKED")}, []string{
			`rule.where.itme: unknown fact "itme"; did you mean "item"?`,
		}},
		"condition": {Rule{
			Call: "*", Then: Wait(1),
			Where: Where{"item": {Min: &one, Missing: true}, "user": Is([]int{1})},
		}, []string{
			"rule.where.item: the condition asks several things at once; use one of AnyOf, Min with Max, Missing, Present",
			"rule.where.item: item is no number; min and max work for numbers, such as amount_cents",
			"rule.where.user: a value of the condition is a list or a mapping; " +
				"a value of a condition is text, a number, true, false or null",
		}},
		"bounds": {Rule{Call: "*", Where: Where{"amount_cents": {Min: &two, Max: &one}}, Then: Wait(1)}, []string{
			"rule.where.amount_cents: min is greater than max: nothing can fit; swap them",
		}},
		"lists": {Rule{
			Call: "*", Then: Then{Status: 200, InTurn: []Then{{InTurn: []Then{{}}}, {Error: &ErrorSpec{}}}},
		}, []string{
			"rule.then: InTurn stands beside other effects; use one of both",
			"rule.then[0]: a list stands in a list; write one list",
			"rule.then[1].error: the error has no code; write error: CODE, or error: {code: CODE, ...}",
		}},
		"body": {Rule{Call: "*", Then: Then{Body: func() {}}}, []string{
			"rule.then.body: the body is no JSON: json: unsupported type: func()",
		}},
		"patch": {Rule{Call: "*", Then: Then{Patch: Patch{Set: map[string]any{"/a": make(chan int)}}}}, []string{
			"rule.then.patch.set./a: the value is no JSON: json: unsupported type: chan int",
		}},
		"delay": {Rule{Call: "*", Then: Then{Delay: Delay{From: 2, To: 1}}}, []string{
			"rule.then.delay: the second time is shorter than the first; write [shortest, longest]",
		}},
		"name": {Rule{Name: strings.Repeat("x", 201), Call: "*", Then: Wait(1)}, []string{
			`rule "` + strings.Repeat("x", 60) + `...".name: the name is too long; at most 200 bytes`,
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := c.rule.Validate()
			if c.want == nil {
				require.NoError(t, err)
				return
			}
			require.Equal(t, c.want, strings.Split(err.Error(), "\n"))
			_, err = Compile([]Rule{c.rule})
			require.Error(t, err)
		})
	}
}

func TestParseRule(t *testing.T) {
	t.Parallel()
	const asJSON = `{"name":"n","call":"/item/get","where":{"item":"x"},"times":2,"then":{"error":"ITEM_LOCKED"}}`
	want := Rule{
		Name: "n", Call: "/item/get", Where: Where{"item": Is("x")}, Times: 2,
		Then: Then{Error: &ErrorSpec{Code: "ITEM_LOCKED"}},
	}
	for _, text := range []string{
		"name: n\ncall: /item/get\nwhere: {item: x}\ntimes: 2\nthen: {error: ITEM_LOCKED}\n",
		asJSON,
		"{\n\t\"name\": \"n\", \"call\": [\"/item/get\"], \"where\": {\"item\": [\"x\"]}, \"times\": 2,\n" +
			"\t\"then\": {\"error\": {\"code\": \"ITEM_LOCKED\"}}}",
	} {
		got, err := ParseRule([]byte(text))
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	data, err := json.Marshal(want)
	require.NoError(t, err)
	require.JSONEq(t, asJSON, string(data))
	var back Rule
	require.NoError(t, json.Unmarshal(data, &back))
	require.Equal(t, want, back)

	for text, message := range map[string]string{
		"":  "the rule is empty; write at least call and then",
		"~": "the rule is empty; write at least call and then",
		"- a": "1:1: here stands a list; it must be a mapping with the keys name, call, ach, webhook, link, where, skip, times," +
			" every, chance, until, repeat, then",
		"call: /item/get":        "1:1: the rule does nothing; say what it does",
		`{"call": "/x", "a": 1}`: "1:10: no operation \"/x\"; tweed routes lists the paths\n1:16: unknown key \"a\"",
		"call: [":                `1:1: a bracket is not closed, or a value is missing, at "call: ["`,
	} {
		_, err := ParseRule([]byte(text))
		require.ErrorContains(t, err, strings.TrimSuffix(message, "\n"), text)
	}
}

// TestGoValuesAreWritten marshals what only a Go author can put into a rule.
func TestGoValuesAreWritten(t *testing.T) {
	t.Parallel()
	null := NullText("")
	rule := Rule{
		Call:  "*",
		Where: Where{"item": Is("missing"), "attempt": Is(1, int64(2), 2.5, true, nil, json.Number("3"))},
		Then: Then{InTurn: []Then{
			{Body: map[string]any{"a": []string{"x"}, "b": struct{ C int }{1}}},
			{Error: &ErrorSpec{Code: "ITEM_LOCKED", DisplayMessage: &null}},
			{},
			{Delay: Delay{From: time.Minute, To: time.Hour}},
		}},
	}
	data, err := json.Marshal(rule)
	require.NoError(t, err)
	require.JSONEq(t, `{"call":"*","where":{"item":["missing"],"attempt":[1,2,2.5,true,null,3]},"then":[
		{"body":{"a":["x"],"b":{"C":1}}},{"error":{"code":"ITEM_LOCKED","display_message":null}},"pass",
		{"delay":["1m","1h"]}]}`, string(data))
	_, err = ParseRule(data)
	require.NoError(t, err)
	step, err := json.Marshal(Step{Call: "/item/get", Expect: StepExpect{Status: 200}})
	require.NoError(t, err)
	require.JSONEq(t, `{"call":"/item/get","expect":{"status":200}}`, string(step))
}

func TestConditionHolds(t *testing.T) {
	t.Parallel()
	type fact struct {
		value any
		there bool
	}
	absent, null := fact{nil, false}, fact{nil, true}
	is := func(value any) fact { return fact{value, true} }
	for name, c := range map[string]struct {
		condition Condition
		fits, not []fact
	}{
		"text": {
			Is("1111"),
			[]fact{is("1111"), is(int64(1111)), is(json.Number("1111")), is([]string{"x", "1111"})},
			[]fact{is("0000"), absent, null, is([]string{})},
		},
		"number": {
			Is(json.Number("1.50")),
			[]fact{is("1.50"), is(1.5), is(json.Number("1.5")), is("1.5")},
			[]fact{is("1.500"), is(int64(1))},
		},
		"bool":   {Is(true), []fact{is(true), is("true")}, []fact{is(false), is(int64(1))}},
		"null":   {Is(nil), []fact{null}, []fact{absent, is("null"), is("")}},
		"any of": {Is("a", "b"), []fact{is("a"), is("b"), is([]any{"c", "b"})}, []fact{is("c"), is(map[string]any{})}},
		"bounds": {
			Condition{Min: ptr(1), Max: ptr(2)},
			[]fact{is(1.0), is(int64(2)), is(json.Number("1.5")), is("1.5"), is(2), is(uint64(1))},
			[]fact{is(0.9), is(3), is("x"), absent, null, is("0x1")},
		},
		"missing": {Missing(), []fact{absent, null}, []fact{is(""), is(int64(0))}},
		"present": {Present(), []fact{is(""), is([]string{}), is(map[string]any{})}, []fact{absent, null}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, f := range c.fits {
				require.True(t, c.condition.holds(f.value, f.there), "%#v", f)
			}
			for _, f := range c.not {
				require.False(t, c.condition.holds(f.value, f.there), "%#v", f)
			}
		})
	}
}

func ptr(f float64) *float64 { return &f }

func TestFacts(t *testing.T) {
	t.Parallel()
	known := map[string]Fact{}
	for _, fact := range KnownFacts() {
		require.NotContains(t, known, fact.Name)
		require.NotEmpty(t, fact.About)
		known[fact.Name] = fact
	}
	for _, name := range []string{"item", "amount_cents", "access_token", "webhook", "plaidProcessorToken"} {
		require.Contains(t, known, name)
	}
}

func TestSpan(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Span{
		"5 banking days": {BankingDays: 5}, "1 banking day": {BankingDays: 1}, "48h": {Duration: 48 * time.Hour},
		"30 days": {Duration: 720 * time.Hour}, "1h30m": {Duration: 90 * time.Minute}, "0s": {},
	} {
		got, err := ParseSpan(text)
		require.NoError(t, err)
		require.Equal(t, want, got)
		require.Equal(t, text, got.String())
	}
	for _, text := range []string{"", "5", "-1h", "5 bankingdays", "0 days", "two days", "100000 days", "1.5 days"} {
		_, err := ParseSpan(text)
		require.Error(t, err, text)
	}
}
