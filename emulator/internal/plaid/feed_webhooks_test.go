package plaid

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tweed/emulator/internal/world"
)

// told are the webhooks that were sent from the n-th on: target, type, code, and what is
// asked of each.
func (s *tester) told(n int, members ...string) (out []string) {
	s.t.Helper()
	for _, m := range s.outbox()[n:] {
		var body object
		require.NoError(s.t, json.Unmarshal(m.Body, &body))
		line := fmt.Sprintf("%s %s/%s", m.Target, body["webhook_type"], body["webhook_code"])
		for _, name := range members {
			if value, ok := body[name]; ok {
				line += fmt.Sprintf(" %s=%v", name, value)
			}
		}
		out = append(out, line)
	}
	return out
}

const hook = "https://app.example.com/hook"

func TestTransactionWebhooks(t *testing.T) {
	t.Parallel()
	s := serve(t)
	access := s.exchange(s.good("/sandbox/public_token/create", object{
		"institution_id": "ins_109508", "initial_products": []string{"transactions"}, "options": object{"webhook": hook},
	}).text("public_token"))
	item := object{"access_token": access}
	require.Equal(t, []string{
		hook + " TRANSACTIONS/INITIAL_UPDATE new_transactions=16",
		hook + " TRANSACTIONS/HISTORICAL_UPDATE new_transactions=32",
	}, s.told(0, "new_transactions"), "SYNC_UPDATES_AVAILABLE is for those who sync")
	require.Equal(t, "HISTORICAL_UPDATE", s.good("/item/get", item).text("status", "last_webhook", "code_sent"))

	s.good("/transactions/refresh", item)
	require.Len(t, s.outbox(), 2, "there is nothing new")
	s.advance(4 * oneDay) // interest on the 9th
	require.Equal(t, []string{hook + " TRANSACTIONS/DEFAULT_UPDATE new_transactions=1"}, s.told(2, "new_transactions"))
	require.Equal(t, monday.Add(4*oneDay), s.outbox()[2].At, "at the time of day at which the product was added")

	s.good("/transactions/sync", item)
	s.advance(10 * time.Hour) // to the 10th, 00:30
	s.good("/transactions/refresh", item)
	require.Equal(t, []string{
		hook + " TRANSACTIONS/DEFAULT_UPDATE new_transactions=1",
		hook + " TRANSACTIONS/SYNC_UPDATES_AVAILABLE initial_update_complete=true historical_update_complete=true",
	}, s.told(3, "new_transactions", "initial_update_complete", "historical_update_complete"))
	s.advance(14 * time.Hour) // the daily check of the 10th finds nothing more
	require.Len(t, s.outbox(), 5)
	s.advance(oneDay)
	require.Len(t, s.outbox(), 7)

	s.good("/item/remove", item)
	s.advance(60 * oneDay)
	require.Len(t, s.outbox(), 7, "a removed Item is silent")
	s.in(func(w *world.World) { require.Zero(t, w.Scheduled()) })
}

func TestRemovedTransactionsWebhook(t *testing.T) {
	t.Parallel()
	s := serve(t)
	access := s.dynamicToken(object{"webhook": hook})
	item := object{"access_token": access}
	pending := s.mirror(access, nil).all()
	n := len(s.outbox())
	s.good("/transactions/refresh", item)
	require.Equal(t, []string{
		hook + " TRANSACTIONS/TRANSACTIONS_REMOVED", hook + " TRANSACTIONS/DEFAULT_UPDATE",
	}, s.told(n))
	var body struct {
		Removed []string `json:"removed_transactions"`
	}
	require.NoError(t, json.Unmarshal(s.outbox()[n].Body, &body))
	require.Len(t, body.Removed, 4)
	for _, id := range body.Removed {
		require.Equal(t, true, pending[id]["pending"])
	}
}

// A partner hears of its account, an Item without a webhook of nothing.
func TestPartnersTransactionWebhooks(t *testing.T) {
	t.Parallel()
	s := serve(t)
	access := s.accessToken("transactions")
	require.Empty(t, s.outbox())
	s.in(func(w *world.World) { require.Zero(t, w.Scheduled(), "nobody listens") })
	partner := object{"processor_token": s.processorToken(access, "dwolla")}
	s.good("/processor/token/webhook/update", with(partner, object{"webhook": "https://partner.example.com/"}))
	s.advance(4 * oneDay) // interest on the 9th, at the savings account
	require.Len(t, s.outbox(), 1, "WEBHOOK_UPDATE_ACKNOWLEDGED")
	s.advance(oneDay) // SparkFun on the 10th, at the checking account
	checking := s.accountID(access, "0000")
	require.Equal(t, []string{
		"https://partner.example.com/ TRANSACTIONS/DEFAULT_UPDATE account_id=" + checking + " new_transactions=1",
	}, s.told(1, "account_id", "item_id", "new_transactions"))

	s.good("/item/webhook/update", object{"access_token": access, "webhook": hook})
	s.advance(oneDay)
	require.Equal(t, []string{
		hook + " ITEM/WEBHOOK_UPDATE_ACKNOWLEDGED new_webhook_url=" + hook,
		hook + " TRANSACTIONS/DEFAULT_UPDATE new_transactions=2",
		"https://partner.example.com/ TRANSACTIONS/DEFAULT_UPDATE new_transactions=2",
	}, s.told(2, "new_webhook_url", "new_transactions"))
}

// An Item that needs a new login gets no data, and its webhooks go on when it is well.
func TestNoTransactionsOfAnItemInTrouble(t *testing.T) {
	t.Parallel()
	s := serve(t)
	access := s.exchange(s.good("/sandbox/public_token/create", object{
		"institution_id": "ins_109508", "initial_products": []string{"transactions"}, "options": object{"webhook": hook},
	}).text("public_token"))
	s.good("/sandbox/item/reset_login", object{"access_token": access})
	n := len(s.outbox())
	s.advance(5 * oneDay)
	require.Len(t, s.outbox(), n)
	for _, path := range []string{"/transactions/sync", "/transactions/refresh", "/transactions/recurring/get"} {
		require.Equal(t, "ITEM_LOGIN_REQUIRED", s.post(path, object{"access_token": access}).text("error_code"))
	}
	s.in(func(w *world.World) {
		item, _ := itemByToken.First(w, access)
		item.Error = ""
		items.Put(w, item.ID, item)
		require.Zero(t, w.Scheduled())
	})
	s.good("/transactions/get", span(access, "2026-01-01", "2026-01-02", nil))
	s.advance(oneDay)
	require.Equal(t, []string{hook + " TRANSACTIONS/DEFAULT_UPDATE new_transactions=2"}, s.told(n, "new_transactions"))
}

func TestFireWebhook(t *testing.T) {
	t.Parallel()
	s := serve(t)
	access := s.exchange(s.good("/sandbox/public_token/create", object{
		"institution_id": "ins_109508", "initial_products": []string{"assets", "auth", "identity", "investments", "liabilities", "transactions"},
		"options": object{"webhook": hook},
	}).text("public_token"))
	item := object{"access_token": access}
	seen := len(s.outbox())
	for _, f := range firings {
		h := webhookBy(f.schema)
		r := s.good("/sandbox/item/fire_webhook", with(item, object{"webhook_code": h.Code, "webhook_type": h.Type}))
		require.Equal(t, true, r.at("webhook_fired"))
		require.Equal(t, []string{hook + " " + h.Type + "/" + h.Code}, s.told(seen), f)
		seen++
		require.Equal(t, h.Code, s.good("/item/get", item).text("status", "last_webhook", "code_sent"))
	}
	s.good("/sandbox/item/fire_webhook", with(item, object{"webhook_code": "DEFAULT_UPDATE"}))
	require.Equal(t, []string{hook + " TRANSACTIONS/DEFAULT_UPDATE new_transactions=0"}, s.told(seen, "new_transactions"))

	s.refused("/sandbox/item/fire_webhook", with(item, object{"webhook_code": "NO_SUCH_CODE"}),
		invalidField("webhook_code must be a valid webhook code"))
	s.refused("/sandbox/item/fire_webhook", object{"access_token": s.accessToken(), "webhook_code": "DEFAULT_UPDATE"}, wrong{
		key:     "SANDBOX_ERROR/SANDBOX_WEBHOOK_INVALID",
		message: "Webhook for this item is either not set up, or invalid. Please update the item's webhook and try again.",
	})
	s.refused("/sandbox/item/fire_webhook", with(s.linked(hook), object{"webhook_code": "SYNC_UPDATES_AVAILABLE"}), wrong{
		key: "SANDBOX_ERROR/SANDBOX_PRODUCT_NOT_ENABLED", message: "The transactions product is not enabled on this item",
	})
}

func TestItemWebhookUpdate(t *testing.T) {
	t.Parallel()
	s := serve(t)
	item := s.linked(hook)
	r := s.good("/item/webhook/update", with(item, object{"webhook": "https://plaid.com/webhook-test"}))
	require.Equal(t, "https://plaid.com/webhook-test", r.text("item", "webhook"))
	require.Equal(t, []string{"https://plaid.com/webhook-test ITEM/WEBHOOK_UPDATE_ACKNOWLEDGED"}, s.told(0))
	require.Empty(t, s.good("/item/webhook/update", with(item, object{"webhook": nil})).text("item", "webhook"))
	require.Len(t, s.outbox(), 1, "there is nobody to tell")
	s.refused("/item/webhook/update", with(item, object{"webhook": "ABCDEFG1234567"}),
		invalidField("webhook must be a non-empty string URL"))
}

func TestItemImport(t *testing.T) {
	t.Parallel()
	s := serve(t)
	body := object{
		"products": []string{"identity", "auth"}, "user_auth": object{"user_id": "user_good", "auth_token": "pass_good"},
		"options": object{"webhook": hook},
	}
	r := s.good("/item/import", body)
	item := s.good("/item/get", object{"access_token": r.text("access_token")})
	require.Equal(t, []any{"auth", "identity"}, item.at("item", "billed_products"))
	require.Equal(t, hook, item.text("item", "webhook"))
	other := s.good("/item/import", with(body, object{"institution_id": "ins_109509"}))
	require.Equal(t, "ins_109509", s.good("/item/get", object{"access_token": other.text("access_token")}).text(
		"item", "institution_id"))
	s.refused("/item/import", with(body, object{"products": []string{}}),
		invalidField("products must be a list of strings containing at least one product"))
	s.refused("/item/import", with(body, object{"user_auth": object{"user_id": "nobody"}}), invalidCredentials)
	s.refused("/item/import", with(body, object{"institution_id": "ins_0"}), invalidInstitution)
}

func TestSandboxTransactionsCreate(t *testing.T) {
	t.Parallel()
	s := serve(t)
	access := s.dynamicToken(nil)
	one := object{"amount": -20.5, "date_posted": "2026-01-05", "date_transacted": "2025-12-22", "description": "A deposit"}
	create := func(list ...object) object { return object{"access_token": access, "transactions": list} }
	s.good("/sandbox/transactions/create", create(one, with(one, object{"iso_currency_code": "CAD"})))
	r := s.good("/transactions/get", span(access, "2026-01-05", "2026-01-05", object{"include_original_description": true}))
	var made []int
	for n := range r.at("transactions").([]any) {
		if r.text("transactions", n, "name") == "A deposit" {
			made = append(made, n)
		}
	}
	require.Len(t, made, 2)
	got := r.at("transactions", made[0]).(object)
	require.Equal(t, []any{json.Number("-20.5"), "2025-12-22", false, "A deposit", "USD"}, []any{
		got["amount"], got["authorized_date"], got["pending"], got["original_description"], got["iso_currency_code"],
	})
	require.Equal(t, "CAD", r.text("transactions", made[1], "iso_currency_code"))
	require.Equal(t, s.accountID(access, "0000"), got["account_id"])

	outside := func(n int, name string) wrong {
		return invalidField(fmt.Sprintf(
			"transactions[%d].%s must be the present date or a date up to 14 days in the past", n, name))
	}
	free := with(one, nil)
	delete(free, "amount")
	eleven := make([]object, 11)
	for n := range eleven {
		eleven[n] = one
	}
	for name, test := range map[string]struct {
		body object
		want wrong
	}{
		"none":      {create([]object{}...), invalidField("transactions must have 1 to 10 members")},
		"eleven":    {create(eleven...), invalidField("transactions must have 1 to 10 members")},
		"too old":   {create(one, with(one, object{"date_transacted": "2025-12-21"})), outside(1, "date_transacted")},
		"tomorrow":  {create(with(one, object{"date_posted": "2026-01-06"})), outside(0, "date_posted")},
		"no amount": {create(free), missingFields("transactions[0].amount")},
		"another user": {
			with(create(one), object{"access_token": s.accessToken("transactions")}),
			invalidField("access_token must be that of an Item created with the user_transactions_dynamic test user"),
		},
		"no transactions": {with(create(one), object{"access_token": s.accessToken()}), wrong{
			key: "SANDBOX_ERROR/SANDBOX_PRODUCT_NOT_ENABLED", message: "The transactions product is not enabled on this item",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s.at(t).refused("/sandbox/transactions/create", test.body, test.want)
		})
	}
}
