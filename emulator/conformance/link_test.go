package conformance

import (
	"testing"

	"github.com/plaid/plaid-go/v41/plaid"
	"github.com/stretchr/testify/require"

	"tweed/emulator"
)

// TestLink: the SDK exchanges the public token of Link without a browser; the Item has just the
// accounts that the user chose, and the SDK reads the session.
func TestLink(t *testing.T) {
	t.Parallel()
	emu := emulator.RunT(t)
	c := newClient(t, emu.PlaidURL(), "")
	token, err := c.linkToken()
	require.NoError(t, err)
	linked, err := emu.World("default").Link(emulator.LinkOptions{LinkToken: token, Accounts: []string{"0000", "1111"}})
	require.NoError(t, err)
	exchanged, err := c.exchange(linked.PublicToken)
	require.NoError(t, err)
	got, err := c.accounts(exchanged.GetAccessToken())
	require.NoError(t, err)
	var masks, ids []string
	for _, account := range got.GetAccounts() {
		masks, ids = append(masks, account.GetMask()), append(ids, account.GetAccountId())
	}
	require.Equal(t, []string{"0000", "1111"}, masks)
	var told []string
	chosen, _ := linked.Metadata["accounts"].([]any)
	for _, account := range chosen {
		members, _ := account.(map[string]any)
		id, _ := members["id"].(string)
		told = append(told, id)
	}
	require.Equal(t, ids, told, "onSuccess and /accounts/get agree")
	request := *plaid.NewLinkTokenGetRequest(token)
	read, _, err := c.LinkTokenGet(t.Context()).LinkTokenGetRequest(request).Execute()
	require.NoError(t, err)
	require.Len(t, read.GetLinkSessions(), 1)
	results := read.GetLinkSessions()[0].GetResults()
	require.Equal(t, linked.PublicToken, results.GetItemAddResults()[0].PublicToken)
}
