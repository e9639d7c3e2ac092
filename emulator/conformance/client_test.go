package conformance

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/plaid/plaid-go/v41/plaid"
	"github.com/stretchr/testify/require"
)

const (
	// A client_id is 24 and a secret 30 hex digits (plaid-ruby VCR cassettes, 2017 to 2021).
	clientID = "5f9a1b2c3d4e5f6071829304"
	secret   = "0123456789abcdef0123456789abcd"

	firstPlatypusBank = "ins_109508"
	// The SDKs' own tests of all languages ask for this key (plaid-ruby VCR cassettes, 2020-01).
	webhookKeyID = "6c5516e1-92dc-479e-a8ff-5a51992e0001"
	unknownUUID  = "00000000-0000-4000-8000-000000000000"
	malformed    = "ABCDEFG1234567"
)

// fundingProducts are what a funding app asks for.
func fundingProducts() []plaid.Products {
	return []plaid.Products{plaid.PRODUCTS_AUTH, plaid.PRODUCTS_IDENTITY}
}

// client is the SDK in one world. Its replies are checked against the SDK's OpenAPI document.
type client struct {
	*plaid.PlaidApiService
	t   *testing.T
	url string
	id  string
}

// newClient makes the SDK's client as its README does, plus the check. header holds further
// headers as name, value pairs.
func newClient(t *testing.T, url, world string, header ...string) *client {
	t.Helper()
	id := clientID
	if world != "" {
		id += "@" + world
	}
	configuration := plaid.NewConfiguration()
	configuration.AddDefaultHeader("PLAID-CLIENT-ID", id)
	configuration.AddDefaultHeader("PLAID-SECRET", secret)
	for i := 0; i < len(header); i += 2 {
		configuration.AddDefaultHeader(header[i], header[i+1])
	}
	configuration.UseEnvironment(plaid.Environment(url))
	configuration.HTTPClient = &http.Client{Transport: checked{t}}
	return &client{PlaidApiService: plaid.NewAPIClient(configuration).PlaidApi, t: t, url: url, id: id}
}

// post sends a body that the SDK's types cannot express and returns its error, decoded into
// the SDK's type.
func (c *client) post(path, body string) (status int, got plaid.PlaidError) {
	c.t.Helper()
	var fields map[string]any
	require.NoError(c.t, json.Unmarshal([]byte(body), &fields))
	fields["client_id"], fields["secret"] = c.id, secret
	full, err := json.Marshal(fields)
	require.NoError(c.t, err)

	request, err := http.NewRequestWithContext(c.t.Context(), http.MethodPost, c.url+path, bytes.NewReader(full))
	require.NoError(c.t, err)
	request.Header.Set("Content-Type", "application/json")
	response, err := (&http.Client{Transport: checked{c.t}}).Do(request)
	require.NoError(c.t, err)
	defer func() { require.NoError(c.t, response.Body.Close()) }()
	raw, err := io.ReadAll(response.Body)
	require.NoError(c.t, err)
	require.NoError(c.t, json.Unmarshal(raw, &got), "%s", raw)
	return response.StatusCode, got
}

// item is an Item and what was made on the way to it.
type item struct {
	publicToken, accessToken, itemID string
	accounts                         []plaid.AccountBase
}

// account returns the Item's account with this mask.
func (i item) account(t *testing.T, mask string) plaid.AccountBase {
	t.Helper()
	for _, account := range i.accounts {
		if account.GetMask() == mask {
			return account
		}
	}
	require.Failf(t, "no such account", "mask %s", mask)
	return plaid.AccountBase{}
}

// checking returns the account_id of Plaid Checking, mask 0000.
func (i item) checking(t *testing.T) string {
	t.Helper()
	account := i.account(t, "0000")
	return account.GetAccountId()
}

// publicToken makes a public token without a browser.
func (c *client) publicToken() string {
	c.t.Helper()
	token, err := c.linkPublicToken()
	require.NoError(c.t, err)
	return token
}

func (c *client) linkPublicToken() (string, error) {
	request := plaid.NewSandboxPublicTokenCreateRequest(firstPlatypusBank, fundingProducts())
	made, _, err := c.SandboxPublicTokenCreate(c.t.Context()).SandboxPublicTokenCreateRequest(*request).Execute()
	return made.GetPublicToken(), err
}

// link makes an Item: public token, exchange, accounts.
func (c *client) link() item {
	c.t.Helper()
	made := item{publicToken: c.publicToken()}
	exchanged, err := c.exchange(made.publicToken)
	require.NoError(c.t, err)
	made.accessToken, made.itemID = exchanged.GetAccessToken(), exchanged.GetItemId()
	accounts, err := c.accounts(made.accessToken)
	require.NoError(c.t, err)
	made.accounts = accounts.GetAccounts()
	return made
}

func (c *client) exchange(publicToken string) (plaid.ItemPublicTokenExchangeResponse, error) {
	request := *plaid.NewItemPublicTokenExchangeRequest(publicToken)
	exchanged, _, err := c.ItemPublicTokenExchange(c.t.Context()).ItemPublicTokenExchangeRequest(request).Execute()
	return exchanged, err
}

func (c *client) accounts(accessToken string) (plaid.AccountsGetResponse, error) {
	request := *plaid.NewAccountsGetRequest(accessToken)
	accounts, _, err := c.AccountsGet(c.t.Context()).AccountsGetRequest(request).Execute()
	return accounts, err
}

func (c *client) auth(accessToken string) (plaid.AuthGetResponse, error) {
	request := *plaid.NewAuthGetRequest(accessToken)
	auth, _, err := c.AuthGet(c.t.Context()).AuthGetRequest(request).Execute()
	return auth, err
}

func (c *client) balance(accessToken string) (plaid.AccountsGetResponse, error) {
	request := *plaid.NewAccountsBalanceGetRequest(accessToken)
	balance, _, err := c.AccountsBalanceGet(c.t.Context()).AccountsBalanceGetRequest(request).Execute()
	return balance, err
}

func (c *client) identity(accessToken string) (plaid.IdentityGetResponse, error) {
	request := *plaid.NewIdentityGetRequest(accessToken)
	identity, _, err := c.IdentityGet(c.t.Context()).IdentityGetRequest(request).Execute()
	return identity, err
}

func (c *client) item(accessToken string) (plaid.ItemGetResponse, error) {
	request := *plaid.NewItemGetRequest(accessToken)
	got, _, err := c.ItemGet(c.t.Context()).ItemGetRequest(request).Execute()
	return got, err
}

func (c *client) remove(accessToken string) error {
	request := *plaid.NewItemRemoveRequest(accessToken)
	_, _, err := c.ItemRemove(c.t.Context()).ItemRemoveRequest(request).Execute()
	return err
}

func (c *client) resetLogin(accessToken string) error {
	request := *plaid.NewSandboxItemResetLoginRequest(accessToken)
	reset, _, err := c.SandboxItemResetLogin(c.t.Context()).SandboxItemResetLoginRequest(request).Execute()
	if err == nil && !reset.GetResetLogin() {
		return fmt.Errorf("reset_login is false")
	}
	return err
}

func (c *client) apexToken(accessToken, accountID string) (string, error) {
	request := *plaid.NewProcessorApexProcessorTokenCreateRequest(accessToken, accountID)
	call := c.ProcessorApexProcessorTokenCreate(c.t.Context()).ProcessorApexProcessorTokenCreateRequest(request)
	made, _, err := call.Execute()
	return made.GetProcessorToken(), err
}

func (c *client) processorToken(accessToken, accountID, processor string) (string, error) {
	request := *plaid.NewProcessorTokenCreateRequest(accessToken, accountID, processor)
	made, _, err := c.ProcessorTokenCreate(c.t.Context()).ProcessorTokenCreateRequest(request).Execute()
	return made.GetProcessorToken(), err
}

func (c *client) stripeToken(accessToken, accountID string) (string, error) {
	request := *plaid.NewProcessorStripeBankAccountTokenCreateRequest(accessToken, accountID)
	call := c.ProcessorStripeBankAccountTokenCreate(c.t.Context()).ProcessorStripeBankAccountTokenCreateRequest(request)
	made, _, err := call.Execute()
	return made.GetStripeBankAccountToken(), err
}

// failure is what a Plaid error says. An empty message is not compared: the text is not public.
type failure struct {
	status              int
	kind, code, message string
}

// requireFailure takes err apart as the SDK's users do.
func requireFailure(t *testing.T, want failure, err error) {
	t.Helper()
	require.Error(t, err)
	got, convertErr := plaid.ToPlaidError(err)
	require.NoError(t, convertErr)
	require.Truef(t, strings.HasPrefix(err.Error(), fmt.Sprint(want.status)), "HTTP status %s, want %d", err, want.status)
	requireSame(t, want, got)
}

func requireSame(t *testing.T, want failure, got plaid.PlaidError) {
	t.Helper()
	require.Equal(t, want.code, got.GetErrorCode(), got.GetErrorMessage())
	require.Equal(t, want.kind, string(got.GetErrorType()))
	if want.message != "" {
		require.Equal(t, want.message, got.GetErrorMessage())
	}
	require.NotEmpty(t, got.GetRequestId())
}

func invalidRequest(code, message string) failure {
	return failure{status: http.StatusBadRequest, kind: "INVALID_REQUEST", code: code, message: message}
}

func invalidInput(code, message string) failure {
	return failure{status: http.StatusBadRequest, kind: "INVALID_INPUT", code: code, message: message}
}

func itemError(code, message string) failure {
	return failure{status: http.StatusBadRequest, kind: "ITEM_ERROR", code: code, message: message}
}

// Texts that several tests compare (plaid-ruby VCR cassettes, 2017 to 2021, unless said otherwise).
const (
	textTokenFormat = "provided access token is in an invalid format. " +
		"expected format: access-<environment>-<identifier>"
	textTokenUnknown = "could not find matching access token"
	// plaid.com/docs/errors/item, 2026-03.
	textItemNotFound = "The Item you requested cannot be found. This Item does not exist, " +
		"has been previously removed via /item/remove, or has had access removed by the user."
	textLoginRequired = "the login details of this item have changed (credentials, MFA, or required user action) " +
		"and a user login is required to update this information. " +
		"use Link's update mode to restore the item to a good state"
)
