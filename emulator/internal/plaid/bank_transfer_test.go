package plaid

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// bankTransferOrder is a good request of /bank_transfer/create.
func (s *tester) bankTransferOrder(more object) object {
	s.t.Helper()
	access := s.accessToken("auth")
	return with(object{
		"access_token": access, "account_id": s.accountID(access, "0000"), "idempotency_key": "key", "type": "credit",
		"network": "ach", "amount": "1.00", "iso_currency_code": "USD", "description": "test", "ach_class": "ppd",
		"user": object{"legal_name": "Firstname Lastname"},
	}, more)
}

func TestBankTransferOrder(t *testing.T) {
	t.Parallel()
	s := serve(t)
	for _, test := range []struct {
		name string
		more object
		want wrong
	}{
		{"amount", object{"amount": "1"}, invalidField(`amount must be a positive decimal string with two digits of precision, e.g. "10.00"`)},
		{"nothing", object{"amount": "0.00"}, invalidField(`amount must be a positive decimal string with two digits of precision, e.g. "10.00"`)},
		{"currency", object{"iso_currency_code": "EUR"}, invalidField("iso_currency_code must be USD")},
		{"type", object{"type": "both"}, invalidField("type must be one of the following values: debit, credit")},
		{"network", object{"network": "rtp"}, invalidField("network must be one of the following values: ach, same-day-ach, wire")},
		{"class", object{"ach_class": absent{}}, invalidField("ach_class must be one of the following values: ccd, ppd, tel, web")},
		{"description", object{"description": "eleven char"}, invalidField("description must be no longer than 10 characters")},
		{"metadata", object{"metadata": object{"a": 1}}, invalidField("metadata must be an object of at most 50 strings")},
		{"origination", object{"origination_account_id": "x"}, invalidField("origination_account_id must be a valid origination account ID")},
		{"token", object{"access_token": "access-sandbox-00000000-0000-4000-8000-000000000000"}, wrong{
			key: "INVALID_INPUT/INVALID_ACCESS_TOKEN", message: "could not find matching access token",
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := s.at(t)
			s.refused("/bank_transfer/create", s.bankTransferOrder(test.more), test.want)
		})
	}
	order := s.bankTransferOrder(nil)
	order["account_id"] = s.accountID(order["access_token"].(string), "3333")
	s.refused("/bank_transfer/create", order, wrong{
		key:     "ITEM_ERROR/NO_AUTH_ACCOUNTS",
		message: "There are no valid checking or savings account(s) associated with this Item. See https://plaid.com/docs/api/#item-errors for more.",
	})
}

func TestBankTransferLife(t *testing.T) {
	t.Parallel()
	s := serve(t)
	order := s.bankTransferOrder(object{"type": "debit", "metadata": object{"b": "<&>", "a": "1"}})
	made := s.good("/bank_transfer/create", order)
	require.Equal(t, made.at("bank_transfer"), s.good("/bank_transfer/create", order).at("bank_transfer"), "idempotent")
	id := object{"bank_transfer_id": made.text("bank_transfer", "id")}
	require.Equal(t, "pending", made.text("bank_transfer", "status"))
	require.Equal(t, true, made.at("bank_transfer", "cancellable"))
	require.Equal(t, "011401533", made.text("bank_transfer", "user", "routing_number"))
	balance := func() string { return s.good("/bank_transfer/balance/get", object{}).text("balance", "available") }
	require.Equal(t, "0.00", balance())

	unknown := invalidField("bank_transfer_id must be a valid bank transfer ID")
	s.as("other", "secret").refused("/bank_transfer/get", id, unknown)
	s.refused("/bank_transfer/cancel", object{"bank_transfer_id": "x"}, unknown)
	s.refused("/sandbox/bank_transfer/simulate", with(id, object{"event_type": "pending"}),
		invalidField("event_type must be one of the following values: posted, failed, reversed"))
	transition := wrong{
		key:     "SANDBOX_ERROR/SANDBOX_TRANSFER_EVENT_TRANSITION_INVALID",
		message: "The provided simulated event type is incompatible with the current transfer status",
	}
	s.refused("/sandbox/bank_transfer/simulate", with(id, object{"event_type": "reversed"}), transition)
	s.good("/sandbox/bank_transfer/simulate", with(id, object{"event_type": "posted"}))
	require.Equal(t, "1.00", balance())
	require.Equal(t, false, s.good("/bank_transfer/get", id).at("bank_transfer", "cancellable"))
	s.refused("/bank_transfer/cancel", id, wrong{
		key: "BANK_TRANSFER_ERROR/BANK_TRANSFER_NOT_CANCELLABLE", message: "bank transfer not cancellable",
	})
	s.good("/sandbox/bank_transfer/simulate", with(id, object{"event_type": "reversed"}))
	require.Equal(t, object{"ach_return_code": "R01", "description": "Insufficient funds"},
		s.good("/bank_transfer/get", id).at("bank_transfer", "failure_reason"))
	require.Equal(t, "0.00", balance())

	credit := s.good("/bank_transfer/create", s.bankTransferOrder(object{"idempotency_key": "other", "amount": "2.50"}))
	require.Equal(t, "-2.50", balance(), "a credit counts as soon as it is made")
	s.good("/bank_transfer/cancel", object{"bank_transfer_id": credit.text("bank_transfer", "id")})
	require.Equal(t, "0.00", balance())

	types := func(r reply) (out []string) {
		for n := range r.at("bank_transfer_events").([]any) {
			out = append(out, r.text("bank_transfer_events", n, "event_type"))
		}
		return out
	}
	all := s.good("/bank_transfer/event/sync", object{"after_id": 0})
	require.Equal(t, []string{"pending", "posted", "reversed", "pending", "cancelled"}, types(all))
	require.Equal(t, []string{"posted", "reversed"}, types(s.good("/bank_transfer/event/sync", object{"after_id": 1, "count": 2})))
	require.Equal(t, []string{"cancelled", "pending"}, types(s.good("/bank_transfer/event/list", object{"bank_transfer_type": "credit"})))
	require.Equal(t, []string{"reversed"}, types(s.good("/bank_transfer/event/list", with(id, object{"event_types": []string{"reversed"}}))))
	require.Empty(t, types(s.as("other", "secret").good("/bank_transfer/event/sync", object{"after_id": 0})))
	s.refused("/bank_transfer/event/sync", object{"after_id": -1}, invalidField("after_id must be a non-negative integer"))
	s.refused("/bank_transfer/event/sync", object{"after_id": 0, "count": 26}, invalidField("count must be an integer between 1 and 25"))
	listed := s.good("/bank_transfer/list", object{"count": 1, "offset": 1})
	require.Equal(t, id["bank_transfer_id"], listed.text("bank_transfers", 0, "id"), "the newest first")
	require.Empty(t, s.good("/bank_transfer/list", object{"end_date": "2026-01-05T14:29:59Z"}).at("bank_transfers"))
	s.refused("/bank_transfer/list", object{"start_date": "2026-01-05"},
		invalidField("start_date must be a string of the format 'YYYY-MM-DDThh:mm:ssZ'"))
}

func TestMigrateAccount(t *testing.T) {
	t.Parallel()
	s := serve(t)
	good := object{"account_number": "100000000", "routing_number": "121122676", "account_type": "checking"}
	made := s.good("/transfer/migrate_account", good)
	access := made.text("access_token")
	numbers := s.good("/auth/get", object{"access_token": access})
	require.Equal(t, "100000000", numbers.text("numbers", "ach", 0, "account"))
	require.Equal(t, "121122676", numbers.text("numbers", "ach", 0, "routing"))
	require.Equal(t, made.text("account_id"), numbers.text("accounts", 0, "account_id"))
	decided := s.good("/transfer/authorization/create", object{
		"access_token": access, "account_id": made.text("account_id"), "type": "debit", "network": "ach", "amount": "10.00",
		"ach_class": "web", "user": object{"legal_name": "A B"},
	})
	require.Equal(t, "approved", decided.text("authorization", "decision"))
	require.Equal(t, "MIGRATED_ACCOUNT_ITEM", decided.text("authorization", "decision_rationale", "code"))
	s.refused("/bank_transfer/migrate_account", with(good, object{"account_number": "12a4"}), wrong{
		key: "INVALID_REQUEST/INVALID_ACCOUNT_NUMBER", message: "The provided account number was invalid.",
	})
	s.refused("/bank_transfer/migrate_account", with(good, object{"routing_number": "121122677"}),
		invalidField("routing_number must be a valid routing number"))
	s.refused("/bank_transfer/migrate_account", with(good, object{"account_type": "ira"}),
		invalidField("account_type must be one of the following values: checking, savings"))
}
