package plaid

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tweed/emulator/internal/contract"
)

// raw is send for answers of any form.
func (s *tester) raw(method, path, body string, header ...string) reply {
	s.t.Helper()
	req, err := http.NewRequestWithContext(s.t.Context(), method, s.http.URL+path, strings.NewReader(body))
	require.NoError(s.t, err)
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	answer, err := s.http.Client().Do(req)
	require.NoError(s.t, err)
	text, err := io.ReadAll(answer.Body)
	require.NoError(s.t, err)
	require.NoError(s.t, answer.Body.Close())
	out := reply{Status: answer.StatusCode, Header: answer.Header, Body: string(text)}
	if strings.HasPrefix(answer.Header.Get("Content-Type"), "application/json") {
		dec := json.NewDecoder(bytes.NewReader(text))
		dec.UseNumber()
		require.NoError(s.t, dec.Decode(&out.Fields), out.Body)
	}
	return out
}

// known are a world's real tokens and ids, by the names of the fields that take them.
type known map[string]any

// know makes one of everything. The public token is for one call.
func (s *tester) know() known {
	s.t.Helper()
	access := s.accessToken("auth", "identity")
	return known{
		"access_token": access, "access_tokens": []any{access}, "account_id": s.accountID(access, "0000"),
		"processor_token": s.processorToken(access, "dwolla"), "link_token": s.linkToken(nil).text("link_token"),
		"public_token": s.publicToken(),
	}
}

// minimal is the smallest good body of an operation, with the tokens that it takes at the
// top level or has to have below.
func (k known) minimal(op *contract.Op) object {
	return op.Minimal(func(path string) (any, bool) {
		parent, name := "", path
		if at := strings.LastIndexByte(path, '.'); at >= 0 {
			parent, name = path[:at], path[at+1:]
		}
		v, ok := k[name]
		return v, ok && (parent == "" || strings.HasSuffix(parent, "funding_account"))
	})
}

// call sends a body to an operation of any method.
func (s *tester) call(op *contract.Op, body object) reply {
	s.t.Helper()
	path := strings.NewReplacer("{", "", "}", "").Replace(op.Path)
	keys := []string{"Plaid-Client-Id", "client", "Plaid-Secret", "secret", "Content-Type", "application/json"}
	if op.Method == http.MethodGet {
		return s.raw(op.Method, path, "", keys...)
	}
	text, err := json.Marshal(body)
	require.NoError(s.t, err)
	return s.raw(op.Method, path, string(text), keys...)
}

// plaidOps are the operations of Plaid's contract; consuming ones, which end what others
// need, come last.
func plaidOps() []*contract.Op {
	ending := regexp.MustCompile(`^/item/(remove|access_token/invalidate)$|^/sandbox/item/reset_login$`)
	all := slices.DeleteFunc(contract.Ops(), func(op *contract.Op) bool {
		return op.Family != "plaid" || op.Dropped != "" // versions_test.go has what was dropped
	})
	slices.SortStableFunc(all, func(a, b *contract.Op) int {
		return strings.Compare(ending.FindString(a.Path), ending.FindString(b.Path))
	})
	return all
}

// walk calls every operation well, each with fresh tokens, and returns the bodies.
func walk(t *testing.T, seed uint64) map[*contract.Op]reply {
	t.Helper()
	s := serveSeed(t, seed)
	k := s.know()
	out := map[*contract.Op]reply{}
	for _, op := range plaidOps() {
		if strings.HasPrefix(op.Path, "/item/remove") || strings.HasPrefix(op.Path, "/sandbox/item/reset_login") {
			k = s.know()
		}
		if op.Field("public_token") {
			k["public_token"] = s.publicToken()
		}
		body := k.minimal(op)
		if op.Path == "/webhook_verification_key/get" {
			body["key_id"] = webhookKeyID
		}
		if op.Path == "/link/token/create" {
			delete(body, "access_token")
			body["products"] = []string{"auth"}
		}
		if op.Path == "/sandbox/item/fire_webhook" { // fires only for an Item that has one
			s.post("/item/webhook/update", object{"access_token": k["access_token"], "webhook": "https://example.com/hook"})
		}
		if op.Path == "/item/import" {
			body["products"] = []string{"transactions"}
			body["user_auth"] = object{"user_id": userDynamic, "auth_token": "x"}
		}
		if op.Path == "/sandbox/transactions/create" { // for that test user's Items only
			body["access_token"] = s.dynamicToken(nil)
		}
		if op.Path == "/processor/token/permissions/set" {
			body["products"] = []string{} // permits all: the token is used on
		}
		out[op] = s.call(op, sensible(op, body))
	}
	return out
}

// sensible names an institution that exists, and money and an entry of the kinds that there
// are, where one has to.
func sensible(op *contract.Op, body object) object {
	if _, ok := body["institution_id"]; ok && op.Field("institution_id") {
		body["institution_id"] = "ins_109508"
	}
	if _, ok := body["initial_products"]; ok {
		body["initial_products"] = []string{"auth"}
	}
	if _, ok := body["amount"].(string); ok {
		body["amount"] = "10.00"
	}
	if _, ok := body["iso_currency_code"]; ok {
		body["iso_currency_code"] = "USD"
	}
	if body["network"] == "ach" && op.Field("ach_class") {
		body["ach_class"] = "ppd"
	}
	return body
}

// chained are the operations that behave and refuse the smallest request: they need what
// another call has made, or more than the contract says. Their chapters' tests and the
// recorded answers have good ones.
func chained() map[string]bool {
	out := map[string]bool{}
	for _, path := range strings.Fields(`
		/asset_report/audit_copy/create /asset_report/audit_copy/get /asset_report/audit_copy/pdf/get
		/asset_report/audit_copy/remove /asset_report/filter /asset_report/get /asset_report/pdf/get
		/asset_report/refresh /asset_report/remove
		/bank_transfer/cancel /bank_transfer/get /bank_transfer/migrate_account /sandbox/bank_transfer/simulate
		/identity_verification/create /identity_verification/get /identity_verification/retry
		/payment_initiation/payment/create /payment_initiation/payment/get
		/payment_initiation/payment/token/create /payment_initiation/recipient/create
		/payment_initiation/recipient/get /sandbox/payment/simulate
		/processor/investments/holdings/get /processor/investments/transactions/get /processor/liabilities/get
		/processor/signal/decision/report /processor/signal/return/report /signal/evaluate /signal/return/report
		/sandbox/transfer/ledger/deposit/simulate /sandbox/transfer/ledger/withdraw/simulate
		/sandbox/transfer/refund/simulate /sandbox/transfer/simulate
		/statements/download /statements/list /statements/refresh
		/transfer/authorization/cancel /transfer/cancel /transfer/create /transfer/get /transfer/migrate_account
		/transfer/refund/cancel /transfer/refund/create /transfer/refund/get /transfer/sweep/get
		/watchlist_screening/individual/get /watchlist_screening/individual/update`) {
		out[path] = true
	}
	return out
}

// TestShapedReplies: every operation answers a minimal good request, but for those that are
// chained, and what it answers is what the contract says, and the same bytes for the same
// seed.
func TestShapedReplies(t *testing.T) {
	t.Parallel()
	first, again := walk(t, 1), walk(t, 1)
	require.Greater(t, len(first), 350)
	needing := chained()
	for op, r := range first {
		require.Equal(t, r.Body, again[op].Body, op.Path)
		require.NotEqual(t, "none", r.Header.Get("Tweed-Depth"), op.Path)
		if needing[op.Path] {
			require.Equal(t, "stateful", r.Header.Get("Tweed-Depth"), op.Path)
			require.Equal(t, http.StatusBadRequest, r.Status, "%s is not chained: %s", op.Path, r.Body)
			delete(needing, op.Path)
			continue
		}
		require.Equal(t, http.StatusOK, r.Status, "%s: %s", op.Path, r.Body)
		if op.Media == "application/json" {
			require.Empty(t, op.CheckReply(r.Fields), "%s\n%s", op.Path, r.Body)
		} else {
			require.Equal(t, op.Media, r.Header.Get("Content-Type"), op.Path)
		}
	}
	require.Empty(t, needing, "no such operation")
}

// ids finds what a world makes: UUIDs and ids of Plaid's alphabet.
var ids = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}|"[13-9A-NP-XZa-z]{37,38}"`)

// TestShapedSeeds: no id of one seed is met under another, and none is the example's.
func TestShapedSeeds(t *testing.T) {
	t.Parallel()
	one, two := walk(t, 1), walk(t, 2)
	found := 0
	for op, r := range one {
		if op.Path == "/webhook_verification_key/get" { // its key id is Plaid's
			continue
		}
		for _, id := range ids.FindAllString(r.Body, -1) {
			found++
			require.NotContains(t, two[op].Body, id, op.Path)
			require.NotContains(t, string(op.Example()), id, op.Path)
		}
		if id := r.text("request_id"); id != "" {
			require.NotEqual(t, id, two[op].text("request_id"))
		}
	}
	require.Greater(t, found, 500)
}

// TestShapedFaults: what is wrong with a request is told as by the operations that behave.
func TestShapedFaults(t *testing.T) {
	t.Parallel()
	s := serve(t)
	k := s.know()
	const unknown = "access-sandbox-11111111-2222-4333-8444-555555555555"
	tokens, required := 0, 0
	for _, op := range plaidOps() {
		body := sensible(op, k.minimal(op))
		for _, field := range []string{"access_token", "access_tokens"} {
			switch _, ok := body[field]; {
			case !ok, op.Path == "/link/token/create" && field == "access_tokens": // it looks at no list
				continue
			case op.Path == "/transfer/create": // it looks for its authorization first
				continue
			}
			tokens++
			for text, message := range map[string]string{unknown: unknownToken.message, "nonsense": malformedToken.message} {
				bad := maps.Clone(body)
				bad[field] = text
				if field == "access_tokens" {
					bad[field] = []string{text}
				}
				r := s.call(op, bad)
				require.Equal(t, "INVALID_INPUT/INVALID_ACCESS_TOKEN", r.text("error_type")+"/"+r.text("error_code"), "%s: %s", op.Path, r.Body)
				require.Equal(t, message, r.text("error_message"), op.Path)
			}
		}
		for field := range op.Minimal(func(string) (any, bool) { return nil, false }) {
			required++
			lacking := maps.Clone(body)
			delete(lacking, field)
			r := s.call(op, lacking)
			require.Equal(t, "MISSING_FIELDS", r.text("error_code"), "%s without %s: %s", op.Path, field, r.Body)
			require.Contains(t, r.text("error_message"), field, op.Path)
		}
	}
	require.Greater(t, tokens, 60)
	require.Greater(t, required, 300)
}

// TestShapedTokens: each kind of token is resolved, and an Item fails in a state in which
// it fails elsewhere.
func TestShapedTokens(t *testing.T) {
	t.Parallel()
	s := serve(t)
	removed, ill, well := s.accessToken(), s.accessToken(), s.accessToken()
	gone, sick := s.processorToken(removed, "dwolla"), s.processorToken(ill, "dwolla")
	account := s.accountID(well, "0000")
	s.good("/item/remove", object{"access_token": removed})
	s.good("/sandbox/item/reset_login", object{"access_token": ill})
	others := s.as("another client", "secret").accessToken()
	public := s.publicToken()
	s.exchange(public)
	bad := wrong{key: "INVALID_INPUT/INVALID_PROCESSOR_TOKEN"}
	const uploads, partners = "/identity/documents/uploads/get", "/processor/investments/auth/get"
	for _, test := range []struct {
		path string
		body object
		want string
	}{
		{uploads, object{"access_token": removed}, itemNotFound.key},
		{uploads, object{"access_token": others}, unknownToken.key},
		{uploads, object{"access_token": ill}, loginRequired.key},
		{uploads, object{"access_token": public}, unknownToken.key},
		{uploads, object{"access_token": well, "options": object{"account_ids": []string{someAccount}}}, "INVALID_INPUT/INVALID_ACCOUNT_ID"},
		{"/transfer/capabilities/get", object{"access_token": well, "account_id": someAccount}, "INVALID_INPUT/INVALID_ACCOUNT_ID"},
		{"/transfer/capabilities/get", object{"access_token": well, "account_id": account}, ""},
		{"/item/activity/list", object{"access_token": ill}, ""},
		{partners, object{"processor_token": "processor-sandbox-1"}, bad.key},
		{partners, object{"processor_token": gone}, itemNotFound.key},
		{partners, object{"processor_token": sick}, loginRequired.key},
		{"/user_account/session/get", object{"public_token": public}, unknownPublic.key},
		{"/link_delivery/create", object{"link_token": "link-sandbox-1"}, "INVALID_REQUEST/INVALID_FIELD"},
		{"/network_insights/report/get", object{"access_tokens": []string{well, removed}}, itemNotFound.key},
	} {
		r := s.post(test.path, test.body)
		require.Equal(t, "shaped", r.Header.Get("Tweed-Depth"), test.path)
		if test.want == "" {
			require.Equal(t, http.StatusOK, r.Status, "%s: %s", test.path, r.Body)
			continue
		}
		require.Equal(t, test.want, r.text("error_type")+"/"+r.text("error_code"), "%s: %s", test.path, r.Body)
	}
}

func TestShapedSandboxOnly(t *testing.T) {
	t.Parallel()
	body := object{"test_clock_id": "t", "new_virtual_time": "2026-02-01T00:00:00Z"}
	serve(t, Settings{Environment: "production"}).refused("/sandbox/transfer/test_clock/advance", body, wrong{
		key: "INVALID_REQUEST/SANDBOX_ONLY",
		message: "access to /sandbox/transfer/test_clock/advance is only available in the sandbox environment at " +
			"https://sandbox.plaid.com/",
	})
	serve(t).good("/sandbox/transfer/test_clock/advance", body)
}

// TestShapedAccounts: the accounts of an answer are the Item's, and what names an account
// names one of them, of the kind that the example has there.
func TestShapedAccounts(t *testing.T) {
	t.Parallel()
	s := serve(t)
	access := s.accessToken()
	own := s.good("/accounts/get", object{"access_token": access})
	report := object{"access_token": access, "days_requested": 30}
	r := s.good("/cashflow_report/get", report)
	require.Len(t, r.at("accounts"), len(own.at("accounts").([]any)))
	for n := range r.at("accounts").([]any) {
		for _, member := range []string{"account_id", "balances", "mask", "name", "official_name", "type", "subtype"} {
			require.Equal(t, own.at("accounts", n, member), r.at("accounts", n, member), member)
		}
	}
	require.Equal(t, own.at("item", "item_id"), r.at("item", "item_id"))
	require.Equal(t, "ins_109508", r.text("item", "institution_id"))

	chosen := s.accountID(access, "7777")
	r = s.good("/cashflow_report/get", with(report, object{"options": object{"account_ids": []string{chosen}}}))
	require.Len(t, r.at("accounts"), 1)
	require.Equal(t, chosen, r.text("accounts", 0, "account_id"))
	require.Equal(t, chosen, r.text("transactions", 0, "account_id"))

	other := s.customToken(`{"override_accounts": [
		{"type": "credit", "subtype": "credit card"}, {"type": "depository", "subtype": "checking"}
	]}`)
	r = s.good("/cashflow_report/get", with(report, object{"access_token": other}))
	require.Equal(t, "checking", r.text("accounts", 1, "subtype"))
	require.Equal(t, r.at("accounts", 1, "account_id"), r.at("transactions", 0, "account_id"))

	account := s.good("/processor/investments/auth/get", object{"processor_token": s.processorToken(access, "dwolla")})
	require.Equal(t, "0000", account.text("account", "mask"))
}

// TestShapedEcho: what the request says of the answer is said again.
func TestShapedEcho(t *testing.T) {
	t.Parallel()
	s := serve(t)
	access := s.accessToken()
	account := s.accountID(access, "0000")
	intent := object{
		"account_id": account, "origination_account_id": "o-1", "amount": "47.11", "description": "rent", "mode": "PAYMENT",
		"user": object{"legal_name": "A B"}, "metadata": object{"order": "7"},
	}
	r := s.good("/transfer/intent/create", intent)
	for _, name := range []string{"account_id", "origination_account_id", "amount", "description"} {
		require.Equal(t, intent[name], r.at("transfer_intent", name), name)
	}
	id := r.text("transfer_intent", "id")
	require.NotEqual(t, id, s.good("/transfer/intent/create", intent).text("transfer_intent", "id"), "each intent is its own")
	got := s.good("/transfer/intent/get", object{"transfer_intent_id": id})
	require.Equal(t, id, got.text("transfer_intent", "id"))
	again := s.good("/transfer/intent/get", object{"transfer_intent_id": id})
	require.Equal(t, got.at("transfer_intent"), again.at("transfer_intent"), "the same question has the same answer")

	r = s.good("/watchlist_screening/entity/get", object{"entity_watchlist_screening_id": "scr_1"})
	require.Equal(t, "scr_1", r.text("id"))
	require.NotEqual(t, "scr_1", r.text("search_terms", "entity_watchlist_program_id"))
	r = s.good("/transactions/enrich", object{"account_type": "depository", "transactions": []object{
		{"id": "1", "description": "coffee", "amount": 4.5, "direction": "OUTFLOW", "iso_currency_code": "USD"},
		{"id": "2", "description": "wages", "amount": 100, "direction": "INFLOW", "iso_currency_code": "EUR"},
	}})
	require.Len(t, r.at("enriched_transactions"), 2)
	require.Equal(t, "wages", r.text("enriched_transactions", 1, "description"))
	require.Equal(t, "EUR", r.text("enriched_transactions", 1, "iso_currency_code"))
	require.Equal(t, json.Number("4.5"), r.at("enriched_transactions", 0, "amount"))
	r = s.good("/item/webhook/update", object{"access_token": access, "webhook": "https://example.com/new"})
	require.Equal(t, "ins_109508", r.text("item", "institution_id"))
	require.Equal(t, "https://example.com/new", r.text("item", "webhook"))
}

// OAuth's calls may be sent as forms.
func TestShapedForm(t *testing.T) {
	t.Parallel()
	s := serve(t)
	const form = "client_id=c&secret=s&grant_type=refresh_token&refresh_token=r"
	r := s.raw(http.MethodPost, "/oauth/token", form, "Content-Type", "application/x-www-form-urlencoded")
	require.Equal(t, http.StatusOK, r.Status, r.Body)
	require.Equal(t, "r", r.text("refresh_token"))
	r = s.raw(http.MethodPost, "/item/get", form, "Content-Type", "application/x-www-form-urlencoded")
	require.Equal(t, "INVALID_HEADERS", r.text("error_code"))
}

// TestShapedDays: the example's newest moment is the world's now, and the others keep
// their distance to it.
func TestShapedDays(t *testing.T) {
	t.Parallel()
	s := serve(t)
	at := func() (generated, date time.Time) {
		r := s.good("/credit/relay/get", object{"relay_token": "x", "report_type": "asset"})
		generated, err := time.Parse(time.RFC3339, r.text("report", "date_generated"))
		require.NoError(t, err)
		date, err = time.Parse(time.DateOnly, r.text("report", "items", 0, "accounts", 0, "historical_balances", 0, "date"))
		require.NoError(t, err)
		return generated, date
	}
	generated, date := at()
	require.Equal(t, time.Date(2026, 1, 4, 18, 27, 37, 0, time.UTC), generated, "18:27 of today is still to come")
	require.Equal(t, time.Date(2026, 1, 3, 0, 0, 0, 0, time.UTC), date)
	s.advance(10 * 24 * time.Hour)
	later, _ := at()
	require.Equal(t, generated.AddDate(0, 0, 10), later)

	link := s.good("/session/token/create", object{"template_id": "x"})
	expires, err := time.Parse(time.RFC3339, link.text("link", "expiration"))
	require.NoError(t, err)
	require.True(t, expires.After(monday.AddDate(0, 0, 10)), "a token that has expired already is of no use")
}

// TestShapedTokensWork: a token of an answer can be used, where Tweed knows what for.
func TestShapedTokensWork(t *testing.T) {
	t.Parallel()
	s := serve(t)
	link := s.good("/session/token/create", object{"template_id": "x"}).text("link", "link_token")
	require.Equal(t, link, s.good("/link/token/get", object{"link_token": link}).text("link_token"))
	session := s.good("/user_account/session/get", object{"public_token": s.publicToken()})
	access := session.text("items", 0, "access_token")
	require.Equal(t, session.text("items", 0, "item_id"), s.good("/item/get", object{"access_token": access}).text("item", "item_id"))
}

func TestShapedFiles(t *testing.T) {
	t.Parallel()
	s := serve(t)
	keys := []string{"Plaid-Client-Id", "client", "Plaid-Secret", "secret", "Content-Type", "application/json"}
	r := s.raw(http.MethodPost, "/credit/relay/pdf/get", `{"relay_token":"relay-(1)","report_type":"asset"}`, keys...)
	require.Equal(t, "application/pdf", r.Header.Get("Content-Type"))
	require.True(t, strings.HasPrefix(r.Body, "%PDF-1.4\n"))
	require.Contains(t, r.Body, `(Credit relay) Tj`)
	require.Contains(t, r.Body, `relay_token: relay-\(1\)`)

	const documents = "/income/verification/documents/download"
	r = s.raw(http.MethodPost, documents, `{"access_token":"`+s.accessToken()+`"}`, keys...)
	require.Equal(t, "application/zip", r.Header.Get("Content-Type"))
	files, err := zip.NewReader(strings.NewReader(r.Body), int64(len(r.Body)))
	require.NoError(t, err)
	require.Len(t, files.File, 1)
	require.Equal(t, "income_verification_documents.pdf", files.File[0].Name)
	require.True(t, monday.Equal(files.File[0].Modified))
	file, err := files.File[0].Open()
	require.NoError(t, err)
	text, err := io.ReadAll(file)
	require.NoError(t, err)
	require.Contains(t, string(text), "Account Plaid Checking, depository checking, mask 0000")
	r = s.raw(http.MethodPost, documents, `{"access_token":"x"}`, keys...)
	require.Equal(t, "INVALID_ACCESS_TOKEN", r.text("error_code"), "an error is JSON")

	r = s.raw(http.MethodPut, "/fdx/consents/c/revocation", `{}`, keys...)
	require.Equal(t, http.StatusOK, r.Status)
	require.Empty(t, r.Body)
	require.NotContains(t, r.Header, "Content-Type")
}
