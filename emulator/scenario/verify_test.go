package scenario

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// ofMap are facts that a map answers.
type ofMap map[string]any

func (m ofMap) Fact(name string) (any, bool) {
	value, ok := m[name]
	return value, ok
}

// came are the calls that the tests verify.
func came() []Seen {
	return []Seen{
		{N: 1, Method: "POST", Path: "/item/get", Route: "/item/get", Status: 200, Facts: ofMap{"institution_id": "ins_1", "attempt": uint64(1)}},
		{
			N: 2, Method: "POST", Path: "/item/get", Route: "/item/get", Status: 400, Type: "ITEM_ERROR", Code: "ITEM_LOCKED",
			Rules: []string{"locked"}, Passed: []string{"later"}, Facts: ofMap{"institution_id": "ins_2", "attempt": uint64(2)},
		},
		{N: 3, Method: "GET", Path: "/sentinel/api/v1/transfers/achs/9", Route: "/sentinel/api/v1/transfers/achs/{transferId}", Status: 200},
		{N: 4, Method: "POST", Path: "/auth/get", Route: "/auth/get", Status: 429, Type: "RATE_LIMIT_EXCEEDED", Code: "AUTH_LIMIT"},
		{N: 5, Method: "POST", Path: "/item/get", Route: "/item/get", Status: 200, Facts: ofMap{"institution_id": "ins_2", "account_id": nil}},
		{
			N: 6, Method: "POST", Path: "/sentinel/api/v1/transfers/achs/incoming", Route: "/sentinel/api/v1/transfers/achs/incoming",
			Status: 200, Facts: ofMap{"amount_cents": int64(500)},
		},
		{N: 7, Method: "POST", Path: "/nowhere", Status: 404, Type: "INVALID_REQUEST", Code: "NOT_FOUND"},
	}
}

const rulesThatCame = `
rules:
  - {name: locked, call: /item/get, where: {institution_id: ins_2}, times: 1, then: {error: ITEM_LOCKED}}
  - {name: later, call: /item/get, skip: 2, then: {error: ITEM_LOCKED}}
  - {name: third, call: /item/get, every: 3, then: {error: ITEM_LOCKED}}
  - {name: large, ach: deposit, where: {amount_cents: {min: 1000}}, then: {return: R01}}
`

func TestVerify(t *testing.T) {
	t.Parallel()
	for expect, want := range map[string]string{
		`calls: [{call: /item/get}]`:                                              "",
		`calls: [{call: /item/get, count: 3}]`:                                    "",
		`calls: [{call: /item/*, count: {min: 1, max: 3}}]`:                       "",
		`calls: [{call: /item/get, error: ITEM_ERROR/ITEM_LOCKED}]`:               "",
		`calls: [{call: "*", error: RATE_LIMIT_EXCEEDED, count: 1}]`:              "",
		`calls: [{call: "/sentinel/api/v1/transfers/achs/{id}", count: 1}]`:       "",
		`calls: [{call: /item/remove, count: 0}]`:                                 "",
		`calls: [{call: /item/get, where: {institution_id: ins_2}, count: 2}]`:    "",
		`calls: [{call: /item/get, where: {attempt: {min: 2}}, count: 1}]`:        "",
		`calls: [{call: /item/get, where: {account_id: missing}, count: 3}]`:      "",
		`calls: [{rule: locked, count: 1}, {rule: third, count: 0}]`:              "",
		`in_order: [{call: /item/get}, {call: /auth/get}, {call: /item/get}]`:     "",
		`in_order: [{call: /item/get, where: {attempt: 1}}, {call: /item/get}]`:   "",
		`{calls: [{call: /item/get}], in_order: [{rule: locked}, {call: "*"}]}`:   "",
		`calls: [{call: /item/remove}]`:                                           "calls of /item/remove: wanted at least one, got 0",
		`calls: [{call: /item/get, count: {max: 2}}]`:                             "calls of /item/get: wanted at most 2, got 3\n  surplus: call 5 POST /item/get (200)",
		`calls: [{call: /item/get, status: 200, count: 0}]`:                       "calls of /item/get with status 200: wanted none, got 2\n  surplus: call 1 POST /item/get (200)\n  surplus: call 5 POST /item/get (200)",
		`calls: [{call: [/item/get, /auth/get], count: [1, 7]}]`:                  "calls of /item/get, /auth/get: wanted 1 or 7, got 4",
		`calls: [{call: /auth/get, where: {institution_id: ins_1, attempt: 1}}]`:  "calls of /auth/get where attempt is 1 and institution_id is ins_1: wanted at least one, got 0\n  call 4 POST /auth/get: where attempt: wanted 1, got nothing; where institution_id: wanted ins_1, got nothing",
		`calls: [{call: /item/get, status: 500}]`:                                 "calls of /item/get with status 500: wanted at least one, got 0\n  call 1 POST /item/get: status: wanted 500, got 200\n  call 2 POST /item/get: status: wanted 500, got 400\n  call 5 POST /item/get: status: wanted 500, got 200",
		`calls: [{call: /item/get, error: ITEM_NOT_FOUND, where: {attempt: 2}}]`:  "calls of /item/get with error ITEM_NOT_FOUND where attempt is 2: wanted at least one, got 0\n  call 2 POST /item/get: error: wanted ITEM_NOT_FOUND, got ITEM_ERROR/ITEM_LOCKED\n  call 1 POST /item/get: error: wanted ITEM_NOT_FOUND, got no error (status 200); where attempt: wanted 2, got 1\n  call 5 POST /item/get: error: wanted ITEM_NOT_FOUND, got no error (status 200); where attempt: wanted 2, got nothing",
		`calls: [{call: /item/get, where: {account_id: [a, b]}, count: 1}]`:       "calls of /item/get where account_id is a or b: wanted 1, got 0\n  call 1 POST /item/get: where account_id: wanted a or b, got nothing\n  call 2 POST /item/get: where account_id: wanted a or b, got nothing\n  call 5 POST /item/get: where account_id: wanted a or b, got null",
		`calls: [{call: /item/import, count: 1}]`:                                 "calls of /item/import: wanted 1, got 0",
		`calls: [{call: GET /sentinel/api/v1/transfers, where: {account: "3A"}}]`: "calls of GET /sentinel/api/v1/transfers where account is 3A: wanted at least one, got 0",
		`calls: [{rule: locked, count: 2}]`:                                       "calls on which rule \"locked\" acted: wanted 2, got 1\n  call 1 POST /item/get: rule \"locked\": it did not act: where institution_id: wanted ins_2, got ins_1\n  call 5 POST /item/get: rule \"locked\": it was spent: it acts once and had acted on call 2 last",
		`calls: [{rule: later, count: {min: 1}}]`:                                 "calls on which rule \"later\" acted: wanted at least 1, got 0\n  call 1 POST /item/get: rule \"later\": it did not act\n  call 2 POST /item/get: rule \"later\": it was skipping: it lets the first 2 matching calls pass, and this was number 1\n  call 5 POST /item/get: rule \"later\": it did not act",
		`calls: [{rule: large}]`:                                                  "calls on which rule \"large\" acted: wanted at least one, got 0\n  call 6 POST /sentinel/api/v1/transfers/achs/incoming: rule \"large\": it did not act: where amount_cents: wanted a number of at least 1000, got 500",
		`calls: [{rule: lockd}]`:                                                  "calls on which rule \"lockd\" acted: no rule is called \"lockd\"; did you mean \"locked\"?",
		`in_order: [{call: /auth/get}, {call: /item/get, status: 400}]`:           "in order, 2 of 2: no call of /item/get with status 400 came after call 4 POST /auth/get\n  call 2 POST /item/get: it came before\n  call 5 POST /item/get: status: wanted 400, got 200",
		`calls: [{call: /sentinel/api/v1/transfers/achs/outgoing}]`:               "calls of /sentinel/api/v1/transfers/achs/outgoing: wanted at least one, got 0\n  call 6 POST /sentinel/api/v1/transfers/achs/incoming: call: wanted /sentinel/api/v1/transfers/achs/outgoing",
		`in_order: [{call: /item/remove}, {call: /item/get}]`:                     "in order, 1 of 2: no call of /item/remove came",
	} {
		s, err := Load("f", []byte(rulesThatCame))
		require.NoError(t, err)
		engine, err := s.Compile()
		require.NoError(t, err)
		e, err := ParseExpect([]byte(expect))
		require.NoError(t, err, expect)
		wrong := e.Verify(came(), engine)
		if want == "" {
			require.Nil(t, wrong, "%s: %s", expect, wrong.Error())
			continue
		}
		require.Equal(t, want, wrong.Error(), expect)
	}
}

// TestVerifyRuleNotItsTurn: a rule tells whose turn it was.
func TestVerifyRuleNotItsTurn(t *testing.T) {
	t.Parallel()
	s, err := Load("f", []byte(`
rules:
  - {name: odd, call: /item/get, skip: 1, every: 2, then: {error: ITEM_LOCKED}}
  - {name: dice, call: /item/get, chance: 0.5, then: {error: ITEM_LOCKED}}
  - {name: first, call: /item/get, times: 1, then: {error: ITEM_LOCKED}}
`))
	require.NoError(t, err)
	engine, err := s.Compile()
	require.NoError(t, err)
	calls := []Seen{
		{N: 1, Method: "POST", Path: "/item/get", Route: "/item/get", Passed: []string{"odd", "dice"}, Rules: []string{"first"}},
		{N: 2, Method: "POST", Path: "/item/get", Route: "/item/get", Passed: []string{"odd", "dice"}},
		{N: 3, Method: "POST", Path: "/item/get", Route: "/item/get", Rules: []string{"header Tweed-Error"}},
		{N: 4, Method: "POST", Path: "/item/get", Route: "/item/get", Status: 400, Type: "INVALID_INPUT", Code: "INVALID_API_KEYS"},
	}
	for name, want := range map[string][]string{
		"odd": {
			"it was skipping: it lets the first 1 matching calls pass, and this was number 1",
			"it was not its turn: it acts on one matching call in 2, and this was number 2, 1 of them skipped",
			"rule \"header Tweed-Error\" came before it",
		},
		"dice":  {"the dice were against it (chance 0.5)", "the dice were against it (chance 0.5)", "rule \"header Tweed-Error\" came before it"},
		"first": {"it was spent: it acts once and had acted on call 1 last", "it was spent: it acts once and had acted on call 1 last", "it was spent: it acts once and had acted on call 1 last"},
	} {
		count := Exactly(9)
		wrong := Expect{Calls: []CallExpect{{Rule: name, Count: count}}}.Verify(calls, engine)
		require.Len(t, wrong, 1)
		var got []string
		for _, near := range wrong[0].Near {
			require.Len(t, near.Why, 1)
			got = append(got, near.Why[0])
		}
		for i := range want {
			want[i] = "rule \"" + name + "\": " + want[i]
		}
		require.Equal(t, want, got, name)
	}
	wrong := Expect{Calls: []CallExpect{{Rule: "odd", Status: 400}}}.Verify(calls[3:], engine)
	require.Equal(t, []string{"rule \"odd\": the call failed before rules act, with INVALID_INPUT/INVALID_API_KEYS"}, wrong[0].Near[0].Why)
}

// TestVerifySurplus: ten calls are named, all are counted.
func TestVerifySurplus(t *testing.T) {
	t.Parallel()
	calls := make([]Seen, 25)
	for i := range calls {
		calls[i] = Seen{N: uint64(i + 1), Method: "POST", Path: "/item/get", Route: "/item/get", Status: 200}
	}
	wrong := Expect{Calls: []CallExpect{{Call: "/item/get", Count: Exactly(2)}}}.Verify(calls, nil)
	require.Len(t, wrong, 1)
	require.Equal(t, "calls of /item/get: wanted 2, got 25 (23 surplus calls; the first 10 follow)", wrong[0].Text)
	require.Len(t, wrong[0].Surplus, 10)
	require.Equal(t, uint64(3), wrong[0].Surplus[0].Call)
}

func TestParseExpect(t *testing.T) {
	t.Parallel()
	e, err := ParseExpect([]byte(`{"calls": [{"call": "/item/get", "count": {"min": 2}, "where": {"item": "x"}}]}`))
	require.NoError(t, err)
	require.Equal(t, Calls("/item/get"), e.Calls[0].Call)
	for text, want := range map[string]string{
		``:                                    "nothing is asked; write calls: [{call: /item/get, count: 1}], or in_order, or webhooks",
		`{}`:                                  "nothing is asked; write calls: [{call: /item/get, count: 1}], or in_order, or webhooks",
		`calls: []`:                           "nothing is asked; write calls: [{call: /item/get, count: 1}], or in_order, or webhooks",
		`flow: {ends: completed}`:             "1:1: unknown key \"flow\"; known here: calls, in_order, webhooks",
		`calls: [{count: 1}]`:                 "1:9: it does not say which calls are counted; write call: /accounts/balance/get, or rule: NAME",
		`calls: [{call: /item/gett}]`:         "1:16: no operation \"/item/gett\"; did you mean \"/item/get\"?",
		`calls: [{call: /item/get, wher: 1}]`: "1:27: unknown key \"wher\"; did you mean \"where\"?",
		"calls:\n  - call: /item/get\n    where: {institution: ins_1}": "3:13: unknown fact \"institution\"; did you mean \"institution_id\"?",
		`calls: [{call: /item/get, where: {products: {min: 1}}}]`:      "1:45: products is no number; min and max work for numbers, such as amount_cents",
		`calls: [{call: /item/get, count: 1.5}]`:                       "1:34: a count is a whole number; write 2, [1, 2], {min: 1}, or 0 for never",
		`calls: [{call: /item/get, status: 99}]`:                       "1:35: the status is out of range; an HTTP status is a number from 100 to 599",
		`calls: [{call: /item/get, error: ITEM_LOKED}]`:                "1:34: unknown error code \"ITEM_LOKED\"; did you mean ITEM_LOCKED?",
		`in_order: [{call: /item/get, count: 1}]`:                      "1:30: a call in order has no count; remove it, or write the call under calls",
	} {
		_, err := ParseExpect([]byte(text))
		require.EqualError(t, err, want, text)
	}
	_, err = Load("f", []byte("rules: [{name: once, call: /item/get, then: {error: ITEM_LOCKED}}]\nexpect: {calls: [{rule: onse}, {rule: once}, {rule: header Tweed-Error}]}"))
	require.EqualError(t, err, "f:2:25: no rule is called \"onse\"; did you mean \"once\"?")
	bad := Expect{Calls: []CallExpect{{Call: "/item/get", Where: Where{"institutoin_id": Is("x")}}}}
	require.EqualError(t, bad.Validate(), "expect.calls[0].where.institutoin_id: unknown fact \"institutoin_id\"; did you mean \"institution_id\"?")
}

// FuzzParseExpect: no text makes the parser or a verification panic, and what is accepted is
// valid.
func FuzzParseExpect(f *testing.F) {
	for _, seed := range []string{
		`calls: [{call: /item/get, count: 2}]`, `{"in_order":[{"call":"*","where":{"attempt":{"min":1}}}]}`,
		`calls: [{rule: locked, count: [1, 2]}]`, "calls:\n- call: [/item/get, GET /x]\n  error: ITEM_LOCKED", `calls: [{call: "*", count: 1e300}]`,
	} {
		f.Add([]byte(seed))
	}
	s, err := Load("f", []byte(rulesThatCame))
	require.NoError(f, err)
	engine, err := s.Compile()
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, text []byte) {
		e, err := ParseExpect(text)
		if err != nil {
			require.NotEmpty(t, err.Error())
			return
		}
		require.NoError(t, e.Validate())
		for _, m := range e.Verify(came(), engine) {
			require.NotEmpty(t, m.Text)
			require.LessOrEqual(t, len(m.Near), maxNear)
		}
	})
}
