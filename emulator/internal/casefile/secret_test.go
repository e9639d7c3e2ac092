package casefile

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"tweed/emulator/internal/world"
	"tweed/emulator/scenario"
)

const secretive = `name: secretive # hush-1
credentials:
  - {client_id: c, secret: hush-2}
  - {username: u, shared_secret: hush-3}
  - {client_id: any}
rules:
  - {call: /item/get, where: {secret: [hush-4]}, then: {error: ITEM_LOCKED}}
steps:
  - {call: /item/get, with: {secret: hush-5, deep: [{shared_secret: hush-6}], access_token: x}, headers: {PLAID-SECRET: hush-7}}
  - {call: POST /legit/api/v1/cc/token, with: '{"sharedSecret": "hush-8"}'}
  - {call: /exchange_token, form: {secret: hush-9, public_token: y}}
`

// TestScenario: no secret of a scenario comes into a case, and it stays the scenario that it is.
func TestScenario(t *testing.T) {
	t.Parallel()
	load := func(text []byte) *scenario.Scenario {
		s, err := scenario.Load("s.yaml", text)
		require.NoError(t, err)
		return s
	}
	text, err := Scenario(load([]byte(secretive)))
	require.NoError(t, err)
	require.NotContains(t, string(text), "hush")
	s := load(text)
	require.Equal(t, []string{StandIn, "", ""}, []string{s.Credentials[0].Secret, s.Credentials[1].Secret, s.Credentials[2].Secret})
	require.Equal(t, StandIn, s.Credentials[1].SharedSecret)
	require.Equal(t, []any{StandIn}, s.Rules[0].Where["secret"].AnyOf)
	require.Equal(t, "y", s.Steps[2].Form["public_token"])
	again, err := Scenario(s)
	require.NoError(t, err)
	require.Equal(t, string(text), string(again))

	plain := "name: plain # a remark\nrules: [{call: /item/get, then: {error: ITEM_LOCKED}}]\n"
	text, err = Scenario(load([]byte(plain)))
	require.NoError(t, err)
	require.Equal(t, plain, string(text), "without a secret it stays as it is written")
}

// TestStart: the same for an export.
func TestStart(t *testing.T) {
	t.Parallel()
	source, err := json.Marshal(secretive)
	require.NoError(t, err)
	e := world.Export{Tweed: 1, Name: "w", Tables: map[string]world.TableExport{
		sourceTable:         {Version: 1, Records: map[string]json.RawMessage{"scenario": source}},
		"sentinel.settings": {Version: 1, Records: map[string]json.RawMessage{"settings": []byte(`{"credentials":[{"sharedSecret":"hush-1"}]}`)}},
		SessionTable:        {Version: 1, Records: map[string]json.RawMessage{"id": []byte(`{"token":"a.b.c"}`), "bad": []byte(`[]`)}},
	}}
	before, err := json.Marshal(e)
	require.NoError(t, err)
	start, err := Start(e)
	require.NoError(t, err)
	text, err := json.Marshal(start)
	require.NoError(t, err)
	require.NotContains(t, string(text), "hush")
	require.JSONEq(t, `{"credentials":[{"sharedSecret":"`+StandIn+`"}]}`, string(start.Tables["sentinel.settings"].Records["settings"]))
	after, err := json.Marshal(e)
	require.NoError(t, err)
	require.Equal(t, string(before), string(after), "the world's own export stays")
	token, ok := SessionToken(*start, "id")
	require.True(t, ok)
	require.Equal(t, "a.b.c", token)
	_, ok = SessionToken(*start, "bad")
	require.False(t, ok)
}

// TestRule: the secrets that a rule asks for, and no others.
func TestRule(t *testing.T) {
	t.Parallel()
	plain := "call: /item/get # a remark\nthen: {error: ITEM_LOCKED}\n"
	require.Equal(t, plain, string(Rule([]byte(plain))))
	require.JSONEq(t, `{"call":"/item/get","where":{"secret":"`+StandIn+`"},"then":{"error":"ITEM_LOCKED"}}`,
		string(Rule([]byte("call: /item/get\nwhere: {secret: hush}\nthen: {error: ITEM_LOCKED}\n"))))
}
