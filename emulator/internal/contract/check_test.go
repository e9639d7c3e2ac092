package contract

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// accountID is well formed: 37 characters of the 58 that Plaid uses.
const accountID = "BxBXxLj1m4HMXBm9WZZmCWVbPjX16EHwv99vp"

func TestCheck(t *testing.T) {
	t.Parallel()
	const (
		missing = "the following required fields are missing: "
		unknown = "the following fields are not recognized by this endpoint: "
	)
	for _, tt := range []struct {
		name, path, body string
		kind             Kind
		message          string
	}{
		{"good", "/item/public_token/exchange", `{"client_id":"a","secret":"b","public_token":"public-sandbox-1"}`, 0, ""},
		{"no credentials", "/item/public_token/exchange", `{"public_token":"x"}`, 0, ""},
		{
			"credentials are checked elsewhere", "/item/public_token/exchange",
			`{"client_id":null,"secret":5,"public_token":"x"}`, 0, "",
		},
		{"token formats are checked elsewhere", "/item/get", `{"access_token":"not-a-token"}`, 0, ""},

		{"missing one", "/item/public_token/exchange", `{}`, MissingFields, missing + "public_token"},
		{"missing in order", "/processor/token/create", `{}`, MissingFields, missing + "access_token, account_id, processor"},
		{
			"missing nested", "/payment_initiation/recipient/create",
			`{"name":"x","address":{"street":["a"],"city":"c"}}`, MissingFields,
			missing + "address.postal_code, address.country",
		},
		{
			"missing in a list", "/transactions/enrich",
			`{"account_type":"depository",
				"transactions":[{"id":"1","amount":1,"direction":"INFLOW","iso_currency_code":"USD"}]}`,
			MissingFields, missing + "transactions[0].description",
		},
		{
			"missing before unknown and invalid", "/processor/token/create",
			`{"account_id":"x","zzz":1,"processor":"apex_clearing"}`,
			MissingFields, missing + "access_token",
		},

		{"unknown", "/item/get", `{"access_token":"x","zzz":1}`, UnknownFields, unknown + "zzz"},
		{
			"unknown sorted", "/item/get", `{"access_token":"x","zzz":1,"aaa":{},"mmm":null}`,
			UnknownFields, unknown + "aaa, mmm, zzz",
		},
		{
			"unknown nested", "/accounts/balance/get", `{"access_token":"x","options":{"count":1}}`,
			UnknownFields, unknown + "options.count",
		},
		{
			"unknown before invalid", "/accounts/balance/get", `{"access_token":"x","options":{"count":1,"account_ids":"x"}}`,
			UnknownFields, unknown + "options.count",
		},
		{"free keys", "/transfer/intent/create", `{"mode":"PAYMENT","amount":"1.00","description":"x",
			"user":{"legal_name":"n"},"metadata":{"anything":"goes"}}`, 0, ""},

		{"options empty", "/accounts/balance/get", `{"access_token":"x","options":{}}`, 0, ""},
		{"options null", "/accounts/balance/get", `{"access_token":"x","options":null}`, 0, ""},
		{"account_ids null", "/accounts/balance/get", `{"access_token":"x","options":{"account_ids":null}}`, 0, ""},
		{"cursor empty", "/transactions/sync", `{"access_token":"x","cursor":""}`, 0, ""},
		{
			"required null", "/processor/token/create",
			`{"access_token":"x","account_id":null,"processor":"apex_clearing"}`, InvalidField,
			"account_id must be a valid account ID",
		},

		{
			"account_id", "/processor/apex/processor_token/create", `{"access_token":"x","account_id":"ABCDEFG1234567"}`,
			InvalidField, "account_id must be a valid account ID",
		},
		{
			"account_id letters", "/processor/apex/processor_token/create",
			`{"access_token":"x","account_id":"` + strings.Repeat("O", 37) + `"}`, InvalidField,
			"account_id must be a valid account ID",
		},
		{
			"account_id well formed", "/processor/apex/processor_token/create",
			`{"access_token":"x","account_id":"` + accountID + `"}`, 0, "",
		},
		{
			"account_id of 38", "/processor/apex/processor_token/create",
			`{"access_token":"x","account_id":"` + accountID + `X"}`, 0, "",
		},
		{
			"account_id of 39", "/processor/apex/processor_token/create",
			`{"access_token":"x","account_id":"` + accountID + `XX"}`, InvalidField, "account_id must be a valid account ID",
		},
		{
			"account_id before access_token", "/processor/token/create",
			`{"access_token":"","account_id":"x","processor":"dwolla"}`, InvalidField, "account_id must be a valid account ID",
		},
		{
			"access_token", "/processor/token/create",
			`{"access_token":"","account_id":"` + accountID + `","processor":"dwolla"}`, InvalidField,
			"access_token must be a non-empty string",
		},
		{
			"account_ids string", "/accounts/balance/get", `{"access_token":"x","options":{"account_ids":"ABCDEFG1234567"}}`,
			InvalidField, "options.account_ids must be a non-empty array of valid account ids",
		},
		{
			"account_ids malformed", "/auth/get", `{"access_token":"x","options":{"account_ids":["not-real"]}}`,
			InvalidField, "options.account_ids must be a non-empty array of valid account ids",
		},
		{
			"account_ids null member", "/auth/get", `{"access_token":"x","options":{"account_ids":[null]}}`,
			InvalidField, "options.account_ids must be a non-empty array of valid account ids",
		},
		{
			"account_ids empty", "/auth/get", `{"access_token":"x","options":{"account_ids":[]}}`,
			InvalidField, "options.account_ids must be a non-empty array of valid account ids",
		},
		{
			"webhook", "/item/webhook/update", `{"access_token":"x","webhook":"invalid-hook"}`, InvalidField,
			"webhook must be a non-empty string URL",
		},
		{
			"webhook empty", "/item/webhook/update", `{"access_token":"x","webhook":""}`, InvalidField,
			"webhook must be a non-empty string URL",
		},
		{"webhook null", "/item/webhook/update", `{"access_token":"x","webhook":null}`, 0, ""},
		{
			"date", "/transactions/get", `{"access_token":"x","start_date":"ABCDEFG1234567","end_date":"2020-13-01"}`,
			InvalidField, "start_date must be a string of the format 'YYYY-MM-DD'",
		},
		{
			"date out of the calendar", "/transactions/get",
			`{"access_token":"x","start_date":"2021-02-28","end_date":"2021-02-29"}`,
			InvalidField, "end_date must be a string of the format 'YYYY-MM-DD'",
		},
		{
			"integer", "/institutions/get", `{"count":"ABCDEFG1234567","offset":0,"country_codes":["US"]}`, InvalidField,
			"count must be an integer",
		},
		{
			"fraction", "/institutions/get", `{"count":1.5,"offset":0,"country_codes":["US"]}`, InvalidField,
			"count must be an integer",
		},
		{"integral", "/institutions/get", `{"count":1.0,"offset":0,"country_codes":["US"]}`, 0, ""},
		{
			"nested integer", "/transactions/get",
			`{"access_token":"x","start_date":"2020-01-01","end_date":"2020-01-01","options":{"count":"x"}}`, InvalidField,
			"options.count must be an integer",
		},
		{
			"public_token", "/item/public_token/exchange", `{"public_token":""}`, InvalidField,
			"public_token must be a non-empty string",
		},
		{
			"client_name", "/link/token/create",
			`{"client_name":"","language":"en","country_codes":["US"],"user":{"client_user_id":"u"}}`, InvalidField,
			"client_name must be a non-empty string",
		},
		{"object", "/accounts/get", `{"access_token":"x","options":"x"}`, InvalidField, "options must be an object"},
		{
			"boolean", "/institutions/get", `{"count":1,"offset":0,"country_codes":["US"],"options":{"oauth":"yes"}}`,
			InvalidField, "options.oauth must be a boolean",
		},
		{
			"list of strings", "/link/token/create",
			`{"client_name":"x","language":"en","country_codes":"US","user":{"client_user_id":"u"}}`, InvalidField,
			"country_codes must be a list of strings",
		},
		{
			"list of objects", "/transactions/enrich", `{"account_type":"depository","transactions":[5]}`, InvalidField,
			"transactions must be a list of objects",
		},
		{"number", "/signal/evaluate", `{"access_token":"x","account_id":"` + accountID + `","client_transaction_id":"1",
			"amount":"1.00"}`, InvalidField, "amount must be a number"},

		{
			"processor", "/processor/token/create",
			`{"access_token":"x","account_id":"` + accountID + `","processor":"sbv_api"}`, InvalidInput,
			"The provided processor is invalid.",
		},
		{
			"a form before a refused value", "/processor/token/create",
			`{"access_token":"","account_id":"` + accountID + `","processor":"sbv_api"}`, InvalidField,
			"access_token must be a non-empty string",
		},
		{
			"product", "/sandbox/public_token/create",
			`{"institution_id":"ins_109508","initial_products":["ABCDEFG1234567"],"options":{}}`, InvalidInput,
			`the following products are not supported by this institution: ["ABCDEFG1234567"]`,
		},
		{
			"products", "/sandbox/public_token/create",
			`{"institution_id":"ins_109508","initial_products":["X","auth","Y"]}`, InvalidInput,
			`the following products are not supported by this institution: ["X", "Y"]`,
		},
		{
			"no product", "/sandbox/public_token/create", `{"institution_id":"ins_109508","initial_products":[]}`, InvalidField,
			"initial_products must be a list of strings containing at least one product",
		},
		{
			"webhook before date", "/sandbox/public_token/create",
			`{"institution_id":"ins_109508","initial_products":["auth"],
				"options":{"webhook":"x","transactions":{"start_date":"y"}}}`,
			InvalidField, "options.webhook must be a non-empty string URL",
		},
		{
			"product of a search", "/institutions/search", `{"query":"x","products":["ABCDEFG1234567"],"country_codes":["US"]}`,
			InvalidInput, `invalid product in products: "ABCDEFG1234567"`,
		},
		{
			"products of a search", "/institutions/search", `{"query":"x","products":"ABCDEFG1234567","country_codes":["US"]}`,
			InvalidInput, "products must either be null or a list of strings containing at least one valid product",
		},
		{
			"newer field", "/link/token/create", `{"client_name":"x","language":"en","country_codes":["US"],
			"user":{"client_user_id":"u"},"cross_app_item_add":null}`, 0, "",
		},
		{
			"apex by its old path", "/item/processor_token/apex/create", `{"access_token":"x","account_id":"y"}`,
			InvalidField, "account_id must be a valid account ID",
		},
		{
			"apex by its old path, missing", "/item/processor_token/apex/create", `{"access_token":"x"}`,
			MissingFields, missing + "account_id",
		},
		{"the old exchange is open", "/exchange_token", `{"public_token":5,"account_id":null,"more":1}`, 0, ""},
		{"the body is optional where nothing is required", "/categories/get", `{}`, 0, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			v := find(t, "POST", tt.path).Check(decode(t, tt.body))
			if tt.kind == 0 {
				require.Nil(t, v)
				return
			}
			require.NotNil(t, v)
			require.Equal(t, tt.message, v.Message)
			require.Equal(t, tt.kind, v.Kind)
		})
	}
}

func TestViolation(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		path, body, row string
		fields          []string
	}{
		{"/item/get", `{}`, "INVALID_REQUEST/MISSING_FIELDS", []string{"access_token"}},
		{"/item/get", `{"access_token":"x","b":1,"a":1}`, "INVALID_REQUEST/UNKNOWN_FIELDS", []string{"a", "b"}},
		{"/item/get", `{"access_token":1}`, "INVALID_REQUEST/INVALID_FIELD", []string{"access_token"}},
		{
			"/processor/token/create", `{"access_token":"x","account_id":"` + accountID + `","processor":"x"}`,
			"INVALID_INPUT/INVALID_PROCESSOR",
			[]string{"processor"},
		},
		{
			"/sandbox/public_token/create", `{"institution_id":"x","initial_products":["x"]}`,
			"ITEM_ERROR/PRODUCTS_NOT_SUPPORTED",
			[]string{"initial_products"},
		},
	} {
		v := find(t, "POST", tt.path).Check(decode(t, tt.body))
		require.NotNil(t, v, tt.path)
		require.Equal(t, tt.row, v.Row)
		require.Equal(t, tt.fields, v.Fields)
	}
}

// TestLongAnswers: a large body does not ask for a larger answer.
func TestLongAnswers(t *testing.T) {
	t.Parallel()
	body := map[string]any{"access_token": "x"}
	for i := range 5000 {
		body[strings.Repeat("a", i%50)+string(rune('A'+i%26))+json.Number(strings.Repeat("1", i%90)).String()] = 1
	}
	v := find(t, "POST", "/item/get").Check(body)
	require.Len(t, v.Fields, maxFields)
	require.Equal(t, UnknownFields, v.Kind)
}

// TestRecorded: the sandbox's recorded requests pass, or fail with the recorded text.
func TestRecorded(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/recorded.json")
	require.NoError(t, err)
	var file struct {
		Samples []struct {
			Endpoint, Version, Recorded string
			Request                     json.RawMessage
			Refusal                     string
		}
	}
	require.NoError(t, json.Unmarshal(data, &file))
	require.NotEmpty(t, file.Samples)
	for _, s := range file.Samples {
		v := find(t, "POST", s.Endpoint).Check(decode(t, string(s.Request)))
		got := ""
		if v != nil {
			got = v.Message
		}
		require.Equal(t, s.Refusal, got, "%s %s %s", s.Endpoint, s.Version, s.Recorded)
	}
}
