package conformance

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tweed/emulator"
)

// TestAccountID: the field of the guide that is forgotten most, wrong in every way, at each endpoint that makes a
// token for a processor.
func TestAccountID(t *testing.T) {
	t.Parallel()
	url := emulator.RunT(t).PlaidURL()
	const (
		valid  = "account_id must be a valid account ID" // plaid-ruby VCR cassettes, 2021-02
		absent = "the following required fields are missing: account_id"
		// plaid.com/docs/errors/invalid-input, 2026-03.
		foreign = "failed to find requested account ID for requested item"
	)
	for _, endpoint := range []struct {
		path, more string
		call       func(c *client, accessToken, accountID string) (string, error)
	}{
		{"/processor/apex/processor_token/create", "", (*client).apexToken},
		{"/processor/stripe/bank_account_token/create", "", (*client).stripeToken},
		{
			"/processor/token/create", `, "processor": "dwolla"`,
			func(c *client, accessToken, accountID string) (string, error) {
				return c.processorToken(accessToken, accountID, "dwolla")
			},
		},
	} {
		t.Run(strings.Trim(endpoint.path, "/"), func(t *testing.T) {
			t.Parallel()
			c := newClient(t, url, worldName(t))
			made, other := c.link(), c.link()
			fail := func(accessToken, accountID string) error {
				_, err := endpoint.call(c, accessToken, accountID)
				return err
			}
			requireFailure(t, invalidRequest("INVALID_FIELD", valid), fail(made.accessToken, malformed))
			requireFailure(t, invalidRequest("INVALID_FIELD", valid), fail(made.accessToken, "FooBarAccountId"))
			// An SDK whose user forgot the field sends it empty.
			requireFailure(t, invalidRequest("INVALID_FIELD", valid), fail(made.accessToken, ""))
			requireFailure(t, invalidInput("INVALID_ACCOUNT_ID", foreign), fail(made.accessToken, other.checking(t)))
			// The format of account_id is looked at before the access token (plaid-python's tests of the processor
			// endpoints, legacy).
			requireFailure(t, invalidRequest("INVALID_FIELD", valid), fail("fakeAccessToken", "fakeAccountId"))

			status, got := c.post(endpoint.path, fmt.Sprintf(`{"access_token": %q%s}`, made.accessToken, endpoint.more))
			require.Equal(t, http.StatusBadRequest, status)
			requireSame(t, invalidRequest("MISSING_FIELDS", absent), got)
			// Assumed: null is a value of the wrong form.
			status, got = c.post(endpoint.path,
				fmt.Sprintf(`{"access_token": %q, "account_id": null%s}`, made.accessToken, endpoint.more))
			require.Equal(t, http.StatusBadRequest, status)
			requireSame(t, invalidRequest("INVALID_FIELD", valid), got)

			token, err := endpoint.call(c, made.accessToken, made.checking(t))
			require.NoError(t, err)
			require.NotEmpty(t, token)
		})
	}
}
