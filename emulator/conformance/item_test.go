package conformance

import (
	"testing"

	"github.com/plaid/plaid-go/v41/plaid"
	"github.com/stretchr/testify/require"

	"tweed/emulator"
)

// TestResetLogin is the sequence that was seen in the Sandbox (public notes, 2026-09): data calls fail, /item/get
// goes on answering and says why.
func TestResetLogin(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.RunT(t).PlaidURL(), "")
	made := c.link()
	require.NoError(t, c.resetLogin(made.accessToken))

	_, err := c.auth(made.accessToken)
	requireFailure(t, itemError("ITEM_LOGIN_REQUIRED", textLoginRequired), err)
	_, err = c.balance(made.accessToken)
	requireFailure(t, itemError("ITEM_LOGIN_REQUIRED", textLoginRequired), err)

	got, err := c.item(made.accessToken)
	require.NoError(t, err)
	inside := got.Item.Error.Get()
	require.NotNil(t, inside)
	require.Equal(t, "ITEM_LOGIN_REQUIRED", inside.GetErrorCode())
}

// TestRemove: an Item is gone for every token that led to it, and for nothing else.
func TestRemove(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.RunT(t).PlaidURL(), "")
	made, other := c.link(), c.link()
	require.NoError(t, c.remove(made.accessToken))

	requireFailure(t, itemError("ITEM_NOT_FOUND", textItemNotFound), c.remove(made.accessToken))
	_, err := c.accounts(made.accessToken)
	requireFailure(t, itemError("ITEM_NOT_FOUND", textItemNotFound), err)
	_, err = c.accounts(other.accessToken)
	require.NoError(t, err)
}

// TestInvalidate: the new token takes the old one's place, and the Item stays what it is.
func TestInvalidate(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.RunT(t).PlaidURL(), "")
	made := c.link()
	request := *plaid.NewItemAccessTokenInvalidateRequest(made.accessToken)
	rotated, _, err := c.ItemAccessTokenInvalidate(t.Context()).ItemAccessTokenInvalidateRequest(request).Execute()
	require.NoError(t, err)
	require.NotEqual(t, made.accessToken, rotated.GetNewAccessToken())

	_, err = c.accounts(made.accessToken)
	requireFailure(t, invalidInput("INVALID_ACCESS_TOKEN", textTokenUnknown), err)
	again, err := c.accounts(rotated.GetNewAccessToken())
	require.NoError(t, err)
	require.Equal(t, made.accounts, again.GetAccounts())
}

// TestPublicTokenOfAnItem: /item/public_token/create gives a token that leads to the same Item.
func TestPublicTokenOfAnItem(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.RunT(t).PlaidURL(), "")
	made := c.link()
	request := *plaid.NewItemPublicTokenCreateRequest(made.accessToken)
	token, _, err := c.ItemCreatePublicToken(t.Context()).ItemPublicTokenCreateRequest(request).Execute()
	require.NoError(t, err)
	exchanged, err := c.exchange(token.GetPublicToken())
	require.NoError(t, err)
	require.Equal(t, made.itemID, exchanged.GetItemId())
}

// TestUserCustom: the accounts that the test asked for, and no others.
func TestUserCustom(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.RunT(t).PlaidURL(), "")
	options := plaid.NewSandboxPublicTokenCreateRequestOptions()
	options.SetOverrideUsername("user_custom")
	options.SetOverridePassword(`{"override_accounts": [{"type": "depository", "subtype": "checking",
		"starting_balance": 1234.56, "meta": {"name": "Household", "mask": "4321"}}]}`)
	request := plaid.NewSandboxPublicTokenCreateRequest(firstPlatypusBank, fundingProducts())
	request.SetOptions(*options)
	token, _, err := c.SandboxPublicTokenCreate(t.Context()).SandboxPublicTokenCreateRequest(*request).Execute()
	require.NoError(t, err)
	exchanged, err := c.exchange(token.GetPublicToken())
	require.NoError(t, err)
	accounts, err := c.accounts(exchanged.GetAccessToken())
	require.NoError(t, err)
	require.Len(t, accounts.GetAccounts(), 1)
	only := accounts.GetAccounts()[0]
	require.Equal(t, "Household", only.GetName())
	require.Equal(t, "4321", only.GetMask())
	require.InDelta(t, 1234.56, only.Balances.GetCurrent(), 0.001)
}
