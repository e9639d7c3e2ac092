package plaid

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"tweed/emulator/internal/contract"
	"tweed/emulator/internal/world"
)

// partnerHook is where a partner listens.
const partnerHook = "https://partner.example.com/"

// heard is an Item of user_transactions_dynamic with all that listens to transactions: a
// webhook, a partner's at Plaid Checking, and calls of sync and recurring/get.
func (s *tester) heard() object {
	s.t.Helper()
	item := object{"access_token": s.dynamicToken(object{"webhook": hook})}
	s.partner(s.processorToken(item["access_token"].(string), "dwolla"))
	s.good("/transactions/sync", item)
	s.good("/transactions/recurring/get", item)
	return item
}

func (s *tester) partner(token string) object {
	s.t.Helper()
	partner := object{"processor_token": token}
	s.good("/processor/token/webhook/update", with(partner, object{"webhook": partnerHook}))
	return partner
}

// awaitsDeposits links an Item whose account waits for automated micro-deposits.
func (s *tester) awaitsDeposits() object {
	s.t.Helper()
	l := s.link(object{"link_token": s.tokenFor(object{
		"auth": object{"automated_microdeposits_enabled": true}, "webhook": hook,
	})})
	l.atBank("ins_109512").do("credentials", object{"username": userDeposits, "password": userDeposits})
	l.do("numbers", numbers("110000000", "1111222233330000")).do("continue", nil)
	return object{
		"access_token": s.exchange(l.last.text("result", "public_token")),
		"account_id":   l.last.text("result", "metadata", "account_id"),
	}
}

// refund makes a refund of a settled transfer and moves it.
func (s *tester) refund() {
	s.t.Helper()
	id := s.transferOf(s.accessToken("transfer"), nil).text("transfer", "id")
	for _, event := range []string{"posted", "settled", "funds_available"} {
		s.good("/sandbox/transfer/simulate", object{"transfer_id": id, "event_type": event})
	}
	refund := s.good("/transfer/refund/create", object{"transfer_id": id, "amount": "4.00", "idempotency_key": "r"}).text("refund", "id")
	s.good("/sandbox/transfer/refund/simulate", object{"refund_id": refund, "event_type": "refund.posted", "webhook": hook})
}

// happenings make each cause happen. Those whose webhooks come by an event advance the clock.
func happenings() map[string]func(s *tester) {
	return map[string]func(s *tester){
		"/asset_report/create": func(s *tester) { s.assetReport() },
		"/asset_report/refresh": func(s *tester) {
			made := s.assetReport()
			s.good("/asset_report/refresh", object{"asset_report_token": made.text("asset_report_token"), "options": object{"webhook": hook}})
			s.advance(assetReportTime)
		},
		"/sandbox/item/set_verification_status": func(s *tester) {
			for _, status := range []string{statusAutomatic, statusExpired} {
				s.good("/sandbox/item/set_verification_status", with(s.awaitsDeposits(), object{"verification_status": status}))
			}
		},
		causeDeposits: func(s *tester) {
			s.awaitsDeposits()
			s.advance(oneDay)
		},
		"/transactions/refresh": func(s *tester) { s.good("/transactions/refresh", s.heard()) },
		"/sandbox/transactions/create": func(s *tester) {
			s.good("/sandbox/transactions/create", with(s.heard(), object{"transactions": []object{{
				"amount": -20.5, "date_posted": "2026-01-05", "date_transacted": "2025-12-22", "description": "A deposit",
			}}}))
		},
		causeDay: func(s *tester) {
			access := s.linkedWith("transactions")
			s.partner(s.processorToken(access, "dwolla"))
			s.good("/transactions/sync", object{"access_token": access})
			s.good("/transactions/recurring/get", object{"access_token": access})
			s.advance(28 * oneDay)
		},
		causeReady: func(s *tester) {
			s.linkedWith("transactions")
			partner := s.partner(s.good("/sandbox/processor_token/create", object{"institution_id": "ins_109508"}).text("processor_token"))
			s.post("/processor/transactions/sync", partner)
		},
		causeHosted: func(s *tester) {
			token := s.tokenFor(object{"hosted_link": object{}, "webhook": hook})
			s.in(func(w *world.World) {
				_, err := RunLink(w, HeadlessLink{LinkToken: token, Institution: "ins_109508"})
				require.NoError(s.t, err)
			})
		},
		causeRepaired: func(s *tester) {
			item := s.linked(hook)
			s.good("/sandbox/item/reset_login", item)
			token := s.tokenFor(with(item, object{"products": absent{}}))
			s.in(func(w *world.World) {
				_, err := RunLink(w, HeadlessLink{LinkToken: token})
				require.NoError(s.t, err)
			})
		},
		"/investments/refresh": func(s *tester) {
			s.good("/investments/refresh", object{"access_token": s.linkedWith(allHeard...)})
		},
		"/sandbox/item/reset_login": func(s *tester) { s.good("/sandbox/item/reset_login", s.linked(hook)) },
		"/sandbox/user/reset_login": func(s *tester) {
			item := s.linked(hook)
			id := s.good("/item/get", item).text("item", "item_id")
			s.good("/sandbox/user/reset_login", object{"item_ids": []string{id, id}})
			require.Equal(s.t, "ITEM_LOGIN_REQUIRED", s.post("/auth/get", item).text("error_code"))
			s.refused("/sandbox/user/reset_login", object{"item_ids": []string{id, "x"}}, wrong{
				key: "ITEM_ERROR/ITEM_NOT_FOUND", message: errItemNotFound.Message,
			})
			s.good("/sandbox/user/reset_login", object{"user_id": "u"})
		},
		"/sandbox/payment/simulate": func(s *tester) {
			recipient := s.good("/payment_initiation/recipient/create", object{"name": "N", "iban": "GB29NWBK60161331926819"}).text("recipient_id")
			id := s.good("/payment_initiation/payment/create", object{
				"recipient_id": recipient, "reference": "R", "amount": object{"currency": "GBP", "value": 100.5},
			}).text("payment_id")
			s.good("/sandbox/payment/simulate", object{"payment_id": id, "webhook": hook, "status": "PAYMENT_STATUS_INITIATED"})
		},
		"/processor/token/webhook/update": func(s *tester) { s.partner(s.processorToken(s.accessToken(), "dwolla")) },
		"/statements/refresh": func(s *tester) {
			s.good("/statements/refresh", object{
				"access_token": s.linkedWith(allHeard...), "start_date": "2025-10-01", "end_date": "2025-12-01",
			})
			s.advance(statementsTime)
		},
		"/sandbox/transfer/simulate": func(s *tester) {
			id := s.transferOf(s.accessToken("transfer"), nil).text("transfer", "id")
			s.good("/sandbox/transfer/simulate", object{"transfer_id": id, "event_type": "posted", "webhook": hook})
		},
		"/sandbox/transfer/refund/simulate": (*tester).refund,
		"/sandbox/transfer/sweep/simulate":  func(s *tester) { s.good("/sandbox/transfer/sweep/simulate", object{"webhook": hook}) },
		"/sandbox/transfer/ledger/simulate_available": func(s *tester) {
			s.good("/sandbox/transfer/ledger/simulate_available", object{"webhook": hook})
		},
		"/item/webhook/update": func(s *tester) {
			s.good("/item/webhook/update", object{"access_token": s.accessToken(), "webhook": hook})
		},
	}
}

// assetReport makes an asset report with a webhook.
func (s *tester) assetReport() reply {
	s.t.Helper()
	made := s.good("/asset_report/create", object{
		"access_tokens": []string{s.accessToken("assets")}, "days_requested": 30, "options": object{"webhook": hook},
	})
	s.advance(assetReportTime)
	return made
}

// Each cause of a webhook sends it, and nothing that happens sends one that is not said.
func TestCauses(t *testing.T) {
	t.Parallel()
	told := map[string][]string{} // by cause
	for _, kind := range contract.Webhooks() {
		for _, cause := range causes[kind.Schema] {
			told[cause] = append(told[cause], kind.Schema)
		}
	}
	all := happenings()
	for cause, schemas := range told {
		require.NotNil(t, all[cause], cause)
		t.Run(cause, func(t *testing.T) {
			t.Parallel()
			s := serve(t)
			all[cause](s)
			sent := map[string]bool{}
			for _, m := range s.outbox() {
				known := false
				for _, schema := range s.sentSchemas(m) {
					sent[schema] = true
					known = known || len(causes[schema]) > 0
				}
				require.True(t, known, "nothing causes %s", m.Name)
			}
			for _, schema := range schemas {
				require.True(t, sent[schema], "%s is not sent", schema)
			}
		})
	}
	for cause := range all {
		require.NotEmpty(t, told[cause], cause)
	}
}

// Calls that fire webhooks without a reason send those that they are said to.
func TestSandboxFires(t *testing.T) {
	t.Parallel()
	s := serve(t)
	id := s.good("/item/get", object{"access_token": s.accessToken()}).text("item", "item_id")
	user := object{"webhook": hook, "webhook_type": "CHECK_REPORT", "user_id": "usr_1"}
	for _, test := range []struct {
		path   string
		body   object
		schema string
		member string
		value  any
	}{
		{"/sandbox/income/fire_webhook", object{
			"item_id": id, "webhook": hook, "webhook_code": "INCOME_VERIFICATION", "user_id": "u",
			"verification_status": "VERIFICATION_STATUS_PROCESSING_FAILED",
		}, "IncomeVerificationStatusWebhook", "verification_status", "VERIFICATION_STATUS_PROCESSING_FAILED"},
		{"/sandbox/income/fire_webhook", object{
			"item_id": id, "webhook": hook, "webhook_code": "INCOME_VERIFICATION_RISK_SIGNALS",
		}, "IncomeVerificationRiskSignalsStatusWebhook", "item_id", id},
		{"/sandbox/bank_income/fire_webhook", object{
			"webhook_override": hook, "webhook_code": "BANK_INCOME_REFRESH_COMPLETE",
			"webhook_fields": object{"user_id": "u", "bank_income_refresh_complete_result": "FAILURE"},
		}, "BankIncomeRefreshCompleteWebhook", "result", "FAILURE"},
		{"/sandbox/bank_income/fire_webhook", object{
			"webhook_override": hook, "webhook_code": "BANK_INCOME_REFRESH_UPDATE", "webhook_fields": object{"user_id": "u"},
		}, "BankIncomeRefreshUpdateWebhook", "user_id", "u"},
		{"/sandbox/user/fire_webhook", with(user, object{"webhook_code": "CHECK_REPORT_READY"}), "CraCheckReportReadyWebhook", "user_id", "usr_1"},
		{"/sandbox/user/fire_webhook", with(user, object{"webhook_code": "CHECK_REPORT_FAILED"}), "CraCheckReportFailedWebhook", "user_id", "usr_1"},
		{"/sandbox/user/fire_webhook", with(user, object{"webhook_code": "USER_CHECK_REPORT_READY"}), "CraUserCheckReportReadyWebhook", "user_id", "usr_1"},
		{"/sandbox/user/fire_webhook", with(user, object{"webhook_code": "USER_CHECK_REPORT_FAILED"}), "CraUserCheckReportFailedWebhook", "user_id", "usr_1"},
		{"/sandbox/bank_transfer/fire_webhook", object{"webhook": hook}, "BankTransfersEventsUpdateWebhook", "webhook_type", "BANK_TRANSFERS"},
		{"/sandbox/transfer/fire_webhook", object{"webhook": hook}, "TransferEventsUpdateWebhook", "webhook_type", "TRANSFER"},
	} {
		n := len(s.outbox())
		s.good(test.path, test.body)
		sent := s.outbox()[n:]
		require.Len(t, sent, 1, test.path)
		require.Contains(t, s.sentSchemas(sent[0]), test.schema)
		require.Contains(t, CausesOf(webhookBy(test.schema).Webhook), test.path)
		var body object
		require.NoError(t, json.Unmarshal(sent[0].Body, &body))
		require.Equal(t, test.value, body[test.member], test.path)
	}
	no := invalidField("webhook_code must be a valid webhook code")
	s.refused("/sandbox/income/fire_webhook", object{"item_id": id, "webhook": hook, "webhook_code": "X"}, no)
	s.refused("/sandbox/user/fire_webhook", with(user, object{"webhook_code": "X"}), no)
	s.refused("/sandbox/bank_income/fire_webhook", object{"webhook_code": "X", "webhook_fields": object{"user_id": "u"}}, no)
	require.True(t, slices.ContainsFunc(webhooks(), func(h webhook) bool { return len(CausesOf(h.Webhook)) == 0 }))
}
