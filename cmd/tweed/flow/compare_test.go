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
			`{"request_id":"other","link_token":"link-sandbox-0asd1-a92nc"}`))
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
processor_token: reply.processor_token: "processor-sandbox-<identifier>" | (nothing)
processor_token: reply.request_id: <id> | (nothing)
processor_token: status: ok | failed
`, strings.SplitN(trimmed(flow.Compare(a, b)), "sentinel_login", 2)[0])
}

func trimmed(text string) string {
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n")
}
