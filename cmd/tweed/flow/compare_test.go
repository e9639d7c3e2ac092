package flow_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tweed/cmd/tweed/flow"
)

func run(t *testing.T, name string, change func(*vendor, *flow.Config)) *flow.Result {
	t.Helper()
	v, _, cfg := start(t)
	cfg.Name = name
	change(v, &cfg)
	r, _ := flow.Run(t.Context(), cfg)
	require.NotNil(t, r)
	return r
}

func same(*vendor, *flow.Config) {}

func TestCompareSame(t *testing.T) {
	t.Parallel()
	a := run(t, "tweed", same)
	b := run(t, "sandbox", func(v *vendor, cfg *flow.Config) {
		v.misbehave(pathLink, unavailable(), answer(200, "application/json",
			`{"link_token":"link-sandbox-0asd1-a92nc","request_id":"other"}`))
		v.misbehave(pathExchange, answer(200, "application/json",
			`{"access_token":"access-sandbox-99999999-aaaa-4000-8000-000000000009","item_id":"x","request_id":"y"}`))
		v.road("PENDING COMPLETE", "")
		cfg.NewID = func() string { return "99999999-0000-4000-8000-000000000000" }
	})
	require.Empty(t, flow.Compare(a, b))
	half := run(t, "half", func(_ *vendor, cfg *flow.Config) { cfg.Sentinel = nil })
	require.Empty(t, flow.Compare(a, half), "steps that one target cannot walk are not compared")
}

func TestCompareDifferent(t *testing.T) {
	t.Parallel()
	a := run(t, "tweed", same)
	b := run(t, "sandbox", func(v *vendor, _ *flow.Config) {
		v.misbehave(pathPublic, answer(200, "application/json",
			`{"public_token":"public-sandbox-22222222-aaaa-4000-8000-000000000002","request_id":"r","extra":null}`))
		v.misbehave(pathAccounts, answer(200, "application/json", strings.Replace(accounts, "Plaid Saving", "Saving", 1)))
		v.misbehave(pathApex, answer(400, "application/json", `{"error_type":"INVALID_INPUT","error_code":"INVALID_PRODUCT",
			"error_message":"not enabled for 5e6f80963c3477ba9dc1f98a since 2026-01-05T09:30:00Z"}`))
	})
	require.Equal(t, `tweed | sandbox
public_token: reply.extra: (nothing) | null
accounts: reply.accounts[0].name: "Plaid Saving" | "Saving"
processor_token: error.code: (nothing) | INVALID_PRODUCT
processor_token: error.message: (nothing) | not enabled for <id> since <time>
processor_token: error.reason: (nothing) | INVALID_PRODUCT
processor_token: error.type: (nothing) | INVALID_INPUT
processor_token: http_status: 200 | 400
processor_token: processor_token: <token> | (nothing)
processor_token: status: ok | failed
`, strings.SplitN(trimmed(flow.Compare(a, b)), "sentinel_login", 2)[0])
}

// TestAnswers: each kind of difference is one line, and what differs between any two runs is none.
func TestAnswers(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, left, right, want string }{
		{"the same", `{"a": 1, "b": [true, null]}`, `{"a":1,"b":[true,null]}`, ""},
		{"a value", `{"a": {"b": "x"}}`, `{"a": {"b": "y"}}`, `body.a.b: "x" | "y"`},
		{"a number", `{"a": 1}`, `{"a": 1.0}`, `body.a: 1 | 1.0`},
		{"a type", `{"a": "1"}`, `{"a": 1}`, `body.a: type: string "1" | number 1`},
		{"a null", `{"a": null}`, `{"a": {"b": 1, "c": 2}}`, `body.a: type: null null | object {2 fields}`},
		{"a field less", `{"a": 1, "b": [1]}`, `{"a": 1}`, `body.b: [1 members] | (nothing)`},
		{"a field more", `{"a": 1}`, `{"a": 1, "item_id": "x"}`, `body.item_id: (nothing) | <id>`},
		{"order of fields", `{"a": 1, "b": 2, "c": 3}`, `{"c": 3, "a": 1}`, "body.b: 2 | (nothing)\nbody: order of fields: a, c | c, a"},
		{
			"order of members", `[{"n": "x"}, {"n": "y"}]`, `[{"n": "y"}, {"n": "x"}]`,
			`body: order of members: the first other one is [0]: {n: "x"} | {n: "y"}`,
		},
		{"fewer members", `["a", "b"]`, `["a"]`, `body: number of members: 2 | 1`},
		{"no JSON", `<html>`, `{}`, `body: type: string "<html>" | object {0 fields}`},
		{"ids", `{"item_id": "a", "account_ids": ["x"], "transferId": "1"}`, `{"item_id": "b", "account_ids": ["y"], "transferId": "2"}`, ""},
		{"tokens", `"access-sandbox-1"`, `"access-sandbox-2"`, ""},
		{"a kind of token", `"access-sandbox-1"`, `"public-sandbox-1"`, `body: "access-sandbox-<identifier>" | "public-sandbox-<identifier>"`},
		{"times", `{"at": "2026-01-05T14:30:00Z", "on": "2026-01-05"}`, `{"at": "2020-02-05T14:30:00.5Z", "on": "2020-01-05"}`, ""},
		{"an id and a null", `{"item_id": "a"}`, `{"item_id": null}`, `body.item_id: type: string <id> | null null`},
		{"an institution", `{"institution_id": "ins_1"}`, `{"institution_id": "ins_2"}`, `body.institution_id: "ins_1" | "ins_2"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, test.want, strings.Join(flow.Answers("body", []byte(test.left), []byte(test.right)), "\n"))
		})
	}
}

func trimmed(text string) string {
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n")
}
