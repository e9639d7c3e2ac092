package plaid

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

var mutated = wrong{
	key:     "TRANSACTIONS_ERROR/TRANSACTIONS_SYNC_MUTATION_DURING_PAGINATION",
	message: "Underlying transaction data changed since last page was fetched. Please restart pagination from last update.",
}

var foreignCursor = invalidField("cursor not associated with access_token")

// mirror is what an app keeps of an Item: it follows the changes.
type mirror struct {
	s      *tester
	ask    object
	cursor string
	rows   map[string]object // by transaction_id
}

// follow takes pages until there are no more, and counts what came.
func (m *mirror) follow() (added, modified, removed int) {
	m.s.t.Helper()
	for {
		r := m.s.good("/transactions/sync", with(m.ask, object{"cursor": m.cursor}))
		for _, list := range []string{"added", "modified"} {
			for n := range r.at(list).([]any) {
				id := r.text(list, n, "transaction_id")
				_, had := m.rows[id]
				require.Equal(m.s.t, list == "modified", had, "%s twice, or never added: %s", list, id)
				m.rows[id] = r.at(list, n).(object)
			}
		}
		for n := range r.at("removed").([]any) {
			id := r.text("removed", n, "transaction_id")
			require.Contains(m.s.t, m.rows, id)
			require.Equal(m.s.t, m.rows[id]["account_id"], r.at("removed", n, "account_id"))
			delete(m.rows, id)
		}
		added += len(r.at("added").([]any))
		modified += len(r.at("modified").([]any))
		removed += len(r.at("removed").([]any))
		m.cursor = r.text("next_cursor")
		if r.at("has_more") != true {
			return added, modified, removed
		}
	}
}

// all are the transactions of /transactions/get, by id.
func (m *mirror) all() map[string]object {
	r := m.s.good("/transactions/get", span(m.ask["access_token"].(string), "2000-01-01", "2030-01-01", object{"count": 500}))
	out := map[string]object{}
	for n := range r.at("transactions").([]any) {
		out[r.text("transactions", n, "transaction_id")] = r.at("transactions", n).(object)
	}
	return out
}

func (s *tester) mirror(access string, more object) *mirror {
	return &mirror{s: s, ask: with(object{"access_token": access}, more), rows: map[string]object{}}
}

// What an app has that follows the changes is what /transactions/get shows, at each step
// and by pages of any size: as days pass, by refreshes, by transactions that are made.
func TestSyncIsGet(t *testing.T) {
	t.Parallel()
	for _, count := range []int{1, 7, 500} {
		s := serve(t)
		access := s.dynamicToken(object{"transactions": object{"days_requested": 30}})
		m := s.mirror(access, object{"count": count})
		item := object{"access_token": access}
		step := func(do func()) (added, modified, removed int) {
			do()
			added, modified, removed = m.follow()
			require.Equal(t, m.all(), m.rows)
			return added, modified, removed
		}
		first, _, _ := step(func() {})
		require.Greater(t, first, 60)
		refresh := func() { s.good("/transactions/refresh", item) }

		pending := pendingOf(m.rows)
		require.Len(t, pending, 4)
		added, modified, removed := step(refresh)
		require.Equal(t, []int{8, 0, 4}, []int{added, modified, removed}, "the pending ones are posted, and there are new ones")
		for id, row := range m.rows {
			if was := row["pending_transaction_id"]; was != nil {
				require.Contains(t, pending, was)
				require.NotEqual(t, id, was)
				require.Equal(t, pending[was.(string)]["amount"], row["amount"])
			}
		}
		added, modified, removed = step(refresh)
		require.Equal(t, []int{8, 4, 4}, []int{added, modified, removed}, "the ones of the first refresh say more")
		added, _, removed = step(func() {
			s.good("/sandbox/transactions/create", with(item, object{"transactions": []object{{
				"amount": 1.25, "date_posted": "2026-01-05", "date_transacted": "2025-12-22", "description": "A purchase",
			}}}))
		})
		require.Equal(t, []int{1, 0}, []int{added, removed})
		added, _, _ = step(func() { s.advance(3 * oneDay) })
		require.Positive(t, added, "three days have passed")
		added, modified, removed = step(func() {})
		require.Zero(t, added+modified+removed)
	}
}

func pendingOf(rows map[string]object) map[string]object {
	out := maps.Clone(rows)
	maps.DeleteFunc(out, func(_ string, row object) bool { return row["pending"] != true })
	return out
}

// The order of changes: the last 30 days, the rest, then day by day.
func TestSyncOrder(t *testing.T) {
	t.Parallel()
	s := serve(t)
	access := s.accessToken("transactions")
	m := s.mirror(access, nil)
	r := s.good("/transactions/sync", m.ask)
	dates := r.texts("added", "date")
	require.Len(t, dates, 48)
	require.Equal(t, "2025-12-30", dates[0])
	require.Equal(t, "2025-12-10", dates[15])
	require.True(t, slices.IsSortedFunc(dates, func(a, b string) int { return -compareDates(a, b) }))
	require.Len(t, r.at("accounts"), 5, "only accounts that have transactions")
	require.Equal(t, r.Body[:100], s.good("/transactions/sync", with(m.ask, object{"cursor": ""})).Body[:100])

	s.advance(6 * oneDay)
	m.cursor = r.text("next_cursor")
	later := s.good("/transactions/sync", with(m.ask, object{"cursor": m.cursor}))
	require.Equal(t, []string{"2026-01-09", "2026-01-10", "2026-01-11", "2026-01-11"}, later.texts("added", "date"))
	again := s.good("/transactions/sync", with(m.ask, object{"cursor": m.cursor}))
	require.Equal(t, later.at("added"), again.at("added"), "a cursor that was used gives the same again")
	require.Equal(t, later.at("next_cursor"), again.at("next_cursor"))

	now := s.good("/transactions/sync", with(m.ask, object{"cursor": "now"}))
	require.Empty(t, now.at("added"))
	require.Equal(t, now.at("next_cursor"), again.at("next_cursor"))
}

func TestSyncOfOneAccount(t *testing.T) {
	t.Parallel()
	s := serve(t)
	access := s.accessToken("transactions")
	saving := s.accountID(access, "1111")
	ask := object{"access_token": access, "options": object{"account_id": saving}}
	r := s.good("/transactions/sync", ask)
	require.Len(t, r.at("added"), 6)
	require.Equal(t, []string{saving}, slices.Compact(r.texts("added", "account_id")))
	require.Equal(t, []string{saving}, r.texts("accounts", "account_id"))
	s.refused("/transactions/sync", object{"access_token": access, "cursor": r.text("next_cursor")}, foreignCursor)
	other := s.accountID(s.accessToken(), "0000")
	s.refused("/transactions/sync", object{"access_token": access, "options": object{"account_id": other}}, wrong{
		key: "INVALID_INPUT/INVALID_ACCOUNT_ID", message: "failed to find requested account ID for requested item",
	})
}

// Data that change between two pages are an error; a day without new transactions is none.
func TestSyncMutation(t *testing.T) {
	t.Parallel()
	s := serve(t)
	access := s.accessToken("transactions")
	ask := object{"access_token": access, "count": 5}
	page := s.good("/transactions/sync", ask).text("next_cursor")
	s.advance(oneDay) // 2026-01-06 has no transactions
	next := s.good("/transactions/sync", with(ask, object{"cursor": page}))
	require.Len(t, next.at("added"), 5)
	s.advance(4 * oneDay) // SparkFun on the 10th, interest on the 9th
	s.refused("/transactions/sync", with(ask, object{"cursor": page}), mutated)
	s.refused("/transactions/sync", with(ask, object{"cursor": next.text("next_cursor")}), mutated)
	m := s.mirror(access, object{"count": 5})
	added, _, _ := m.follow()
	require.Equal(t, 50, added)

	dynamic := s.dynamicToken(nil)
	page = s.good("/transactions/sync", object{"access_token": dynamic, "count": 5}).text("next_cursor")
	s.good("/transactions/refresh", object{"access_token": dynamic})
	s.refused("/transactions/sync", object{"access_token": dynamic, "count": 5, "cursor": page}, mutated)
}

func TestSyncRefused(t *testing.T) {
	t.Parallel()
	s := serve(t)
	access := s.accessToken("transactions")
	own := s.good("/transactions/sync", object{"access_token": access}).text("next_cursor")
	require.LessOrEqual(t, len(own), 256, "documented")
	raw, err := base64.StdEncoding.DecodeString(own)
	require.NoError(t, err)
	raw[len(raw)-7]++
	for name, test := range map[string]struct {
		body object
		want wrong
	}{
		"another Item's":  {object{"access_token": s.accessToken("transactions"), "cursor": own}, foreignCursor},
		"no base64":       {object{"cursor": "?"}, foreignCursor},
		"too short":       {object{"cursor": "AAAA"}, foreignCursor},
		"changed":         {object{"cursor": base64.StdEncoding.EncodeToString(raw)}, foreignCursor},
		"cursor a number": {object{"cursor": 1}, invalidField("cursor must be a non-empty string")},
		"count of 0":      {object{"count": 0}, invalidField("count must be an integer between 1 and 500")},
		"count of 501":    {object{"count": 501}, invalidField("count must be an integer between 1 and 500")},
		"days": {
			object{"options": object{"days_requested": 0}}, invalidField("options.days_requested must be an integer between 1 and 730"),
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s.at(t).refused("/transactions/sync", with(object{"access_token": access}, test.body), test.want)
		})
	}
}

// A partner sees its account, and no other.
func TestProcessorTransactions(t *testing.T) {
	t.Parallel()
	s := serve(t)
	access := s.accessToken("auth")
	partner := object{"processor_token": s.processorToken(access, "dwolla")}
	notEnabled := wrong{
		key: "ITEM_ERROR/PRODUCT_NOT_ENABLED",
		message: "A requested product was not enabled for the current access token. Please ensure it is included when " +
			"when initializing Link and create the Item again.",
	}
	s.refused("/processor/transactions/refresh", partner, notEnabled)
	s.refused("/processor/transactions/recurring/get", partner, notEnabled)
	s.refused("/transactions/refresh", object{"access_token": access}, notEnabled)
	s.refused("/transactions/recurring/get", object{"access_token": access}, notEnabled)

	checking := s.accountID(access, "0000")
	r := s.good("/processor/transactions/get", with(partner, object{"start_date": "2025-01-01", "end_date": "2026-12-31"}))
	require.Len(t, r.at("transactions"), 18)
	require.Equal(t, []string{checking}, slices.Compact(r.texts("transactions", "account_id")))
	require.Equal(t, checking, r.text("account", "account_id"))
	r = s.good("/processor/transactions/sync", with(partner, object{"count": 10}))
	require.Len(t, r.at("added"), 10)
	require.Equal(t, true, r.at("has_more"))
	r = s.good("/processor/transactions/sync", with(partner, object{"cursor": r.text("next_cursor")}))
	require.Len(t, r.at("added"), 8)
	r = s.good("/processor/transactions/recurring/get", partner)
	require.Len(t, r.at("outflow_streams"), 5)
	require.Len(t, r.at("inflow_streams"), 1)
	s.good("/processor/transactions/refresh", partner)

	s.refused("/processor/transactions/sync", with(partner, object{"options": object{
		"account_id": s.accountID(access, "1111"),
	}}), wrong{key: "INVALID_INPUT/INVALID_ACCOUNT_ID", message: "failed to find requested account ID for requested item"})
	s.good("/processor/token/permissions/set", with(partner, object{"products": []string{"auth"}}))
	for _, path := range []string{"sync", "refresh", "recurring/get"} {
		require.Equal(t, "INVALID_PRODUCT", s.post("/processor/transactions/"+path, partner).text("error_code"), path)
	}
}

func TestRecurring(t *testing.T) {
	t.Parallel()
	s := serve(t)
	access := s.accessToken("transactions")
	r := s.good("/transactions/recurring/get", object{"access_token": access})
	require.Equal(t, []string{"United Airlines", "INTRST PYMNT"}, r.texts("inflow_streams", "description"))
	require.Len(t, r.at("outflow_streams"), 12)
	for n := range 12 {
		require.Equal(t, "MONTHLY", r.text("outflow_streams", n, "frequency"))
		require.Equal(t, "MATURE", r.text("outflow_streams", n, "status"))
		require.Equal(t, true, r.at("outflow_streams", n, "is_active"))
	}
	byID := s.mirror(access, nil).all()
	interest := r.at("inflow_streams", 1).(object)
	for n, id := range interest["transaction_ids"].([]any) {
		require.Equal(t, "INTRST PYMNT", byID[id.(string)]["name"])
		require.Equal(t, []string{"2025-10-11", "2025-11-10", "2025-12-10"}[n], byID[id.(string)]["date"])
	}
	require.Equal(t, []any{"2025-10-11", "2025-12-10", "2026-01-09"}, []any{
		interest["first_date"], interest["last_date"], interest["predicted_next_date"],
	})
	saving := s.accountID(access, "1111")
	r = s.good("/transactions/recurring/get", object{
		"access_token": access, "account_ids": []string{saving}, "options": object{"personal_finance_category_version": "v1"},
	})
	require.Len(t, r.at("outflow_streams"), 1)
	require.Equal(t, "INCOME_WAGES", r.text("inflow_streams", 0, "personal_finance_category", "detailed"))

	custom := s.exchange(s.good("/sandbox/public_token/create", with(login("user_custom", `{"override_accounts":[
		{"type":"depository","subtype":"checking","transactions":[
			{"date_transacted":"2025-12-01","date_posted":"2025-12-01","amount":5,"description":"Over"},
			{"date_transacted":"2025-12-08","date_posted":"2025-12-08","amount":6,"description":"Over"},
			{"date_transacted":"2025-12-20","date_posted":"2025-12-20","amount":7,"description":"Irregular"},
			{"date_transacted":"2025-12-23","date_posted":"2025-12-23","amount":7,"description":"Irregular"},
			{"date_transacted":"2025-12-20","date_posted":"2025-12-20","amount":7,"description":"Once"},
			{"date_transacted":"2026-01-03","date_posted":"2026-01-03","amount":7,"description":"Once"}
	]}]}`), object{"initial_products": []string{"transactions"}})).text("public_token"))
	r = s.good("/transactions/recurring/get", object{"access_token": custom})
	require.Equal(t, []string{"Once", "Over"}, r.texts("outflow_streams", "description"))
	require.Equal(t, []string{"BIWEEKLY", "WEEKLY"}, r.texts("outflow_streams", "frequency"))
	require.Equal(t, []string{"EARLY_DETECTION", "TOMBSTONED"}, r.texts("outflow_streams", "status"))
	require.Equal(t, json.Number("5.5"), r.at("outflow_streams", 1, "average_amount", "amount"))
	require.Equal(t, false, r.at("outflow_streams", 1, "is_active"))
}
