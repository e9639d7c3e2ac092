package plaid

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestLiabilities(t *testing.T) {
	t.Parallel()
	s := serve(t)
	item := object{"access_token": s.accessToken("liabilities")}
	r := s.good("/liabilities/get", item)
	require.Len(t, r.at("accounts"), 14)
	for kind, mask := range map[string]string{"credit": "3333", "student": "7777", "mortgage": "8888"} {
		require.Len(t, r.at("liabilities", kind), 1, kind)
		require.Equal(t, s.accountID(item["access_token"].(string), mask), r.text("liabilities", kind, 0, "account_id"))
	}
	for path, want := range map[string]string{
		"last_payment_date": "2025-12-22", "last_statement_issue_date": "2025-12-28", "next_payment_due_date": "2026-01-28",
	} {
		require.Equal(t, want, r.text("liabilities", "credit", 0, path))
		require.Equal(t, want, r.text("liabilities", "student", 0, path))
	}
	s.advance(23 * 24 * time.Hour) // Wednesday 2026-01-28
	r = s.good("/liabilities/get", item)
	require.Equal(t, "2026-01-28", r.text("liabilities", "credit", 0, "last_statement_issue_date"))
	require.Equal(t, "2026-02-28", r.text("liabilities", "credit", 0, "next_payment_due_date"))
	require.Equal(t, "2026-01-01", r.text("liabilities", "mortgage", 0, "last_payment_date"))
	require.Equal(t, "2026-02-15", r.text("liabilities", "mortgage", 0, "next_payment_due_date"))

	none := wrong{
		key:     "ITEM_ERROR/NO_LIABILITY_ACCOUNTS",
		message: "There are no valid liability account(s) associated with this Item. See https://plaid.com/docs/api/#item-errors for more information.",
	}
	access := item["access_token"].(string)
	s.refused("/liabilities/get", with(item, object{"options": object{"account_ids": []string{s.accountID(access, "0000")}}}), none)
	s.refused("/processor/liabilities/get", object{"processor_token": s.processorToken(access, "dwolla")}, none)
}

// What user_good holds adds up to the balance of each account, at the prices told.
func TestHoldings(t *testing.T) {
	t.Parallel()
	s := serve(t)
	access := s.accessToken("investments")
	r := s.good("/investments/holdings/get", object{"access_token": access})
	require.Len(t, r.at("accounts"), 3)
	number := func(path ...any) float64 {
		value, err := r.at(path...).(json.Number).Float64()
		require.NoError(t, err)
		return value
	}
	named := map[string]bool{}
	for n := range r.at("securities").([]any) {
		named[r.text("securities", n, "security_id")] = true
	}
	require.Len(t, named, 8)
	sum := map[string]float64{}
	for n := range r.at("holdings").([]any) {
		require.True(t, named[r.text("holdings", n, "security_id")])
		sum[r.text("holdings", n, "account_id")] += number("holdings", n, "institution_value")
		require.InDelta(t, number("holdings", n, "institution_value"),
			number("holdings", n, "quantity")*number("holdings", n, "institution_price"), 0.001)
		require.Equal(t, "2026-01-04", r.text("holdings", n, "institution_price_as_of"))
	}
	for n := range r.at("accounts").([]any) {
		if r.text("accounts", n, "type") == "investment" {
			require.InDelta(t, number("accounts", n, "balances", "current"), sum[r.text("accounts", n, "account_id")], 1e-6)
		}
	}
	other := s.good("/investments/holdings/get", object{"access_token": s.accessToken("investments")})
	require.Equal(t, r.at("securities"), other.at("securities"), "a security is the same for all who hold it")
	require.NotEqual(t, r.text("holdings", 0, "account_id"), other.text("holdings", 0, "account_id"))

	custom := s.good("/investments/holdings/get", object{"access_token": s.customToken(
		`{"override_accounts": [{"type": "investment", "subtype": "brokerage", "starting_balance": 12.5}]}`,
	)})
	require.Equal(t, json.Number("12.5"), custom.at("holdings", 0, "institution_value"))
	none := "There are no valid investment account(s) associated with this Item. See https://plaid.com/docs/api/#item-errors for more information."
	cash := s.customToken(`{"override_accounts": [{"type": "depository", "subtype": "checking"}]}`)
	s.refused("/investments/holdings/get", object{"access_token": cash}, wrong{key: "ITEM_ERROR/NO_INVESTMENT_ACCOUNTS", message: none})
	s.refused("/investments/auth/get", object{"access_token": cash}, wrong{key: "ITEM_ERROR/NO_INVESTMENT_AUTH_ACCOUNTS", message: none})
	auth := s.good("/investments/auth/get", object{"access_token": access})
	require.Len(t, auth.at("numbers", "acats"), 2)
	require.Equal(t, "TR5555", auth.text("numbers", "acats", 0, "account"))
	require.Equal(t, []any{"Alberta Bobbeth Charleson"}, auth.at("owners", 0, "names"))
	require.Equal(t, r.at("holdings"), auth.at("holdings"))
}

func TestInvestmentTransactions(t *testing.T) {
	t.Parallel()
	s := serve(t)
	access := s.accessToken("investments")
	ask := func(start, end string, options object) reply {
		return s.good("/investments/transactions/get", object{
			"access_token": access, "start_date": start, "end_date": end, "options": options,
		})
	}
	year := ask("2025-01-06", "2026-01-05", object{"count": 500})
	total, err := year.at("total_investment_transactions").(json.Number).Int64()
	require.NoError(t, err)
	require.InDelta(t, 4*365.0/tradePeriod, float64(total), 4)
	require.Len(t, year.at("investment_transactions"), int(total))
	last := "9999"
	for n := range year.at("investment_transactions").([]any) {
		date := year.text("investment_transactions", n, "date")
		require.LessOrEqual(t, date, last, "the newest first")
		last = date
	}
	paged := ask("2025-01-06", "2026-01-05", object{"count": 3, "offset": 2})
	require.Equal(t, year.at("investment_transactions").([]any)[2:5], paged.at("investment_transactions"))
	require.Equal(t, year.at("total_investment_transactions"), paged.at("total_investment_transactions"))
	require.Empty(t, ask("2026-01-06", "2027-01-01", nil).at("investment_transactions"), "nothing of the future")
	require.Empty(t, ask("2019-01-01", "2023-01-01", nil).at("investment_transactions"), "nothing before 24 periods")
	s.advance(30 * 24 * time.Hour)
	// The world's clock has moved a period on, so the login is stale: a new Item tells the rest.
	access = s.accessToken("investments")
	require.Len(t, ask("2026-01-06", "2026-02-04", nil).at("investment_transactions"), 4)
	for _, test := range []struct {
		start, end string
		options    object
		text       string
	}{
		{"x", "2026-01-01", nil, "start_date must be a string of the format 'YYYY-MM-DD'"},
		{"2026-01-01", "x", nil, "end_date must be a string of the format 'YYYY-MM-DD'"},
		{"2026-01-02", "2026-01-01", nil, "start_date must be before end_date"},
		{"2026-01-01", "2026-01-02", object{"count": 501}, "options.count must be an integer between 1 and 500"},
		{"2026-01-01", "2026-01-02", object{"offset": -1}, "options.offset must be a non-negative integer"},
	} {
		s.refused("/investments/transactions/get", object{
			"access_token": access, "start_date": test.start, "end_date": test.end, "options": test.options,
		}, invalidField(test.text))
	}
}

func TestInvestmentsRefresh(t *testing.T) {
	t.Parallel()
	s := serve(t)
	item := s.linked("https://app.example.com/hook")
	s.good("/investments/refresh", item)
	sent := s.outbox()
	require.Len(t, sent, 2)
	require.Contains(t, string(sent[0].Body), `"webhook_type": "HOLDINGS"`)
	require.Contains(t, string(sent[1].Body), `"webhook_type": "INVESTMENTS_TRANSACTIONS"`)
}
