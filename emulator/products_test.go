package emulator_test

import (
	"maps"
	"slices"
	"time"
)

// tour makes good calls, one after the other, and moves the world's clock.
type tour struct {
	call    func(path string, body fields) reply
	advance func(d time.Duration)
	access  string // of an Item with all products
	account string // Plaid Checking
}

// walk calls every operation of the products beyond those that fund an account.
func (w tour) walk() {
	made := w.call("/sandbox/public_token/create", fields{
		"institution_id": platypus,
		"initial_products": []string{
			"assets", "auth", "identity", "identity_match", "income_verification", "investments", "investments_auth",
			"liabilities", "signal", "statements", "transfer",
		},
		"options": fields{"statements": fields{"start_date": "2025-10-01", "end_date": "2025-12-31"}},
	})
	w.access = w.call("/item/public_token/exchange", fields{"public_token": made.text("public_token")}).text("access_token")
	all := accountIDs(w.call("/accounts/get", w.item()))
	w.account = all[0]
	w.bankTransfers()
	w.transfers()
	w.ledger()
	w.reports(all)
	w.statements()
	w.monitor()
	w.payments()
	w.partner("/processor/liabilities/get", all[7], nil)
	w.partner("/processor/investments/holdings/get", all[6], nil)
	w.partner("/processor/investments/transactions/get", all[6], fields{"start_date": "2025-11-01", "end_date": "2025-12-31"})
	simple := w.simple()
	for _, path := range slices.Sorted(maps.Keys(simple)) {
		w.call(path, simple[path])
	}
	w.call("/income/verification/taxforms/get", w.item())
	w.call("/categories/get", fields{})
	w.call("/transactions/enrich", fields{
		"account_type": "credit", "options": fields{"include_legacy_category": true}, "transactions": []fields{{
			"id": "1", "description": "McDonald's", "amount": 12, "direction": "OUTFLOW", "iso_currency_code": "USD",
		}},
	})
	w.recurring()
}

func (w tour) item() fields { return fields{"access_token": w.access} }

// simple are calls that need nothing but the Item, and leave nothing that another looks at.
func (w tour) simple() map[string]fields {
	return map[string]fields{
		"/liabilities/get":          w.item(),
		"/investments/holdings/get": w.item(),
		"/investments/auth/get":     w.item(),
		"/investments/refresh":      w.item(),
		"/investments/transactions/get": {
			"access_token": w.access, "start_date": "2025-11-01", "end_date": "2025-12-31",
			"options": fields{"count": 2, "offset": 1},
		},
		"/identity/match": {
			"access_token": w.access, "user": fields{
				"legal_name": "Alberta Charleson", "email_address": "accountholder0@example.com",
				"phone_number": "+11112223333", "address": fields{
					"street": "2992 Cameron Rd", "city": "Malakoff", "region": "NY", "postal_code": "14236", "country": "US",
				},
			},
			"options": fields{"account_ids": []string{w.account}},
		},
		"/signal/prepare":                   w.item(),
		"/income/verification/precheck":     {"employer": fields{"name": "Plaid"}},
		"/income/verification/paystubs/get": w.item(),
		"/bank_transfer/migrate_account": {
			"account_number": "100000000", "routing_number": "121122676", "account_type": "checking",
		},
		"/transfer/migrate_account": {
			"account_number": "100000001", "routing_number": "121122676", "account_type": "savings",
		},
	}
}

// partner makes a call with a processor token for an account, and returns the reply.
func (w tour) partner(path, account string, more fields) reply {
	made := w.call("/processor/token/create", fields{
		"access_token": w.access, "account_id": account, "processor": "dwolla",
	})
	body := fields{"processor_token": made.text("processor_token")}
	for name, value := range more {
		body[name] = value
	}
	return w.call(path, body)
}

// recurring makes two transfers on the time of a test clock, and an intent.
func (w tour) recurring() {
	clock := w.call("/sandbox/transfer/test_clock/create", fields{"virtual_time": "2026-02-02T12:00:00Z"})
	on := fields{"test_clock_id": clock.text("test_clock", "test_clock_id")}
	made := w.call("/transfer/recurring/create", fields{
		"access_token": w.access, "account_id": w.account, "idempotency_key": "key-1", "type": "debit", "network": "ach",
		"ach_class": "ppd", "amount": "1.00", "description": "rent", "user": fields{"legal_name": "A B"},
		"test_clock_id": on["test_clock_id"], "schedule": fields{
			"interval_unit": "week", "interval_count": 1, "interval_execution_day": 1, "start_date": "2026-02-03",
		},
	}).text("recurring_transfer", "recurring_transfer_id")
	w.call("/sandbox/transfer/test_clock/advance", fields{
		"test_clock_id": on["test_clock_id"], "new_virtual_time": "2026-02-17T12:00:00Z",
	})
	w.call("/sandbox/transfer/test_clock/get", on)
	w.call("/sandbox/transfer/test_clock/list", fields{})
	w.call("/transfer/recurring/get", fields{"recurring_transfer_id": made})
	w.call("/transfer/recurring/list", fields{})
	w.call("/transfer/recurring/cancel", fields{"recurring_transfer_id": made})
	intent := w.call("/transfer/intent/create", fields{
		"mode": "PAYMENT", "amount": "1.00", "description": "rent", "ach_class": "web", "user": fields{"legal_name": "A B"},
	})
	w.call("/transfer/intent/get", fields{"transfer_intent_id": intent.text("transfer_intent", "id")})
}

func (w tour) bankTransfers() {
	order := fields{
		"type": "debit", "network": "ach", "amount": "1.00", "iso_currency_code": "USD", "description": "test",
		"ach_class": "ppd", "user": fields{"legal_name": "A B"}, "metadata": fields{"b": "1", "a": "2"},
	}
	create := func(key string) fields {
		body := fields{"access_token": w.access, "account_id": w.account, "idempotency_key": key}
		for name, value := range order {
			body[name] = value
		}
		return body
	}
	made := w.call("/bank_transfer/create", create("key-1")).text("bank_transfer", "id")
	w.call("/bank_transfer/cancel", fields{"bank_transfer_id": made})
	order["idempotency_key"] = "key-2"
	made = w.partner("/processor/bank_transfer/create", w.account, order).text("bank_transfer", "id")
	w.call("/sandbox/bank_transfer/simulate", fields{"bank_transfer_id": made, "event_type": "posted"})
	w.call("/bank_transfer/get", fields{"bank_transfer_id": made})
	w.call("/bank_transfer/list", fields{"count": 2})
	w.call("/bank_transfer/event/list", fields{"event_types": []string{"pending", "posted"}})
	w.call("/bank_transfer/event/sync", fields{"after_id": 1})
	w.call("/bank_transfer/balance/get", fields{})
	w.call("/sandbox/bank_transfer/fire_webhook", fields{"webhook": "http://127.0.0.1:9/hook"})
}

// transfer authorizes and makes a transfer; its name is the authorization's idempotency_key.
func (w tour) transfer(name, kind, class string, more fields) (id string) {
	body := fields{
		"access_token": w.access, "account_id": w.account, "type": kind, "network": "ach", "amount": "10.00",
		"ach_class": class, "user": fields{"legal_name": "A B"}, "idempotency_key": name,
	}
	for name, value := range more {
		body[name] = value
	}
	return w.call("/transfer/create", fields{
		"access_token": w.access, "account_id": w.account, "description": "rent",
		"authorization_id": w.call("/transfer/authorization/create", body).text("authorization", "id"),
	}).text("transfer", "id")
}

func (w tour) transfers() {
	credit := w.transfer("credit", "credit", "ppd", nil)
	w.call("/transfer/cancel", fields{"transfer_id": credit})
	unused := w.call("/transfer/authorization/create", fields{
		"access_token": w.access, "account_id": w.account, "type": "debit", "network": "ach", "amount": "1000000.00",
		"ach_class": "web", "user": fields{"legal_name": "A B"},
	}).text("authorization", "id")
	w.call("/transfer/authorization/cancel", fields{"authorization_id": unused})
	debit := w.transfer("debit", "debit", "web", nil)
	for _, event := range []string{"posted", "settled", "funds_available"} {
		w.call("/sandbox/transfer/simulate", fields{"transfer_id": debit, "event_type": event})
	}
	give := func(key string) string {
		return w.call("/transfer/refund/create", fields{
			"transfer_id": debit, "amount": "1.00", "idempotency_key": key,
		}).text("refund", "id")
	}
	w.call("/transfer/refund/cancel", fields{"refund_id": give("refund-1")})
	kept := give("refund-2")
	w.call("/sandbox/transfer/refund/simulate", fields{"refund_id": kept, "event_type": "refund.posted"})
	w.call("/transfer/refund/get", fields{"refund_id": kept})
	w.call("/transfer/get", fields{"transfer_id": debit})

	w.transfer("swept", "debit", "web", fields{"funding_account_id": "8945fedc-e703-463d-86b1-dc0607b55460"})
	swept := w.call("/sandbox/transfer/sweep/simulate", fields{})
	w.call("/transfer/sweep/get", fields{"sweep_id": swept.text("sweep", "id")})
	w.call("/transfer/list", fields{"count": 3})
	w.call("/transfer/event/list", fields{"transfer_id": debit})
	w.call("/sandbox/transfer/fire_webhook", fields{"webhook": "http://127.0.0.1:9/hook"})
}

func (w tour) ledger() {
	deposit := w.call("/transfer/ledger/deposit", fields{
		"amount": "100.00", "idempotency_key": "deposit", "network": "ach",
	}).text("sweep", "id")
	for _, event := range []string{"sweep.posted", "sweep.settled"} {
		w.call("/sandbox/transfer/ledger/deposit/simulate", fields{"sweep_id": deposit, "event_type": event})
	}
	w.call("/sandbox/transfer/ledger/simulate_available", fields{})
	withdrawal := w.call("/transfer/ledger/withdraw", fields{
		"amount": "20.00", "idempotency_key": "withdrawal", "network": "ach",
	}).text("sweep", "id")
	w.call("/sandbox/transfer/ledger/withdraw/simulate", fields{"sweep_id": withdrawal, "event_type": "sweep.posted"})
	w.call("/transfer/ledger/get", fields{})
	w.call("/transfer/balance/get", fields{})
	w.call("/transfer/sweep/list", fields{})
	w.call("/transfer/event/sync", fields{"after_id": 0})
}

func (w tour) reports(accounts []string) {
	ordered := w.call("/asset_report/create", fields{
		"access_tokens": []string{w.access}, "days_requested": 7,
		"options": fields{"add_ons": []string{"investments"}, "user": fields{"last_name": "B", "first_name": "A"}},
	})
	token := fields{"asset_report_token": ordered.text("asset_report_token")}
	w.advance(time.Minute)
	w.call("/asset_report/get", token)
	w.call("/asset_report/pdf/get", token)
	w.call("/asset_report/filter", fields{
		"asset_report_token": token["asset_report_token"], "account_ids_to_exclude": accounts[1:],
	})
	refreshed := w.call("/asset_report/refresh", fields{"asset_report_token": token["asset_report_token"], "days_requested": 1})
	w.call("/asset_report/remove", fields{"asset_report_token": refreshed.text("asset_report_token")})
	audit := w.call("/asset_report/audit_copy/create", fields{
		"asset_report_token": token["asset_report_token"], "auditor_id": "fannie_mae",
	})
	copied := fields{"audit_copy_token": audit.text("audit_copy_token")}
	w.call("/asset_report/audit_copy/get", copied)
	w.call("/asset_report/audit_copy/pdf/get", copied)
	w.call("/asset_report/audit_copy/remove", copied)
}

func (w tour) statements() {
	w.call("/statements/refresh", fields{"access_token": w.access, "start_date": "2025-07-01", "end_date": "2025-07-31"})
	w.advance(time.Minute)
	listed := w.call("/statements/list", w.item())
	accounts, _ := listed.at("accounts").([]any)
	first, _ := accounts[0].(map[string]any)
	statements, _ := first["statements"].([]any)
	statement, _ := statements[0].(map[string]any)
	w.call("/statements/download", fields{"access_token": w.access, "statement_id": statement["statement_id"]})
}

// monitor is Identity Verification, Monitor and Signal.
func (w tour) monitor() {
	attempt := fields{"client_user_id": "user-1", "template_id": "idvtmp_1"}
	w.call("/identity_verification/create", fields{
		"client_user_id": "user-1", "template_id": "idvtmp_1", "is_shareable": true, "gave_consent": false,
		"user": fields{"name": fields{"given_name": "A", "family_name": "B"}, "email_address": "a@example.com"},
	})
	retried := w.call("/identity_verification/retry", fields{
		"client_user_id": "user-1", "template_id": "idvtmp_1", "strategy": "reset",
	})
	w.call("/identity_verification/get", fields{"identity_verification_id": retried.text("id")})
	w.call("/identity_verification/list", attempt)

	screening := w.call("/watchlist_screening/individual/create", fields{
		"search_terms":   fields{"watchlist_program_id": "prg_1", "legal_name": "Domingo Huang", "country": "US"},
		"client_user_id": "user-1",
	}).text("id")
	w.call("/watchlist_screening/individual/update", fields{
		"watchlist_screening_id": screening, "status": "pending_review", "search_terms": fields{"country": "CA"},
	})
	w.call("/watchlist_screening/individual/get", fields{"watchlist_screening_id": screening})
	w.call("/watchlist_screening/individual/list", fields{"watchlist_program_id": "prg_1"})

	w.call("/signal/evaluate", fields{
		"access_token": w.access, "account_id": w.account, "client_transaction_id": "t-1", "amount": 95.5,
	})
	w.call("/signal/decision/report", fields{"client_transaction_id": "t-1", "initiated": true})
	w.call("/signal/return/report", fields{"client_transaction_id": "t-1", "return_code": "R01"})
	w.partner("/processor/signal/evaluate", w.account, fields{"client_transaction_id": "t-2", "amount": 1})
	w.partner("/processor/signal/decision/report", w.account, fields{"client_transaction_id": "t-2", "initiated": true})
	w.partner("/processor/signal/return/report", w.account, fields{"client_transaction_id": "t-2", "return_code": "R10"})
	w.partner("/processor/signal/prepare", w.account, nil)
	w.partner("/processor/identity/match", w.account, fields{"user": fields{"legal_name": "Somebody Else"}})
}

func (w tour) payments() {
	recipient := fields{"recipient_id": w.call("/payment_initiation/recipient/create", fields{
		"name": "John Doe", "iban": "GB33BUKB20201555555555",
		"address": fields{"street": []string{"Street Name 999"}, "city": "City", "postal_code": "99999", "country": "GB"},
	}).text("recipient_id")}
	w.call("/payment_initiation/recipient/get", recipient)
	w.call("/payment_initiation/recipient/list", fields{})
	payment := fields{"payment_id": w.call("/payment_initiation/payment/create", fields{
		"recipient_id": recipient["recipient_id"], "reference": "TestPayment", "amount": fields{"currency": "GBP", "value": 100},
	}).text("payment_id")}
	w.call("/payment_initiation/payment/token/create", payment)
	w.call("/sandbox/payment/simulate", fields{
		"payment_id": payment["payment_id"], "status": "PAYMENT_STATUS_INITIATED", "webhook": "http://127.0.0.1:9/hook",
	})
	w.call("/payment_initiation/payment/get", payment)
	w.call("/payment_initiation/payment/list", fields{"count": 1})
}
