package plaid

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestPayments(t *testing.T) {
	t.Parallel()
	s := serve(t)
	create := func(more object) reply {
		return s.post("/payment_initiation/recipient/create", with(object{"name": "John Doe"}, more))
	}
	s.matches(create(nil), invalidField("one of iban and bacs must be provided"))
	s.matches(create(object{"iban": "GB"}), invalidField("iban failed validation"))
	s.matches(create(object{"bacs": object{"account": "26207729", "sort_code": "56-00"}}), invalidField("sort_code failed validation"))
	s.matches(create(object{"bacs": object{"account": "5555555", "sort_code": "560029"}}),
		invalidField("(sort_code, account_number) pair failed validation"))
	first := create(object{"bacs": object{"account": "26207729", "sort_code": "560029"}}).text("recipient_id")
	second := create(object{"iban": "GB33BUKB20201555555555"}).text("recipient_id")
	require.Regexp(t, "^recipient-id-sandbox-", first)
	listed := s.good("/payment_initiation/recipient/list", object{"count": 1})
	require.Equal(t, second, listed.text("recipients", 0, "recipient_id"), "the newest first")
	rest := s.good("/payment_initiation/recipient/list", object{"count": 1, "cursor": listed.text("next_cursor")})
	require.Equal(t, first, rest.text("recipients", 0, "recipient_id"))
	require.Nil(t, rest.at("next_cursor"))
	s.refused("/payment_initiation/recipient/list", object{"cursor": "x"}, invalidField("cursor must be a valid cursor"))
	s.as("other", "secret").refused("/payment_initiation/recipient/get", object{"recipient_id": first},
		invalidField("recipient_id must be a valid recipient ID"))

	order := object{"recipient_id": first, "reference": "R", "amount": object{"currency": "GBP", "value": 100.5}}
	s.refused("/payment_initiation/payment/create", with(order, object{"amount": object{"currency": "GBP", "value": -1}}),
		invalidField("amount.value must be a positive number"))
	var ids []string
	for range 3 {
		ids = append(ids, s.good("/payment_initiation/payment/create", order).text("payment_id"))
	}
	var seen []string
	page := object{"count": 2}
	for range 2 {
		r := s.good("/payment_initiation/payment/list", page)
		for n := range r.at("payments").([]any) {
			seen = append(seen, r.text("payments", n, "payment_id"))
		}
		page["cursor"] = r.text("next_cursor")
	}
	require.Equal(t, []string{ids[2], ids[1], ids[0]}, seen, "payments of one moment are told apart")
	require.Empty(t, page["cursor"])

	id := object{"payment_id": ids[0]}
	s.advance(time.Hour)
	move := with(id, object{"webhook": "https://example.com/hook", "status": "PAYMENT_STATUS_EXECUTED"})
	s.refused("/sandbox/payment/simulate", move, invalidField("status must be one that can follow PAYMENT_STATUS_INPUT_NEEDED"))
	move["status"] = "PAYMENT_STATUS_INITIATED"
	moved := s.good("/sandbox/payment/simulate", move)
	require.Equal(t, "PAYMENT_STATUS_INPUT_NEEDED", moved.text("old_status"))
	got := s.good("/payment_initiation/payment/get", id)
	require.Equal(t, "PAYMENT_STATUS_INITIATED", got.text("status"))
	require.Equal(t, "2026-01-05T15:30:00Z", got.text("last_status_update"))
	sent := s.outbox()
	require.Len(t, sent, 1)
	require.Contains(t, string(sent[0].Body), `"webhook_code": "PAYMENT_STATUS_UPDATE"`)
	require.Equal(t, "2026-01-05T15:45:00Z",
		s.good("/payment_initiation/payment/token/create", id).text("payment_token_expiration_time"))
}

func TestIdentityVerifications(t *testing.T) {
	t.Parallel()
	s := serve(t)
	order := object{
		"client_user_id": "u", "template_id": "idvtmp_1", "is_shareable": true, "gave_consent": true,
		"user": object{"email_address": "a@example.com", "name": object{"given_name": "A", "family_name": "B"}},
	}
	made := s.good("/identity_verification/create", order)
	require.Equal(t, "active", made.text("status"))
	require.Equal(t, "success", made.text("steps", "accept_tos"))
	require.Equal(t, "active", made.text("steps", "verify_sms"))
	require.Contains(t, made.text("shareable_url"), made.text("id"))
	s.refused("/identity_verification/create", order,
		invalidField("an identity verification already exists for this client_user_id and template_id"))
	same := s.good("/identity_verification/create", with(order, object{"is_idempotent": true}))
	require.Equal(t, made.text("id"), same.text("id"))
	s.refused("/identity_verification/create", with(order, object{"client_user_id": absent{}}),
		invalidField("one of client_user_id and user_id must be provided"))

	user := object{"client_user_id": "u", "template_id": "idvtmp_1"}
	s.advance(time.Minute)
	retry := s.good("/identity_verification/retry", with(user, object{
		"strategy": "reset", "user": object{"email_address": "b@example.com"},
	}))
	require.Equal(t, made.text("id"), retry.text("previous_attempt_id"))
	require.Equal(t, "b@example.com", retry.text("user", "email_address"))
	require.Equal(t, "A", retry.text("user", "name", "given_name"), "what was known stays")
	old := s.good("/identity_verification/get", object{"identity_verification_id": made.text("id")})
	require.Equal(t, "canceled", old.text("status"))
	require.Equal(t, "2026-01-05T14:31:00Z", old.text("completed_at"))
	listed := s.good("/identity_verification/list", user)
	require.Len(t, listed.at("identity_verifications"), 2)
	require.Equal(t, retry.text("id"), listed.text("identity_verifications", 0, "id"), "the newest first")
	s.refused("/identity_verification/retry", object{"client_user_id": "v", "template_id": "idvtmp_1", "strategy": "reset"}, wrong{
		key:     "USER_ERROR/USER_NOT_FOUND",
		message: "The User you requested cannot be found. This User does not exist or has had access removed by the user.",
	})
	s.as("other", "secret").refused("/identity_verification/get", object{"identity_verification_id": made.text("id")},
		invalidField("identity_verification_id must be a valid identity verification ID"))
}

func TestScreenings(t *testing.T) {
	t.Parallel()
	s := serve(t)
	made := s.good("/watchlist_screening/individual/create", object{
		"client_user_id": "u", "search_terms": object{"watchlist_program_id": "prg_1", "legal_name": "Domingo Huang", "country": "US"},
	})
	require.Equal(t, "cleared", made.text("status"))
	id := object{"watchlist_screening_id": made.text("id")}
	changed := s.good("/watchlist_screening/individual/update", with(id, object{
		"status": "rejected", "assignee": "a", "search_terms": object{"country": "CA"},
	}))
	require.Equal(t, []any{"rejected", "CA", "Domingo Huang"}, []any{
		changed.at("status"), changed.at("search_terms", "country"), changed.at("search_terms", "legal_name"),
	})
	require.Equal(t, "2", changed.at("search_terms", "version").(interface{ String() string }).String())
	reset := s.good("/watchlist_screening/individual/update", with(id, object{"reset_fields": []string{"assignee"}}))
	require.Nil(t, reset.at("assignee"))
	for filter, want := range map[string]int{"rejected": 1, "cleared": 0, "": 1} {
		query := object{"watchlist_program_id": "prg_1"}
		if filter != "" {
			query["status"] = filter
		}
		require.Len(t, s.good("/watchlist_screening/individual/list", query).at("watchlist_screenings"), want, filter)
	}
	require.Empty(t, s.good("/watchlist_screening/individual/list", object{"watchlist_program_id": "prg_2"}).at("watchlist_screenings"))
	s.refused("/watchlist_screening/individual/update", with(id, object{"status": "x"}),
		invalidField("status must be one of the following values: rejected, pending_review, cleared"))
	s.refused("/watchlist_screening/individual/get", object{"watchlist_screening_id": "x"},
		invalidField("watchlist_screening_id must be a valid watchlist screening ID"))
}

func TestIncome(t *testing.T) {
	t.Parallel()
	s := serve(t)
	require.Equal(t, "UNKNOWN", s.good("/income/verification/precheck", object{}).text("confidence"))
	item := object{"access_token": s.accessToken("income_verification")}
	r := s.good("/income/verification/paystubs/get", item)
	require.Len(t, r.at("paystubs"), 2)
	require.Equal(t, "ALBERTA BOBBETH CHARLESON", r.text("paystubs", 0, "employee", "name"))
	require.Equal(t, []string{"2026-01-02", "2025-12-19"}, []string{
		r.text("paystubs", 0, "pay_period_details", "pay_date"), r.text("paystubs", 1, "pay_period_details", "pay_date"),
	}, "every other Friday")
	require.Equal(t, r.text("document_metadata", 0, "doc_id"), r.text("paystubs", 0, "doc_id"))
	r = s.good("/income/verification/taxforms/get", item)
	require.Equal(t, "117000.00", r.text("taxforms", 0, "w2", "wages_tips_other_comp"), "26 paystubs")
	require.Equal(t, "2025", r.text("taxforms", 0, "w2", "tax_year"))
	s.refused("/income/verification/paystubs/get", object{"income_verification_id": "x"}, wrong{
		key: "INCOME_VERIFICATION_ERROR/INCOME_VERIFICATION_NOT_FOUND", message: "the requested data was not found. Please check the ID supplied.",
	})
}
