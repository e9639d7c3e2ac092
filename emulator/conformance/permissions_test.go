package conformance

import (
	"testing"

	"github.com/plaid/plaid-go/v41/plaid"
	"github.com/stretchr/testify/require"

	"tweed/emulator"
)

func setPermissions(c *client, i item) error {
	return c.permit(c.someProcessorToken(i), plaid.PRODUCTS_AUTH)
}

func getPermissions(c *client, i item) error {
	_, err := c.permitted(c.someProcessorToken(i))
	return err
}

func updatePartnersWebhook(c *client, i item) error {
	webhook := "https://partner.example.com/hook"
	request := *plaid.NewProcessorTokenWebhookUpdateRequest(c.someProcessorToken(i), *plaid.NewNullableString(&webhook))
	return errorOf(c.ProcessorTokenWebhookUpdate(c.t.Context()).ProcessorTokenWebhookUpdateRequest(request).Execute())
}

func (c *client) permit(token string, products ...plaid.Products) error {
	request := *plaid.NewProcessorTokenPermissionsSetRequest(token, append([]plaid.Products{}, products...))
	return errorOf(c.ProcessorTokenPermissionsSet(c.t.Context()).ProcessorTokenPermissionsSetRequest(request).Execute())
}

func (c *client) permitted(token string) ([]plaid.Products, error) {
	request := *plaid.NewProcessorTokenPermissionsGetRequest(token)
	got, _, err := c.ProcessorTokenPermissionsGet(c.t.Context()).ProcessorTokenPermissionsGetRequest(request).Execute()
	return got.GetProducts(), err
}

// TestPermissions: what the developer permits is what the partner may call for.
func TestPermissions(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.RunT(t).PlaidURL(), "")
	token := c.someProcessorToken(c.link())
	auth := func() error {
		request := *plaid.NewProcessorAuthGetRequest(token)
		return errorOf(c.ProcessorAuthGet(t.Context()).ProcessorAuthGetRequest(request).Execute())
	}
	require.NoError(t, auth())
	require.NoError(t, c.permit(token, plaid.PRODUCTS_IDENTITY))
	products, err := c.permitted(token)
	require.NoError(t, err)
	require.Equal(t, []plaid.Products{plaid.PRODUCTS_IDENTITY}, products)
	requireFailure(t, invalidInput("INVALID_PRODUCT", ""), auth())
	require.NoError(t, c.permit(token))
	require.NoError(t, auth(), "an empty list permits all")
}
