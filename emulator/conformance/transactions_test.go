package conformance

import (
	"testing"

	"github.com/plaid/plaid-go/v41/plaid"
	"github.com/stretchr/testify/require"

	"tweed/emulator"
)

// dynamic links an Item of user_transactions_dynamic with a webhook.
func (c *client) dynamic() string {
	c.t.Helper()
	request := *plaid.NewSandboxPublicTokenCreateRequest(firstPlatypusBank, []plaid.Products{plaid.PRODUCTS_TRANSACTIONS})
	options := *plaid.NewSandboxPublicTokenCreateRequestOptions()
	options.SetOverrideUsername("user_transactions_dynamic")
	options.SetOverridePassword("x")
	options.SetWebhook("https://example.com/hook")
	request.SetOptions(options)
	made, _, err := c.SandboxPublicTokenCreate(c.t.Context()).SandboxPublicTokenCreateRequest(request).Execute()
	require.NoError(c.t, err)
	exchanged, err := c.exchange(made.GetPublicToken())
	require.NoError(c.t, err)
	return exchanged.GetAccessToken()
}

// partner is a processor token for the first account of an Item with transactions.
func (c *client) partner() string {
	c.t.Helper()
	access := c.dynamic()
	accounts, err := c.accounts(access)
	require.NoError(c.t, err)
	token, err := c.processorToken(access, accounts.Accounts[0].GetAccountId(), "dwolla")
	require.NoError(c.t, err)
	return token
}

func importItem(c *client, _ item) error {
	request := *plaid.NewItemImportRequest(
		[]plaid.Products{plaid.PRODUCTS_IDENTITY, plaid.PRODUCTS_AUTH},
		*plaid.NewItemImportRequestUserAuth("user_good", "pass_good"),
	)
	return errorOf(c.ItemImport(c.t.Context()).ItemImportRequest(request).Execute())
}

func updateWebhook(c *client, i item) error {
	request := *plaid.NewItemWebhookUpdateRequest(i.accessToken)
	request.SetWebhook("https://plaid.com/webhook-test")
	return errorOf(c.ItemWebhookUpdate(c.t.Context()).ItemWebhookUpdateRequest(request).Execute())
}

func fireWebhook(c *client, _ item) error {
	request := *plaid.NewSandboxItemFireWebhookRequest(c.dynamic(), "DEFAULT_UPDATE")
	return errorOf(c.SandboxItemFireWebhook(c.t.Context()).SandboxItemFireWebhookRequest(request).Execute())
}

func createTransactions(c *client, _ item) error {
	request := *plaid.NewSandboxTransactionsCreateRequest(c.dynamic(), []plaid.CustomSandboxTransaction{
		*plaid.NewCustomSandboxTransaction("2026-01-02", "2026-01-05", -12.5, "A deposit"),
	})
	return errorOf(c.SandboxTransactionsCreate(c.t.Context()).SandboxTransactionsCreateRequest(request).Execute())
}

func getTransactions(c *client, _ item) error {
	request := *plaid.NewTransactionsGetRequest(c.dynamic(), "2025-01-01", "2026-12-31")
	options := *plaid.NewTransactionsGetRequestOptions()
	options.SetCount(500)
	options.SetIncludeOriginalDescription(true)
	request.SetOptions(options)
	return errorOf(c.TransactionsGet(c.t.Context()).TransactionsGetRequest(request).Execute())
}

func syncTransactions(c *client, _ item) error {
	return errorOf(c.TransactionsSync(c.t.Context()).TransactionsSyncRequest(
		*plaid.NewTransactionsSyncRequest(c.dynamic())).Execute())
}

func refreshTransactions(c *client, _ item) error {
	return errorOf(c.TransactionsRefresh(c.t.Context()).TransactionsRefreshRequest(
		*plaid.NewTransactionsRefreshRequest(c.dynamic())).Execute())
}

func getStreams(c *client, _ item) error {
	public := *plaid.NewSandboxPublicTokenCreateRequest(firstPlatypusBank, []plaid.Products{plaid.PRODUCTS_TRANSACTIONS})
	made, _, err := c.SandboxPublicTokenCreate(c.t.Context()).SandboxPublicTokenCreateRequest(public).Execute()
	require.NoError(c.t, err)
	exchanged, err := c.exchange(made.GetPublicToken())
	require.NoError(c.t, err)
	request := *plaid.NewTransactionsRecurringGetRequest(exchanged.GetAccessToken())
	got, _, err := c.TransactionsRecurringGet(c.t.Context()).TransactionsRecurringGetRequest(request).Execute()
	if err == nil {
		require.Len(c.t, got.GetOutflowStreams(), 12)
	}
	return err
}

func partnerGetsTransactions(c *client, _ item) error {
	request := *plaid.NewProcessorTransactionsGetRequest(c.partner(), "2025-01-01", "2026-12-31")
	return errorOf(c.ProcessorTransactionsGet(c.t.Context()).ProcessorTransactionsGetRequest(request).Execute())
}

func partnerSyncsTransactions(c *client, _ item) error {
	return errorOf(c.ProcessorTransactionsSync(c.t.Context()).ProcessorTransactionsSyncRequest(
		*plaid.NewProcessorTransactionsSyncRequest(c.partner())).Execute())
}

func partnerRefreshesTransactions(c *client, _ item) error {
	return errorOf(c.ProcessorTransactionsRefresh(c.t.Context()).ProcessorTransactionsRefreshRequest(
		*plaid.NewProcessorTransactionsRefreshRequest(c.partner())).Execute())
}

func partnerGetsStreams(c *client, _ item) error {
	return errorOf(c.ProcessorTransactionsRecurringGet(c.t.Context()).ProcessorTransactionsRecurringGetRequest(
		*plaid.NewProcessorTransactionsRecurringGetRequest(c.partner())).Execute())
}

// TestSync follows the changes of an Item as an app does, through plaid-go: pages, a
// refresh, and a page that is out of date.
func TestSync(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.RunT(t).PlaidURL(), "")
	access := c.dynamic()
	page := func(cursor string) (plaid.TransactionsSyncResponse, error) {
		request := *plaid.NewTransactionsSyncRequest(access)
		request.SetCount(100)
		request.SetCursor(cursor)
		got, _, err := c.TransactionsSync(t.Context()).TransactionsSyncRequest(request).Execute()
		return got, err
	}
	refresh := func() {
		request := *plaid.NewTransactionsRefreshRequest(access)
		_, _, err := c.TransactionsRefresh(t.Context()).TransactionsRefreshRequest(request).Execute()
		require.NoError(t, err)
	}
	follow := func(cursor string) (next string, added, removed int) {
		for {
			got, err := page(cursor)
			require.NoError(t, err)
			cursor, added, removed = got.GetNextCursor(), added+len(got.GetAdded()), removed+len(got.GetRemoved())
			if !got.GetHasMore() {
				return cursor, added, removed
			}
		}
	}
	cursor, added, _ := follow("")
	require.Greater(t, added, 200)
	refresh()
	_, added, removed := follow(cursor)
	require.Equal(t, 8, added)
	require.Equal(t, 4, removed)

	first, err := page("")
	require.NoError(t, err)
	refresh()
	_, err = page(first.GetNextCursor())
	problem, parsed := plaid.ToPlaidError(err)
	require.NoError(t, parsed)
	require.Equal(t, "TRANSACTIONS_SYNC_MUTATION_DURING_PAGINATION", problem.GetErrorCode())
}
