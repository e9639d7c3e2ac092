package plaid

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// pdf is a call that is answered with a document.
func (s *tester) pdf(path string, body object) (text string, header http.Header) {
	s.t.Helper()
	sent, err := json.Marshal(with(s.keys, body))
	require.NoError(s.t, err)
	r := s.raw(http.MethodPost, path, string(sent), "Content-Type", "application/json")
	require.Equal(s.t, http.StatusOK, r.Status, r.Body)
	require.Equal(s.t, "application/pdf", r.Header.Get("Content-Type"))
	require.True(s.t, strings.HasPrefix(r.Body, "%PDF-"))
	require.Equal(s.t, "2020-09-14", r.Header.Get("Plaid-Version"))
	return r.Body, r.Header
}

var reportNotReady = wrong{
	key:     "ASSET_REPORT_ERROR/PRODUCT_NOT_READY",
	message: "the requested product is not yet ready. please provide a webhook or try the request again later",
}

func TestAssetReport(t *testing.T) {
	t.Parallel()
	s := serve(t)
	access := s.accessToken("assets")
	made := s.good("/asset_report/create", object{
		"access_tokens": []string{access, s.accessToken("assets")}, "days_requested": 2,
		"options": object{
			"webhook": "https://example.com/hook", "client_report_id": "loan-1", "products": []string{"investments"},
			"user": object{"last_name": "Charleson", "first_name": "Alberta"},
		},
	})
	token := object{"asset_report_token": made.text("asset_report_token")}
	require.Regexp(t, "^assets-sandbox-", token["asset_report_token"])
	s.refused("/asset_report/get", token, reportNotReady)
	s.refused("/asset_report/pdf/get", token, reportNotReady)
	parent := wrong{key: "ASSET_REPORT_ERROR/INVALID_PARENT"}
	s.refused("/asset_report/refresh", token, parent)
	s.refused("/asset_report/audit_copy/create", token, parent)
	s.advance(assetReportTime - time.Second)
	s.refused("/asset_report/get", token, reportNotReady)
	require.Empty(t, s.outbox())
	s.advance(time.Second)
	sent := s.outbox()
	require.Len(t, sent, 1)
	require.JSONEq(t, `{"asset_report_id": "`+made.text("asset_report_id")+`", "environment": "sandbox", "report_type": "FULL",
		"webhook_code": "PRODUCT_READY", "webhook_type": "ASSETS"}`, string(sent[0].Body))

	r := s.good("/asset_report/get", token)
	require.Equal(t, made.text("asset_report_id"), r.text("report", "asset_report_id"))
	require.Equal(t, "2026-01-05T14:30:10Z", r.text("report", "date_generated"))
	require.Equal(t, "loan-1", r.text("report", "client_report_id"))
	require.Equal(t, "Alberta", r.text("report", "user", "first_name"))
	require.Len(t, r.at("report", "items"), 2)
	require.Len(t, r.at("report", "items", 0, "accounts"), 14)
	require.Equal(t, []any{
		object{"current": json.Number("110"), "date": "2026-01-04", "iso_currency_code": "USD", "unofficial_currency_code": nil},
		object{"current": json.Number("110"), "date": "2026-01-03", "iso_currency_code": "USD", "unofficial_currency_code": nil},
	}, r.at("report", "items", 0, "accounts", 0, "historical_balances"))
	require.Len(t, r.at("report", "items", 0, "accounts", 6, "investments", "holdings"), 6)
	require.Nil(t, r.at("report", "items", 0, "accounts", 0, "investments"))
	short := s.good("/asset_report/get", with(token, object{"options": object{"days_to_include": 1}}))
	require.Len(t, short.at("report", "items", 0, "accounts", 0, "historical_balances"), 1)

	s.good("/item/remove", object{"access_token": access})
	require.Equal(t, r.at("report"), s.good("/asset_report/get", token).at("report"), "a report outlives its Items")
	text, _ := s.pdf("/asset_report/pdf/get", token)
	require.Contains(t, text, "Plaid Checking, depository, mask 0000, balance 110")
	again, _ := s.pdf("/asset_report/pdf/get", token)
	require.Equal(t, text, again)
	s.refused("/asset_report/refresh", token, wrong{
		key: "ITEM_ERROR/ITEM_NOT_FOUND", message: errItemNotFound.Message,
	})
	unknown := invalidField("asset_report_token must be a valid asset report token")
	s.as("other", "secret").refused("/asset_report/get", token, unknown)
	s.refused("/asset_report/create", object{"access_tokens": []string{access}, "days_requested": 732},
		invalidField("days_requested must be an integer between 0 and 731"))
	s.refused("/asset_report/create", object{"days_requested": 1},
		invalidField("access_tokens must be a list of 1 to 99 access tokens"))
}

func TestAssetReportCopies(t *testing.T) {
	t.Parallel()
	s := serve(t)
	access := s.accessToken("assets")
	token := s.report("/asset_report/create", object{"access_tokens": []string{access}, "days_requested": 2})
	checking, saving := s.accountID(access, "0000"), s.accountID(access, "1111")
	accounts := func(token object) int {
		return len(s.good("/asset_report/get", token).at("report", "items", 0, "accounts").([]any))
	}
	filtered := s.report("/asset_report/filter", with(token, object{"account_ids_to_exclude": []string{checking}}))
	require.Equal(t, 13, accounts(filtered))
	require.Equal(t, 14, accounts(token))
	twice := s.report("/asset_report/filter", with(filtered, object{"account_ids_to_exclude": []string{saving}}))
	require.Equal(t, 12, accounts(twice))
	s.refused("/asset_report/filter", with(filtered, object{"account_ids_to_exclude": []string{checking}}), wrong{
		key: "INVALID_INPUT/INVALID_ACCOUNT_ID", message: "failed to find requested account ID for requested item",
	})
	fresh := s.report("/asset_report/refresh", with(twice, object{"days_requested": 1}))
	require.Equal(t, 14, accounts(fresh))
	require.Equal(t, json.Number("1"), s.good("/asset_report/get", fresh).at("report", "days_requested"))

	copied := object{"audit_copy_token": s.good("/asset_report/audit_copy/create", with(token, object{"auditor_id": "x"})).text("audit_copy_token")}
	require.Regexp(t, "^a-sandbox-[A-Z2-7]{26}$", copied["audit_copy_token"])
	auditor := s.as("auditor", "secret")
	require.Equal(t, s.good("/asset_report/get", token).at("report"), auditor.good("/asset_report/audit_copy/get", copied).at("report"))
	auditor.pdf("/asset_report/audit_copy/pdf/get", copied)
	gone := wrong{key: "INVALID_INPUT/INVALID_AUDIT_COPY_TOKEN", message: "invalid audit copy token"}
	auditor.refused("/asset_report/audit_copy/remove", copied, gone)
	require.Equal(t, true, s.good("/asset_report/audit_copy/remove", copied).at("removed"))
	auditor.refused("/asset_report/audit_copy/get", copied, gone)
	copied["audit_copy_token"] = s.good("/asset_report/audit_copy/create", token).text("audit_copy_token")
	require.Equal(t, true, s.good("/asset_report/remove", token).at("removed"))
	auditor.refused("/asset_report/audit_copy/get", copied, gone)
	s.refused("/asset_report/get", token, invalidField("asset_report_token must be a valid asset report token"))
}

func TestStatements(t *testing.T) {
	t.Parallel()
	s := serve(t)
	item := object{"access_token": s.exchange(s.good("/sandbox/public_token/create", object{
		"institution_id": "ins_109508", "initial_products": []string{"statements"},
		"options": object{
			"statements": object{"start_date": "2025-10-15", "end_date": "2025-12-01"}, "webhook": "https://example.com/hook",
		},
	}).text("public_token"))}
	posted := func() (out []string) {
		r := s.good("/statements/list", item)
		for n := range r.at("accounts", 0, "statements").([]any) {
			out = append(out, r.text("accounts", 0, "statements", n, "date_posted"))
		}
		return out
	}
	require.Equal(t, []string{"2025-12-01", "2025-11-01"}, posted())
	s.good("/statements/refresh", with(item, object{"start_date": "2025-10-01", "end_date": "2026-06-01"}))
	require.Equal(t, []string{"2025-12-01", "2025-11-01"}, posted(), "it takes a while")
	s.advance(statementsTime)
	require.Equal(t, []string{"2025-12-01", "2025-11-01", "2026-01-01", "2025-10-01"}, posted(), "each once, none of the future")
	sent := s.outbox()
	require.Len(t, sent, 1)
	require.Contains(t, string(sent[0].Body), `"webhook_code": "STATEMENTS_REFRESH_COMPLETE"`)
	require.Contains(t, string(sent[0].Body), `"result": "SUCCESS"`)

	id := s.good("/statements/list", item).text("accounts", 1, "statements", 0, "statement_id")
	text, header := s.pdf("/statements/download", with(item, object{"statement_id": id}))
	sum := sha256.Sum256([]byte(text))
	require.Equal(t, hex.EncodeToString(sum[:]), header.Get("Plaid-Content-Hash"))
	require.Contains(t, text, "Account Plaid Saving, mask 1111")
	require.Contains(t, text, "Period 2025-11-01 to 2025-11-30, posted 2025-12-01")
	s.refused("/statements/download", with(item, object{"statement_id": "x"}), invalidField("statement_id must be a valid statement ID"))
	s.refused("/statements/refresh", with(item, object{"start_date": "2025-10-01", "end_date": "2025-09-01"}),
		invalidField("start_date must be before end_date, by no more than two years"))
	s.refused("/statements/list", object{"access_token": s.accessToken("auth")}, wrong{
		key: "INVALID_INPUT/ADDITIONAL_CONSENT_REQUIRED", message: "client does not have user consent to access the PRODUCT_STATEMENTS product",
	})
	plain := object{"access_token": s.accessToken("statements")}
	require.Len(t, s.good("/statements/list", plain).at("accounts", 0, "statements"), 3, "without a range three months")
}
