package contract

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestExamples: every operation of Plaid's that answers JSON has an example, and each is what the contract says. 24 of
// the 305 of plaid-go v41.0.0's file are not, and are repaired (fixtures/contract/examples.yaml).
func TestExamples(t *testing.T) {
	t.Parallel()
	made := map[string]int{}
	for _, op := range Ops() {
		example := op.Example()
		if op.Family != "plaid" || op.reply == "" {
			require.Nil(t, example, op.ID)
			continue
		}
		require.NotNil(t, example, op.ID)
		made[op.Made]++
		require.Empty(t, op.CheckReply(decode(t, string(example))), op.ID)
	}
	require.Equal(t, 305, made[""]+made["repaired"])
	require.Equal(t, 24, made["repaired"])
	require.Positive(t, made["made"])
	require.Positive(t, made["borrowed"])
}

func TestAnswer(t *testing.T) {
	t.Parallel()
	whole := find(t, "POST", "/accounts/get").Answer()
	account := whole.Member("accounts").Element()
	require.True(t, account.Member("mask").Takes(nil))
	require.True(t, account.Member("mask").Takes("0000"))
	require.False(t, account.Member("name").Takes(nil))
	require.False(t, account.Member("type").Takes("piggy bank"))
	require.False(t, account.Takes(map[string]any{}))
	require.False(t, whole.Member("accounts").Takes("x"))
	for _, nothing := range []Answer{whole.Element(), whole.Member("no"), account.Member("mask").Member("x"), {}} {
		require.True(t, nothing.Takes(1), "nothing is known of it")
	}
	require.Equal(t, Answer{}, find(t, "POST", "/asset_report/pdf/get").Answer())
}

func TestMinimal(t *testing.T) {
	t.Parallel()
	none := func(string) (any, bool) { return nil, false }
	for _, op := range Ops() {
		body := op.Minimal(none)
		if op.Field("account_id") || op.Field("account_ids") { // their forms are not met by just any text
			continue
		}
		if v := op.Check(body); op.Family == "plaid" && v != nil {
			require.NotEqual(t, MissingFields, v.Kind, "%s: %s", op.ID, v.Message)
			require.NotEqual(t, UnknownFields, v.Kind, "%s: %s", op.ID, v.Message)
		}
	}
	body := find(t, "POST", "/transfer/create").Minimal(func(path string) (any, bool) { return "amount", path == "amount" })
	require.Equal(t, map[string]any{
		"access_token": "x", "account_id": "x", "authorization_id": "x", "description": "x", "amount": "amount",
	}, body)
}

func TestCheckReply(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, path, body string
		want             []string
	}{
		{"good", "/item/public_token/exchange", `{"access_token":"a","item_id":"i","request_id":"r"}`, nil},
		{
			"faults", "/item/public_token/exchange", `{"access_token":1,"item_id":null,"more":1}`,
			[]string{"access_token: has the wrong type", "item_id: null", "request_id: missing", "more: not in the contract"},
		},
		{
			"nested", "/processor/token/permissions/get", `{"request_id":"r","products":["auth","dwolla"]}`,
			[]string{`products[1]: unknown value "dwolla"`},
		},
		{"not JSON", "/asset_report/pdf/get", `{"anything":1}`, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tt.want, find(t, "POST", tt.path).CheckReply(decode(t, tt.body)))
		})
	}
}

func TestUnknownEnums(t *testing.T) {
	t.Parallel()
	op := find(t, "POST", "/link/token/create")
	body := decode(t, `{"client_name":"x","language":"eo","country_codes":["US","XX"],"products":["auth","crypto"],
		"account_filters":{"depository":{"account_subtypes":["checking","piggy bank"]}}}`)
	require.Nil(t, op.Check(body))
	require.Equal(t, []string{
		`country_codes[1] "XX"`, `products[1] "crypto"`, `account_filters.depository.account_subtypes[1] "piggy bank"`,
	}, op.UnknownEnums(body))
	require.Nil(t, find(t, "POST", "/item/get").UnknownEnums(decode(t, `{"access_token":"x"}`)))
	require.Nil(t, find(t, "GET", "/fdx/recipients").UnknownEnums(nil))
}
