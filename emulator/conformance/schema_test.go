package conformance

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/plaid/plaid-go/v41/plaid"
	"github.com/stretchr/testify/require"

	"tweed/emulator"
)

// documentFile is the OpenAPI document that plaid-go ships.
var documentFile = sync.OnceValues(func() (string, error) {
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/plaid/plaid-go/v41").Output()
	if err != nil {
		return "", fmt.Errorf("where is plaid-go: %w", err)
	}
	return filepath.Join(strings.TrimSpace(string(dir)), "api", "openapi.yaml"), nil
})

// document is that document, read once. It is not validated: some of its own examples fail
// their schemas, and only the schemas of replies are used here.
var document = sync.OnceValues(func() (*openapi3.T, error) {
	file, err := documentFile()
	if err != nil {
		return nil, err
	}
	return openapi3.NewLoader().LoadFromFile(file)
})

// checked is a transport that holds every reply against the OpenAPI document.
type checked struct{ t *testing.T }

// RoundTrip sends the request and checks the reply.
func (c checked) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}
	if err := response.Body.Close(); err != nil {
		return nil, err
	}
	response.Body = io.NopCloser(bytes.NewReader(body))
	if response.Header.Get("Content-Type") == "application/pdf" {
		return response, nil
	}
	if err := valid(request.Method, request.URL.Path, response.StatusCode, body); err != nil {
		c.t.Errorf("%s %s answered %d, which is not what the OpenAPI document says: %v\n%s",
			request.Method, request.URL.Path, response.StatusCode, err, body)
	}
	return response, nil
}

// valid checks a reply: of a good one the schema of the operation, of another one that of a Plaid error.
func valid(method, path string, status int, body []byte) error {
	doc, err := document()
	if err != nil {
		return err
	}
	schema := doc.Components.Schemas["PlaidError"]
	if status == http.StatusOK {
		place := doc.Paths.Find(path)
		if place == nil || place.GetOperation(method) == nil {
			return fmt.Errorf("the document has no such operation")
		}
		schema = place.GetOperation(method).Responses.Status(status).Value.Content.Get("application/json").Schema
	}
	var value any
	if err := json.Unmarshal(body, &value); err != nil {
		return err
	}
	return schema.Value.VisitJSON(value, openapi3.MultiErrors())
}

// TestCheckedFindsFaults: a check that cannot fail is no check.
func TestCheckedFindsFaults(t *testing.T) {
	t.Parallel()
	good := `{"access_token": "access-sandbox-1", "item_id": "i", "request_id": "r"}`
	const path = "/item/public_token/exchange"
	require.NoError(t, valid(http.MethodPost, path, http.StatusOK, []byte(good)))
	for name, bad := range map[string]string{
		"missing field": `{"access_token": "access-sandbox-1", "request_id": "r"}`,
		"wrong type":    `{"access_token": "access-sandbox-1", "item_id": 7, "request_id": "r"}`,
		"null":          `{"access_token": null, "item_id": "i", "request_id": "r"}`,
		"not JSON":      `access`,
	} {
		require.Error(t, valid(http.MethodPost, path, http.StatusOK, []byte(bad)), name)
	}
	require.Error(t, valid(http.MethodPost, path, http.StatusBadRequest, []byte(good)), "a good reply is no error")
	require.Error(t, valid(http.MethodPost, "/no/such/path", http.StatusOK, []byte(good)))
}

// operations are good calls of every stateful operation, by path. Each has a client and an Item of its own.
var operations = map[string]func(c *client, i item) error{
	"/sandbox/public_token/create": func(c *client, _ item) error {
		request := *plaid.NewSandboxPublicTokenCreateRequest(firstPlatypusBank, fundingProducts())
		request.SetOptions(*plaid.NewSandboxPublicTokenCreateRequestOptions())
		return errorOf(c.SandboxPublicTokenCreate(c.t.Context()).SandboxPublicTokenCreateRequest(request).Execute())
	},
	"/item/public_token/exchange": func(c *client, _ item) error {
		_, err := c.exchange(c.publicToken())
		return err
	},
	"/item/public_token/create": func(c *client, i item) error {
		request := *plaid.NewItemPublicTokenCreateRequest(i.accessToken)
		return errorOf(c.ItemCreatePublicToken(c.t.Context()).ItemPublicTokenCreateRequest(request).Execute())
	},
	"/item/get": func(c *client, i item) error {
		_, err := c.item(i.accessToken)
		return err
	},
	"/item/remove": func(c *client, i item) error { return c.remove(i.accessToken) },
	"/item/access_token/invalidate": func(c *client, i item) error {
		request := *plaid.NewItemAccessTokenInvalidateRequest(i.accessToken)
		return errorOf(c.ItemAccessTokenInvalidate(c.t.Context()).ItemAccessTokenInvalidateRequest(request).Execute())
	},
	"/accounts/get": func(c *client, i item) error {
		_, err := c.accounts(i.accessToken)
		return err
	},
	"/accounts/balance/get": func(c *client, i item) error {
		_, err := c.balance(i.accessToken)
		return err
	},
	"/auth/get": func(c *client, i item) error {
		_, err := c.auth(i.accessToken)
		return err
	},
	"/identity/get": func(c *client, i item) error {
		_, err := c.identity(i.accessToken)
		return err
	},
	"/link/token/create": func(c *client, _ item) error {
		_, err := c.linkToken()
		return err
	},
	"/link/token/get": func(c *client, _ item) error {
		token, err := c.linkToken()
		require.NoError(c.t, err)
		request := *plaid.NewLinkTokenGetRequest(token)
		return errorOf(c.LinkTokenGet(c.t.Context()).LinkTokenGetRequest(request).Execute())
	},
	"/processor/token/create": func(c *client, i item) error {
		_, err := c.processorToken(i.accessToken, i.checking(c.t), "dwolla")
		return err
	},
	"/processor/apex/processor_token/create": func(c *client, i item) error {
		_, err := c.apexToken(i.accessToken, i.checking(c.t))
		return err
	},
	"/processor/stripe/bank_account_token/create": func(c *client, i item) error {
		_, err := c.stripeToken(i.accessToken, i.checking(c.t))
		return err
	},
	"/processor/auth/get": func(c *client, i item) error {
		request := *plaid.NewProcessorAuthGetRequest(c.someProcessorToken(i))
		return errorOf(c.ProcessorAuthGet(c.t.Context()).ProcessorAuthGetRequest(request).Execute())
	},
	"/processor/account/get": func(c *client, i item) error {
		request := *plaid.NewProcessorAccountGetRequest(c.someProcessorToken(i))
		return errorOf(c.ProcessorAccountGet(c.t.Context()).ProcessorAccountGetRequest(request).Execute())
	},
	"/processor/balance/get": func(c *client, i item) error {
		request := *plaid.NewProcessorBalanceGetRequest(c.someProcessorToken(i))
		return errorOf(c.ProcessorBalanceGet(c.t.Context()).ProcessorBalanceGetRequest(request).Execute())
	},
	"/processor/identity/get": func(c *client, i item) error {
		request := *plaid.NewProcessorIdentityGetRequest(c.someProcessorToken(i))
		return errorOf(c.ProcessorIdentityGet(c.t.Context()).ProcessorIdentityGetRequest(request).Execute())
	},
	"/sandbox/processor_token/create": func(c *client, _ item) error {
		request := *plaid.NewSandboxProcessorTokenCreateRequest(firstPlatypusBank)
		return errorOf(c.SandboxProcessorTokenCreate(c.t.Context()).SandboxProcessorTokenCreateRequest(request).Execute())
	},
	"/webhook_verification_key/get": func(c *client, _ item) error {
		request := *plaid.NewWebhookVerificationKeyGetRequest(webhookKeyID)
		return errorOf(c.WebhookVerificationKeyGet(c.t.Context()).WebhookVerificationKeyGetRequest(request).Execute())
	},
	"/institutions/get":                     listInstitutions,
	"/institutions/get_by_id":               getInstitution,
	"/institutions/search":                  searchInstitutions,
	"/item/import":                          importItem,
	"/item/webhook/update":                  updateWebhook,
	"/sandbox/item/fire_webhook":            fireWebhook,
	"/sandbox/transactions/create":          createTransactions,
	"/transactions/get":                     getTransactions,
	"/transactions/sync":                    syncTransactions,
	"/transactions/refresh":                 refreshTransactions,
	"/transactions/recurring/get":           getStreams,
	"/processor/token/permissions/get":      getPermissions,
	"/processor/token/permissions/set":      setPermissions,
	"/processor/token/webhook/update":       updatePartnersWebhook,
	"/processor/transactions/get":           partnerGetsTransactions,
	"/processor/transactions/sync":          partnerSyncsTransactions,
	"/processor/transactions/refresh":       partnerRefreshesTransactions,
	"/processor/transactions/recurring/get": partnerGetsStreams,
	"/sandbox/item/reset_login":             func(c *client, i item) error { return c.resetLogin(i.accessToken) },
}

// errorOf is the error of a call whose reply the transport has checked.
func errorOf[R any](_ R, _ *http.Response, err error) error { return err }

func (c *client) someProcessorToken(i item) string {
	c.t.Helper()
	token, err := c.apexToken(i.accessToken, i.checking(c.t))
	require.NoError(c.t, err)
	return token
}

func (c *client) linkToken() (string, error) {
	request := plaid.NewLinkTokenCreateRequest("Tweed", "en", []plaid.CountryCode{plaid.COUNTRYCODE_US})
	request.SetUser(*plaid.NewLinkTokenCreateRequestUser("user-1"))
	request.SetProducts(fundingProducts())
	made, _, err := c.LinkTokenCreate(c.t.Context()).LinkTokenCreateRequest(*request).Execute()
	return made.GetLinkToken(), err
}

// TestRepliesFitTheDocument makes a good call of every stateful operation; the transport checks the reply.
func TestRepliesFitTheDocument(t *testing.T) {
	t.Parallel()
	url := emulator.RunT(t).PlaidURL()
	for path, call := range operations {
		t.Run(strings.Trim(path, "/"), func(t *testing.T) {
			t.Parallel()
			c := newClient(t, url, worldName(t))
			require.NoError(t, call(c, c.link()))
		})
	}
}

// TestEveryStatefulOperationIsCalled asks every operation of the document how deep it goes: one that says
// stateful has a call above or a recorded answer, and a call above is of one that says so.
func TestEveryStatefulOperationIsCalled(t *testing.T) {
	t.Parallel()
	url := emulator.RunT(t).PlaidURL()
	doc, err := document()
	require.NoError(t, err)
	var stateful []string
	for path, place := range doc.Paths.Map() {
		if place.Post == nil || strings.Contains(path, "{") {
			continue
		}
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+path, strings.NewReader(`{}`))
		require.NoError(t, err)
		request.Header.Set("Content-Type", "application/json")
		response, err := http.DefaultClient.Do(request)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		if response.Header.Get("Tweed-Depth") == "stateful" {
			stateful = append(stateful, path)
		}
	}
	called := map[string]bool{}
	for path := range operations {
		called[path] = true
	}
	for _, one := range recordedReplies(t) {
		called[one.path] = true
	}
	for _, path := range stateful {
		require.True(t, called[path], path)
	}
	for path := range operations {
		require.Contains(t, stateful, path)
	}
}

// recordedReply is a golden file of the emulator: a call of an operation of Plaid and its answer.
type recordedReply struct{ path, media, body string }

// recordedReplies are the golden files of Plaid's operations. The emulator's own test requires one for every
// operation that is stateful, and that the answers are still those.
func recordedReplies(t *testing.T) []recordedReply {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", "testdata", "golden", "*.txt"))
	require.NoError(t, err)
	doc, err := document()
	require.NoError(t, err)
	var out []recordedReply
	for _, file := range files {
		text, err := os.ReadFile(file) //nolint:gosec // a file of the tests
		require.NoError(t, err)
		request, answer, _ := strings.Cut(string(text), "\n\n")
		header, body, _ := strings.Cut(answer, "\n\n")
		line, _, _ := strings.Cut(request, "\n")
		_, path, _ := strings.Cut(line, " ")
		if doc.Paths.Find(path) == nil {
			continue // of Apex, or of Plaid before 2020
		}
		require.True(t, strings.HasPrefix(header, "200\n"), file)
		_, media, _ := strings.Cut(header, "Content-Type: ")
		media, _, _ = strings.Cut(media, "\n")
		out = append(out, recordedReply{path, media, body})
	}
	return out
}

// TestRecordedRepliesFitTheDocument holds every recorded answer against the document.
func TestRecordedRepliesFitTheDocument(t *testing.T) {
	t.Parallel()
	all := recordedReplies(t)
	require.Greater(t, len(all), 100)
	for _, one := range all {
		t.Run(strings.Trim(one.path, "/"), func(t *testing.T) {
			t.Parallel()
			if one.media == "application/pdf" {
				require.True(t, strings.HasPrefix(one.body, "%PDF-"))
				return
			}
			require.NoError(t, valid(http.MethodPost, one.path, http.StatusOK, []byte(one.body)))
		})
	}
}

// worldName makes a world's name of a test's name.
func worldName(t *testing.T) string {
	t.Helper()
	return strings.NewReplacer("/", ".", " ", "_", "#", "-").Replace(t.Name())
}
