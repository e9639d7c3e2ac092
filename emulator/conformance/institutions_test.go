package conformance

import (
	"testing"

	"github.com/plaid/plaid-go/v41/plaid"
	"github.com/stretchr/testify/require"

	"tweed/emulator"
)

func unitedStates() []plaid.CountryCode { return []plaid.CountryCode{plaid.COUNTRYCODE_US} }

func listInstitutions(c *client, _ item) error {
	request := *plaid.NewInstitutionsGetRequest(500, 0, unitedStates())
	options := *plaid.NewInstitutionsGetRequestOptions()
	options.SetIncludeOptionalMetadata(true)
	options.SetIncludeAuthMetadata(true)
	options.SetIncludePaymentInitiationMetadata(true)
	request.SetOptions(options)
	return errorOf(c.InstitutionsGet(c.t.Context()).InstitutionsGetRequest(request).Execute())
}

func getInstitution(c *client, _ item) error {
	request := *plaid.NewInstitutionsGetByIdRequest("ins_132361", unitedStates())
	options := *plaid.NewInstitutionsGetByIdRequestOptions()
	options.SetIncludeStatus(true)
	request.SetOptions(options)
	return errorOf(c.InstitutionsGetById(c.t.Context()).InstitutionsGetByIdRequest(request).Execute())
}

func searchInstitutions(c *client, _ item) error {
	request := *plaid.NewInstitutionsSearchRequest("royal", []plaid.CountryCode{plaid.COUNTRYCODE_GB})
	options := *plaid.NewInstitutionsSearchRequestOptions()
	options.SetIncludePaymentInitiationMetadata(true)
	request.SetOptions(options)
	return errorOf(c.InstitutionsSearch(c.t.Context()).InstitutionsSearchRequest(request).Execute())
}

// TestInstitutions is what the official SDKs' own tests ask of institutions.
func TestInstitutions(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.RunT(t).PlaidURL(), "")
	get := func(id string, metadata bool) *plaid.Institution {
		request := *plaid.NewInstitutionsGetByIdRequest(id, unitedStates())
		options := *plaid.NewInstitutionsGetByIdRequestOptions()
		options.SetIncludeOptionalMetadata(metadata)
		request.SetOptions(options)
		got, _, err := c.InstitutionsGetById(t.Context()).InstitutionsGetByIdRequest(request).Execute()
		require.NoError(t, err)
		return &got.Institution
	}
	require.False(t, get(firstPlatypusBank, false).PrimaryColor.IsSet())
	require.Equal(t, "#0075a3", get(firstPlatypusBank, true).GetPrimaryColor())
	require.NotEmpty(t, get("ins_109511", true).GetLogo())

	search := *plaid.NewInstitutionsSearchRequest("zebra", unitedStates())
	found, _, err := c.InstitutionsSearch(t.Context()).InstitutionsSearchRequest(search).Execute()
	require.NoError(t, err)
	require.Empty(t, found.GetInstitutions())
}
