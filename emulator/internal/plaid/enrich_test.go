package plaid

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

// What is known of a description is what a transaction of a test user with it says.
func TestEnrich(t *testing.T) {
	t.Parallel()
	s := serve(t)
	order := object{"account_type": "depository", "transactions": []object{
		{"id": "1", "description": "Uber 063015 SF**POOL**", "amount": 5.4, "direction": "OUTFLOW", "iso_currency_code": "USD"},
		{
			"id": "2", "description": "wages", "amount": 100, "direction": "INFLOW", "iso_currency_code": "EUR",
			"location": object{"city": "Malakoff"},
		},
	}}
	r := s.good("/transactions/enrich", order)
	require.Len(t, r.at("enriched_transactions"), 2)
	require.Equal(t, json.Number("5.4"), r.at("enriched_transactions", 0, "amount"))
	uber := s.good("/transactions/get", span(s.accessToken("transactions"), "2025-12-01", "2026-01-05", object{"count": 500}))
	at := -1
	for n, name := range uber.texts("transactions", "name") {
		if name == "Uber 063015 SF**POOL**" {
			at = n
		}
	}
	require.NotEqual(t, -1, at)
	for _, member := range []string{"merchant_name", "personal_finance_category", "payment_channel", "website"} {
		require.Equal(t, uber.at("transactions", at, member), r.at("enriched_transactions", 0, "enrichments", member), member)
	}
	require.Equal(t, "Uber", r.text("enriched_transactions", 0, "enrichments", "counterparties", 0, "name"))
	require.Equal(t, "EUR", r.text("enriched_transactions", 1, "iso_currency_code"))
	require.Equal(t, "TRANSFER_IN", r.text("enriched_transactions", 1, "enrichments", "personal_finance_category", "primary"))
	require.Equal(t, "Malakoff", r.text("enriched_transactions", 1, "enrichments", "location", "city"))
	require.NotContains(t, r.at("enriched_transactions", 0, "enrichments"), "legacy_category_id")
	r = s.good("/transactions/enrich", with(order, object{"options": object{"include_legacy_category": true}}))
	require.Equal(t, "22016000", r.text("enriched_transactions", 0, "enrichments", "legacy_category_id"))

	s.refused("/transactions/enrich", with(order, object{"account_type": "loan"}),
		invalidField("account_type must be one of the following values: depository, credit"))
	one := object{"id": "1", "description": "x", "amount": -1, "direction": "OUTFLOW", "iso_currency_code": "USD"}
	s.refused("/transactions/enrich", with(order, object{"transactions": []object{one}}),
		invalidField("transactions[0].amount must be a number that is not negative"))
	s.refused("/transactions/enrich", with(order, object{"transactions": []object{with(one, object{"amount": 1, "direction": "UP"})}}),
		invalidField("transactions[0].direction must be one of the following values: INFLOW, OUTFLOW"))
	many := make([]object, 101)
	for n := range many {
		many[n] = with(one, object{"amount": 1})
	}
	s.refused("/transactions/enrich", with(order, object{"transactions": many}),
		invalidField("transactions must have no more than 100 members"))
}

// Every category of a transaction is in the list, with all that it is part of.
func TestCategories(t *testing.T) {
	t.Parallel()
	s := serve(t)
	r := s.raw("POST", "/categories/get", `{}`)
	listed := map[string]any{}
	last := ""
	for n, id := range r.texts("categories", "category_id") {
		require.Greater(t, id, last)
		listed[id], last = r.at("categories", n, "hierarchy"), id
	}
	require.Equal(t, []any{"Food and Drink"}, listed["13000000"])
	require.Equal(t, []any{"Food and Drink", "Restaurants"}, listed["13005000"])
	require.Equal(t, []any{"Food and Drink", "Restaurants", "Fast Food"}, listed["13005032"])
	require.Equal(t, []any{"Community"}, listed["12000000"])
	all := s.good("/transactions/get", span(s.accessToken("transactions"), "2025-11-01", "2026-01-05", object{"count": 500}))
	for n, id := range all.texts("transactions", "category_id") {
		require.Equal(t, all.at("transactions", n, "category"), listed[id], id)
	}
}
