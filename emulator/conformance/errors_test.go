package conformance

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/plaid/plaid-go/v41/plaid"
	"github.com/stretchr/testify/require"

	"tweed/emulator"
	"tweed/emulator/scenario"
)

// withAccessToken are the operations that take an access token, as calls that only fail because of it.
func withAccessToken() map[string]func(c *client, accessToken string) error {
	const account = "BxBXxLj1m4HMXBm9WZZmCWVbPjX16EHwv99vp" // well formed
	return map[string]func(c *client, accessToken string) error{
		"/accounts/get": func(c *client, token string) error {
			_, err := c.accounts(token)
			return err
		},
		"/accounts/balance/get": func(c *client, token string) error {
			_, err := c.balance(token)
			return err
		},
		"/auth/get": func(c *client, token string) error {
			_, err := c.auth(token)
			return err
		},
		"/identity/get": func(c *client, token string) error {
			_, err := c.identity(token)
			return err
		},
		"/item/get": func(c *client, token string) error {
			_, err := c.item(token)
			return err
		},
		"/item/remove":              (*client).remove,
		"/sandbox/item/reset_login": (*client).resetLogin,
		"/item/public_token/create": func(c *client, token string) error {
			request := *plaid.NewItemPublicTokenCreateRequest(token)
			return errorOf(c.ItemCreatePublicToken(c.t.Context()).ItemPublicTokenCreateRequest(request).Execute())
		},
		"/item/access_token/invalidate": func(c *client, token string) error {
			request := *plaid.NewItemAccessTokenInvalidateRequest(token)
			return errorOf(c.ItemAccessTokenInvalidate(c.t.Context()).ItemAccessTokenInvalidateRequest(request).Execute())
		},
		"/processor/token/create": func(c *client, token string) error {
			_, err := c.processorToken(token, account, "dwolla")
			return err
		},
		"/processor/apex/processor_token/create": func(c *client, token string) error {
			_, err := c.apexToken(token, account)
			return err
		},
		"/processor/stripe/bank_account_token/create": func(c *client, token string) error {
			_, err := c.stripeToken(token, account)
			return err
		},
	}
}

func TestAccessTokenErrors(t *testing.T) {
	t.Parallel()
	url := emulator.RunT(t).PlaidURL()
	for path, call := range withAccessToken() {
		t.Run(strings.Trim(path, "/"), func(t *testing.T) {
			t.Parallel()
			c := newClient(t, url, worldName(t))
			requireFailure(t, invalidInput("INVALID_ACCESS_TOKEN", textTokenFormat), call(c, malformed))
			requireFailure(t, invalidInput("INVALID_ACCESS_TOKEN", textTokenFormat), call(c, "not-a-token"))
			requireFailure(t, invalidInput("INVALID_ACCESS_TOKEN", textTokenUnknown), call(c, "access-sandbox-"+unknownUUID))
			// Public notes of Sandbox use, 2026-09.
			requireFailure(t, invalidInput("INVALID_ACCESS_TOKEN",
				`provided token is the wrong type. expected "access", got "public"`), call(c, c.publicToken()))

			made := c.link()
			require.NoError(t, c.remove(made.accessToken))
			requireFailure(t, itemError("ITEM_NOT_FOUND", textItemNotFound), call(c, made.accessToken))
		})
	}
}

func TestPublicTokenErrors(t *testing.T) {
	t.Parallel()
	emu := emulator.RunT(t)
	exchange := func(c *client, token string) error {
		_, err := c.exchange(token)
		return err
	}

	t.Run("malformed", func(t *testing.T) {
		t.Parallel()
		requireFailure(t, invalidInput("INVALID_PUBLIC_TOKEN",
			"provided public token is in an invalid format. expected format: public-<environment>-<identifier>"),
			exchange(newClient(t, emu.PlaidURL(), worldName(t)), malformed))
	})
	t.Run("empty", func(t *testing.T) {
		t.Parallel()
		requireFailure(t, invalidRequest("INVALID_FIELD", "public_token must be a non-empty string"),
			exchange(newClient(t, emu.PlaidURL(), worldName(t)), ""))
	})
	t.Run("unknown", func(t *testing.T) {
		t.Parallel()
		requireFailure(t, invalidInput("INVALID_PUBLIC_TOKEN", "could not find matching public token"),
			exchange(newClient(t, emu.PlaidURL(), worldName(t)), "public-sandbox-"+unknownUUID))
	})
	t.Run("exchanged before", func(t *testing.T) {
		t.Parallel()
		c := newClient(t, emu.PlaidURL(), worldName(t))
		made := c.link()
		// The code is documented; Plaid's text for this case is not public.
		requireFailure(t, invalidInput("INVALID_PUBLIC_TOKEN", ""), exchange(c, made.publicToken))
	})
	t.Run("expired", func(t *testing.T) {
		t.Parallel()
		c := newClient(t, emu.PlaidURL(), worldName(t))
		early, late := c.publicToken(), c.publicToken()
		emu.World(worldName(t)).Advance(29 * time.Minute)
		require.NoError(t, exchange(c, early))
		emu.World(worldName(t)).Advance(2 * time.Minute)
		requireFailure(t, invalidInput("INVALID_PUBLIC_TOKEN", "provided public token is expired. "+
			"Public tokens expire 30 minutes after creation at which point they can no longer be exchanged"),
			exchange(c, late))
	})
}

func TestRequestErrors(t *testing.T) {
	t.Parallel()
	url := emulator.RunT(t).PlaidURL()
	sandboxToken := func(change func(*plaid.SandboxPublicTokenCreateRequest)) func(*client, item) error {
		return func(c *client, _ item) error {
			request := plaid.NewSandboxPublicTokenCreateRequest(firstPlatypusBank, fundingProducts())
			request.SetOptions(*plaid.NewSandboxPublicTokenCreateRequestOptions())
			change(request)
			return errorOf(c.SandboxPublicTokenCreate(c.t.Context()).SandboxPublicTokenCreateRequest(*request).Execute())
		}
	}
	password := func(password string) func(*client, item) error {
		return sandboxToken(func(r *plaid.SandboxPublicTokenCreateRequest) { r.Options.SetOverridePassword(password) })
	}
	const textAccountIDs = "options.account_ids must be a non-empty array of valid account ids"

	for _, test := range []struct {
		name string
		call func(*client, item) error
		want failure
	}{
		{
			"unknown institution",
			sandboxToken(func(r *plaid.SandboxPublicTokenCreateRequest) { r.InstitutionId = malformed }),
			invalidInput("INVALID_INSTITUTION", "invalid institution_id provided"),
		},
		{
			"no product",
			sandboxToken(func(r *plaid.SandboxPublicTokenCreateRequest) { r.InitialProducts = []plaid.Products{} }),
			invalidRequest("INVALID_FIELD", "initial_products must be a list of strings containing at least one product"),
		},
		{
			"unknown product",
			sandboxToken(func(r *plaid.SandboxPublicTokenCreateRequest) { r.InitialProducts = []plaid.Products{malformed} }),
			itemError("PRODUCTS_NOT_SUPPORTED",
				`the following products are not supported by this institution: ["ABCDEFG1234567"]`),
		},
		{
			"webhook is no address",
			sandboxToken(func(r *plaid.SandboxPublicTokenCreateRequest) { r.Options.SetWebhook("invalid-hook") }),
			invalidRequest("INVALID_FIELD", "options.webhook must be a non-empty string URL"),
		},
		{
			"password of a locked Item",
			password("error_ITEM_LOCKED"),
			itemError("ITEM_LOCKED", "the account is locked. prompt the user to visit the institution's site "+
				"and unlock their account"),
		},
		{
			"wrong password",
			password("error_INVALID_CREDENTIALS"),
			itemError("INVALID_CREDENTIALS", "the provided credentials were not correct"),
		},
		{
			"institution down",
			password("error_INSTITUTION_DOWN"),
			failure{
				http.StatusBadRequest, "INSTITUTION_ERROR", "INSTITUTION_DOWN",
				"this institution is not currently responding to this request. please try again soon",
			},
		},
		{
			"unknown processor",
			func(c *client, i item) error {
				_, err := c.processorToken(i.accessToken, i.checking(c.t), "sbv_api")
				return err
			},
			invalidInput("INVALID_PROCESSOR", "The provided processor is invalid."), // plaid-python issue 363, 2021-08
		},
		{
			"unknown link token",
			func(c *client, _ item) error {
				request := *plaid.NewLinkTokenGetRequest("bad token")
				return errorOf(c.LinkTokenGet(c.t.Context()).LinkTokenGetRequest(request).Execute())
			},
			invalidRequest("INVALID_FIELD", ""), // plaid-java LinkTokenGetTest; the text is not public
		},
		{
			"unknown webhook key",
			func(c *client, _ item) error {
				request := *plaid.NewWebhookVerificationKeyGetRequest("not-a-key-id")
				return errorOf(c.WebhookVerificationKeyGet(c.t.Context()).WebhookVerificationKeyGetRequest(request).Execute())
			},
			invalidInput("INVALID_WEBHOOK_VERIFICATION_KEY_ID", "invalid key_id provided. note that key_ids are specific "+
				"to Plaid environments, and verification requests must be made to the same environment "+
				"that the webhook was sent from"),
		},
		{
			"account_ids of auth",
			func(c *client, i item) error {
				request := *plaid.NewAuthGetRequest(i.accessToken)
				request.SetOptions(plaid.AuthGetRequestOptions{AccountIds: &[]string{"not-real"}})
				return errorOf(c.AuthGet(c.t.Context()).AuthGetRequest(request).Execute())
			},
			invalidRequest("INVALID_FIELD", textAccountIDs),
		},
		{
			"account_ids of accounts",
			func(c *client, i item) error {
				request := *plaid.NewAccountsGetRequest(i.accessToken)
				request.SetOptions(plaid.AccountsGetRequestOptions{AccountIds: &[]string{"not-real"}})
				return errorOf(c.AccountsGet(c.t.Context()).AccountsGetRequest(request).Execute())
			},
			invalidRequest("INVALID_FIELD", textAccountIDs),
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := newClient(t, url, worldName(t))
			requireFailure(t, test.want, test.call(c, c.link()))
		})
	}
}

// TestMissingCredentials: the SDK without its two headers.
func TestMissingCredentials(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.RunT(t).PlaidURL(), "")
	configuration := plaid.NewConfiguration()
	configuration.UseEnvironment(plaid.Environment(c.url))
	configuration.HTTPClient = &http.Client{Transport: checked{t}}
	c.PlaidApiService = plaid.NewAPIClient(configuration).PlaidApi
	_, err := c.exchange("public-sandbox-" + unknownUUID)
	// github plaid/pattern issue 192.
	requireFailure(t, invalidRequest("MISSING_FIELDS",
		"the following required fields are missing: client_id, secret"), err)
}

func TestUnknownFields(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.RunT(t).PlaidURL(), "")
	status, got := c.post("/accounts/get", `{"access_token": "access-sandbox-`+unknownUUID+`", "options": {"count": 1}}`)
	require.Equal(t, http.StatusBadRequest, status)
	requireSame(t, invalidRequest("UNKNOWN_FIELDS",
		"the following fields are not recognized by this endpoint: options.count"), got)
}

// TestForcedByRule: an error of a rule, once, and the next call is good.
func TestForcedByRule(t *testing.T) {
	t.Parallel()
	emu := emulator.RunT(t)
	c := newClient(t, emu.PlaidURL(), "")
	made := c.link()
	emu.World("default").Rule(scenario.Rule{
		Call: "/accounts/balance/get", Times: 1, Then: scenario.Error("ITEM_LOGIN_REQUIRED"),
	})
	_, err := c.auth(made.accessToken)
	require.NoError(t, err)
	_, err = c.balance(made.accessToken)
	requireFailure(t, itemError("ITEM_LOGIN_REQUIRED", textLoginRequired), err)
	_, err = c.balance(made.accessToken)
	require.NoError(t, err)
}

// TestForcedByHeader: any error by its name, on any operation, for one client.
func TestForcedByHeader(t *testing.T) {
	t.Parallel()
	url := emulator.RunT(t).PlaidURL()
	made := newClient(t, url, "").link()
	for _, test := range []struct {
		header string
		want   failure
	}{
		{"ITEM_LOGIN_REQUIRED", itemError("ITEM_LOGIN_REQUIRED", textLoginRequired)},
		{"ITEM_ERROR/NO_ACCOUNTS", itemError("NO_ACCOUNTS", "no valid accounts were found for this item")},
		{"INVALID_API_KEYS", invalidInput("INVALID_API_KEYS", "invalid client_id or secret provided")},
		{"RATE_LIMIT_EXCEEDED", failure{
			http.StatusTooManyRequests, "RATE_LIMIT_EXCEEDED", "AUTH_LIMIT",
			"rate limit exceeded for attempts to access this item. please try again later",
		}},
		{"INTERNAL_SERVER_ERROR", failure{
			http.StatusInternalServerError, "API_ERROR", "INTERNAL_SERVER_ERROR", "an unexpected error occurred",
		}},
		{"PLANNED_MAINTENANCE", failure{
			http.StatusServiceUnavailable, "API_ERROR", "PLANNED_MAINTENANCE",
			"the Plaid API is temporarily unavailable due to planned maintenance. " +
				"visit https://status.plaid.com/ for more information",
		}},
	} {
		t.Run(test.header, func(t *testing.T) {
			t.Parallel()
			_, err := newClient(t, url, "", "Tweed-Error", test.header).auth(made.accessToken)
			requireFailure(t, test.want, err)
			_, err = newClient(t, url, "").auth(made.accessToken)
			require.NoError(t, err)
		})
	}
}
