package plaid

import (
	"archive/zip"
	"io"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

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
	body := object{}
	serve(t, Settings{Environment: "production"}).refused("/sandbox/transfer/repayment/simulate", body, wrong{
		key: "INVALID_REQUEST/SANDBOX_ONLY",
		message: "access to /sandbox/transfer/repayment/simulate is only available in the sandbox environment at " +
			"https://sandbox.plaid.com/",
	})
	serve(t).good("/sandbox/transfer/repayment/simulate", body)
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
	report := object{"beacon_user_id": "becusr_1", "type": "stolen", "fraud_date": "2025-11-05"}
	r := s.good("/beacon/report/create", report)
	for name, said := range report {
		require.Equal(t, said, r.at(name), name)
	}
	id := r.text("id")
	require.NotEqual(t, id, s.good("/beacon/report/create", report).text("id"), "each report is its own")
	got := s.good("/beacon/report/get", object{"beacon_report_id": id})
	require.Equal(t, id, got.text("id"))
	again := s.good("/beacon/report/get", object{"beacon_report_id": id})
	require.Equal(t, got.at("fraud_date"), again.at("fraud_date"), "the same question has the same answer")

	r = s.good("/watchlist_screening/entity/get", object{"entity_watchlist_screening_id": "scr_1"})
	require.Equal(t, "scr_1", r.text("id"))
	require.NotEqual(t, "scr_1", r.text("search_terms", "entity_watchlist_program_id"))
	r = s.good("/item/webhook/update", object{"access_token": s.accessToken(), "webhook": "https://example.com/new"})
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
