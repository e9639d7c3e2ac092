package plaid

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// authorize is a good request of /transfer/authorization/create for an account.
func (s *tester) authorize(access, mask string, more object) object {
	s.t.Helper()
	return with(object{
		"access_token": access, "account_id": s.accountID(access, mask), "type": "debit", "network": "ach",
		"amount": "10.00", "ach_class": "web", "user": object{"legal_name": "A B"},
	}, more)
}

// transferOf authorizes and makes a transfer from Plaid Checking.
func (s *tester) transferOf(access string, more object) reply {
	s.t.Helper()
	order := s.authorize(access, "0000", more)
	made := s.good("/transfer/authorization/create", order)
	require.Equal(s.t, "approved", made.text("authorization", "decision"))
	return s.good("/transfer/create", object{
		"access_token": access, "account_id": order["account_id"], "description": "rent",
		"authorization_id": made.text("authorization", "id"),
	})
}

// What the Sandbox decides follows from the balance and the state of the Item (documented).
func TestAuthorizationDecisions(t *testing.T) {
	t.Parallel()
	s := serve(t)
	good := s.accessToken("transfer")
	empty := s.customToken(`{"override_accounts": [{"type": "depository", "subtype": "checking", "starting_balance": 0, "meta": {"mask": "0000"}}]}`)
	logIn := s.accessToken("transfer")
	logInOrder := s.authorize(logIn, "0000", nil)
	s.good("/sandbox/item/reset_login", object{"access_token": logIn})
	for _, test := range []struct {
		name           string
		order          object
		decision, code string
	}{
		{"less than available", s.authorize(good, "0000", object{"amount": "99.99"}), "approved", ""},
		{"all that is available", s.authorize(good, "0000", object{"amount": "100.00"}), "approved", ""},
		{"more", s.authorize(good, "0000", object{"amount": "100.01"}), "declined", "NSF"},
		{"a credit", s.authorize(good, "0000", object{"amount": "100.01", "type": "credit", "ach_class": "ppd"}), "approved", ""},
		{"nothing available", s.authorize(empty, "0000", nil), "declined", "RISK"},
		{"login required", logInOrder, "user_action_required", "ITEM_LOGIN_REQUIRED"},
	} {
		r := s.good("/transfer/authorization/create", test.order)
		require.Equal(t, test.decision, r.text("authorization", "decision"), test.name)
		require.Equal(t, test.code, r.text("authorization", "decision_rationale", "code"), test.name)
		made := s.post("/transfer/create", object{
			"access_token": test.order["access_token"], "account_id": test.order["account_id"], "description": "d",
			"authorization_id": r.text("authorization", "id"),
		})
		if test.decision == "approved" {
			require.Equal(t, "pending", made.text("transfer", "status"), test.name)
			continue
		}
		s.matches(made, invalidField("authorization_id must be that of an approved authorization"))
	}
}

func TestAuthorizationErrors(t *testing.T) {
	t.Parallel()
	s := serve(t)
	access := s.accessToken("transfer")
	const path = "/transfer/authorization/create"
	for _, test := range []struct {
		name string
		mask string
		more object
		want wrong
	}{
		{"a credit card", "3333", nil, wrong{
			key: "TRANSFER_ERROR/TRANSFER_UNSUPPORTED_ACCOUNT_TYPE", message: "transfer account type not supported",
		}},
		{"web is for debits", "0000", object{"type": "credit"}, wrong{
			key: "TRANSFER_ERROR/TRANSFER_FORBIDDEN_ACH_CLASS", message: "specified ach_class is forbidden",
		}},
		{"a million by the same day", "0000", object{"network": "same-day-ach", "amount": "1000000.01"}, wrong{
			key:     "TRANSFER_ERROR/TRANSFER_NETWORK_LIMIT_EXCEEDED",
			message: "same-day-ach transaction amount cannot exceed 1000000.00",
		}},
		{"ledger", "0000", object{"ledger_id": "x"}, invalidField("ledger_id must be a valid ledger ID")},
		{"class", "0000", object{"ach_class": absent{}}, invalidField("ach_class must be one of the following values: ccd, ppd, tel, web")},
	} {
		s.refused(path, s.authorize(access, test.mask, test.more), test.want)
	}
	rtp := s.good(path, s.authorize(access, "0000", object{"network": "rtp", "type": "credit", "ach_class": absent{}}))
	require.Nil(t, rtp.at("authorization", "proposed_transfer", "ach_class"))

	order := s.authorize(access, "0000", object{"idempotency_key": "once"})
	first := s.good(path, order)
	require.Equal(t, first.at("authorization"), s.good(path, order).at("authorization"))
	id := object{"authorization_id": first.text("authorization", "id")}
	s.good("/transfer/authorization/cancel", id)
	s.refused("/transfer/authorization/cancel", id, wrong{
		key: "TRANSFER_ERROR/TRANSFER_NOT_CANCELLABLE", message: "transfer is not cancellable",
	})
	create := with(id, object{"access_token": access, "account_id": order["account_id"], "description": "rent"})
	s.refused("/transfer/create", create, invalidField("authorization_id must not be that of a cancelled authorization"))
	s.advance(48 * time.Hour)
	again := s.good(path, order).text("authorization", "id")
	require.NotEqual(t, id["authorization_id"], again, "the key is forgotten")
	create["authorization_id"] = again
	s.refused("/transfer/create", with(create, object{"amount": "10.01"}), invalidField("amount must be no more than the authorized amount"))
	s.refused("/transfer/create", with(create, object{"description": "eleven char"}),
		invalidField("description is too long for the network of the transfer"))
	s.advance(time.Hour)
	s.refused("/transfer/create", create, invalidField("authorization_id must not be that of an expired authorization"))
	s.refused("/transfer/get", object{}, invalidField("one of transfer_id and authorization_id must be provided"))
	s.refused("/transfer/get", object{"transfer_id": "x"}, invalidField("transfer_id must be a valid transfer ID"))
}

// A same-day entry after the cut-off is an ordinary one (documented).
func TestSameDayCutOff(t *testing.T) {
	t.Parallel()
	s := serve(t) // 09:30 in New York
	access := s.accessToken("transfer")
	network := func() string {
		r := s.good("/transfer/authorization/create", s.authorize(access, "0000", object{"network": "same-day-ach"}))
		return r.text("authorization", "proposed_transfer", "network")
	}
	require.Equal(t, "same-day-ach", network())
	s.advance(6*time.Hour - time.Second)
	require.Equal(t, "same-day-ach", network())
	s.advance(time.Second)
	require.Equal(t, "ach", network())
	s.advance(4*24*time.Hour + 18*time.Hour) // Saturday, 09:30
	require.Equal(t, "ach", network())
}

// The life of a debit, with what is in the ledger at each step.
func TestTransferLife(t *testing.T) {
	t.Parallel()
	s := serve(t)
	access := s.accessToken("transfer")
	made := s.transferOf(access, nil)
	id := object{"transfer_id": made.text("transfer", "id")}
	byAuthorization := object{"authorization_id": made.text("transfer", "authorization_id")}
	require.Equal(t, made.at("transfer"), s.good("/transfer/get", byAuthorization).at("transfer"))
	require.Equal(t, "2026-01-06", made.text("transfer", "expected_settlement_date"))
	require.Equal(t, "2026-01-09", made.text("transfer", "standard_return_window"))
	ledger := func(available, pending string) {
		t.Helper()
		require.Equal(t, object{"available": available, "pending": pending}, s.good("/transfer/ledger/get", object{}).at("balance"))
	}
	simulate := func(event string) {
		t.Helper()
		s.good("/sandbox/transfer/simulate", with(id, object{"event_type": event, "webhook": "https://example.com/hook"}))
	}
	give := object{"transfer_id": id["transfer_id"], "amount": "4.00", "idempotency_key": "refund"}
	ledger("0.00", "0.00")
	require.Nil(t, s.good("/transfer/get", id).at("transfer", "network_trace_id"))
	simulate("posted")
	ledger("0.00", "10.00")
	require.Len(t, s.good("/transfer/get", id).text("transfer", "network_trace_id"), 15)
	simulate("settled")
	ledger("0.00", "10.00")
	s.refused("/transfer/refund/create", give, invalidField("amount must be no more than the available balance of the ledger"))
	simulate("funds_available")
	ledger("10.00", "0.00")
	refund := s.good("/transfer/refund/create", give)
	require.Equal(t, refund.at("refund"), s.good("/transfer/refund/create", give).at("refund"))
	ledger("6.00", "0.00")
	s.refused("/transfer/refund/create", with(give, object{"idempotency_key": "more", "amount": "6.01"}),
		invalidField("amount must be no more than what is left of the transfer"))
	refundID := object{"refund_id": refund.text("refund", "id")}
	s.good("/sandbox/transfer/refund/simulate", with(refundID, object{"event_type": "refund.posted"}))
	s.good("/sandbox/transfer/refund/simulate", with(refundID, object{
		"event_type": "refund.returned", "failure_reason": object{"failure_code": "R02"},
	}))
	ledger("10.00", "0.00")
	require.Equal(t, object{"ach_return_code": "R02", "description": "Account closed", "failure_code": "R02"},
		s.good("/transfer/refund/get", refundID).at("refund", "failure_reason"))
	s.refused("/transfer/cancel", id, wrong{key: "TRANSFER_ERROR/TRANSFER_NOT_CANCELLABLE", message: "transfer is not cancellable"})

	var types []string
	synced := s.good("/transfer/event/sync", object{"after_id": 0})
	for n := range synced.at("transfer_events").([]any) {
		types = append(types, synced.text("transfer_events", n, "event_type"))
	}
	require.Equal(t, []string{
		"pending", "posted", "settled", "funds_available", "refund.pending", "refund.posted", "refund.returned",
	}, types)
	require.Equal(t, false, synced.at("has_more"))
	require.Equal(t, true, s.good("/transfer/event/sync", object{"after_id": 0, "count": 6}).at("has_more"))
	sent := s.outbox()
	require.Len(t, sent, 3, "one webhook for each simulation that names one")
	require.JSONEq(t, `{"environment": "sandbox", "webhook_code": "TRANSFER_EVENTS_UPDATE", "webhook_type": "TRANSFER"}`, string(sent[0].Body))
	s.as("other", "secret").refused("/transfer/get", id, invalidField("transfer_id must be a valid transfer ID"))
}

func TestLedgerSweeps(t *testing.T) {
	t.Parallel()
	s := serve(t)
	move := object{"amount": "50.00", "idempotency_key": "in", "network": "ach"}
	s.refused("/transfer/ledger/withdraw", move, invalidField("amount must be no more than the available balance of the ledger"))
	deposit := s.good("/transfer/ledger/deposit", move)
	require.Equal(t, "-50.00", deposit.text("sweep", "amount"), "on the account of the client")
	require.Equal(t, "manual", deposit.text("sweep", "trigger"))
	id := object{"sweep_id": deposit.text("sweep", "id")}
	s.refused("/sandbox/transfer/ledger/withdraw/simulate", with(id, object{"event_type": "sweep.posted"}),
		invalidField("sweep_id must be a valid sweep ID"))
	for _, event := range []string{"sweep.posted", "sweep.settled"} {
		s.good("/sandbox/transfer/ledger/deposit/simulate", with(id, object{"event_type": event}))
	}
	available := func() string { return s.good("/transfer/ledger/get", object{}).text("balance", "available") }
	require.Equal(t, "0.00", available())
	s.good("/sandbox/transfer/ledger/simulate_available", object{})
	require.Equal(t, "50.00", available())
	require.Equal(t, "funds_available", s.good("/transfer/sweep/get", object{"sweep_id": id["sweep_id"].(string)[:8]}).text("sweep", "status"))
	out := s.good("/transfer/ledger/withdraw", with(move, object{"idempotency_key": "out", "amount": "20.00"}))
	require.Equal(t, "30.00", available())
	s.good("/sandbox/transfer/ledger/withdraw/simulate", object{"sweep_id": out.text("sweep", "id"), "event_type": "sweep.failed"})
	require.Equal(t, "50.00", available())
	require.Len(t, s.good("/transfer/sweep/list", object{"status": "failed"}).at("sweeps"), 1)
}

// Transfers with a funding account are swept (documented).
func TestSweeps(t *testing.T) {
	t.Parallel()
	s := serve(t)
	access := s.accessToken("transfer")
	require.Nil(t, s.good("/sandbox/transfer/sweep/simulate", object{}).at("sweep"), "nothing to sweep")
	funding := object{"funding_account_id": "funding-1"}
	debit := s.transferOf(access, with(funding, object{"amount": "30.00"})).text("transfer", "id")
	s.transferOf(access, with(funding, object{"type": "credit", "ach_class": "ppd", "amount": "12.50"}))
	s.transferOf(access, nil) // of the ledger: never swept
	status := func() string {
		return s.good("/transfer/get", object{"transfer_id": debit}).text("transfer", "sweep_status")
	}
	require.Equal(t, "unswept", status())
	first := s.good("/sandbox/transfer/sweep/simulate", object{})
	require.Equal(t, "17.50", first.text("sweep", "amount"))
	require.Equal(t, "funding-1", first.text("sweep", "funding_account_id"))
	require.Equal(t, "swept", status())
	for _, event := range []string{"posted", "returned"} {
		s.good("/sandbox/transfer/simulate", object{"transfer_id": debit, "event_type": event})
	}
	back := s.good("/sandbox/transfer/sweep/simulate", object{})
	require.Equal(t, "-30.00", back.text("sweep", "amount"))
	require.Equal(t, "return_swept", status())
	require.Equal(t, "settled", s.good("/transfer/sweep/get", object{"sweep_id": first.text("sweep", "id")}).text("sweep", "status"))
	of := s.good("/transfer/sweep/list", object{"transfer_id": debit})
	require.Len(t, of.at("sweeps"), 2)
	require.Equal(t, back.text("sweep", "id"), of.text("sweeps", 0, "id"), "the newest first")
	events := s.good("/transfer/event/list", object{"transfer_id": debit, "event_types": []string{"swept", "return_swept"}})
	require.Equal(t, "-30.00", events.text("transfer_events", 0, "sweep_amount"))
	require.Equal(t, "30.00", events.text("transfer_events", 1, "sweep_amount"))
}
