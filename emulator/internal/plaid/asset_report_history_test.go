package plaid

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// report orders a report, or another one of it, and waits for it.
func (s *tester) report(path string, body object) (token object) {
	s.t.Helper()
	made := s.good(path, body)
	s.advance(assetReportTime)
	return object{"asset_report_token": made.text("asset_report_token")}
}

// reported is the account with a mask in a report.
func (s *tester) reported(r reply, mask string) object {
	s.t.Helper()
	for _, one := range r.at("report", "items", 0, "accounts").([]any) {
		if a := one.(object); a["mask"] == mask {
			return a
		}
	}
	require.Fail(s.t, "no account of the report has the mask "+mask)
	return nil
}

// moved are an account's transactions and balances, each with its date.
func moved(a object) (transactions, balances []string) {
	for _, one := range a["transactions"].([]any) {
		t := one.(object)
		transactions = append(transactions, t["date"].(string)+" "+t["original_description"].(string)+" "+
			t["amount"].(json.Number).String())
	}
	for _, one := range a["historical_balances"].([]any) {
		b := one.(object)
		balances = append(balances, b["date"].(string)+" "+b["current"].(json.Number).String())
	}
	return transactions, balances
}

// The numbers of the OpenAPI file's example: on the day before the end of a cycle, the days
// before it.
func TestAssetReportHistory(t *testing.T) {
	t.Parallel()
	s := serve(t)
	s.advance(8 * oneDay) // 2026-01-13; the cycle ends on 2026-01-14
	access := s.accessToken("assets")
	token := s.report("/asset_report/create", object{"access_tokens": []string{access}, "days_requested": 5})
	r := s.good("/asset_report/get", token)
	for _, tt := range []struct {
		mask                   string
		transactions, balances []string
	}{
		{
			"0000",
			[]string{
				"2026-01-10 SparkFun 89.4", "2026-01-11 McDonald's 12", "2026-01-11 Starbucks 4.33",
				"2026-01-12 United Airlines -500",
			},
			[]string{
				"2026-01-12 110", "2026-01-11 -390", "2026-01-10 -373.67", "2026-01-09 -284.27", "2026-01-08 -284.27",
			},
		},
		{
			"1111",
			[]string{"2026-01-09 INTRST PYMNT -4.22"},
			[]string{"2026-01-12 210", "2026-01-11 210", "2026-01-10 210", "2026-01-09 210", "2026-01-08 205.78"},
		},
		{ // what is owed
			"3333",
			[]string{"2026-01-12 Touchstone Climbing 78.5"},
			[]string{"2026-01-12 410", "2026-01-11 331.5", "2026-01-10 331.5", "2026-01-09 331.5", "2026-01-08 331.5"},
		},
		{
			"4444",
			[]string{"2026-01-13 ACH Electronic CreditGUSTO PAY 123456 5850"},
			[]string{
				"2026-01-12 49050", "2026-01-11 49050", "2026-01-10 49050", "2026-01-09 49050", "2026-01-08 49050",
			},
		},
		{"6666", nil, nil}, // investments
	} {
		transactions, balances := moved(s.reported(r, tt.mask))
		require.Equal(t, tt.transactions, transactions, tt.mask)
		require.Equal(t, tt.balances, balances, tt.mask)
	}

	plain := s.reported(r, "0000")["transactions"].([]any)[3].(object)
	require.Len(t, plain, 8)
	full := s.reported(s.good("/asset_report/get", with(token, object{"include_insights": true})), "0000")
	more := full["transactions"].([]any)[3].(object)
	for name := range plain {
		require.Equal(t, plain[name], more[name], name)
	}
	require.Equal(t, []any{"United Airlines", "22001000", "2026-01-11", "special"}, []any{
		more["merchant_name"], more["category_id"], more["date_transacted"], more["transaction_type"],
	})

	short := s.good("/asset_report/get", with(token, object{"options": object{"days_to_include": 1}}))
	transactions, balances := moved(s.reported(short, "0000"))
	require.Empty(t, transactions)
	require.Equal(t, []string{"2026-01-12 110"}, balances)
	none := s.report("/asset_report/refresh", with(token, object{"days_requested": 0}))
	transactions, balances = moved(s.reported(s.good("/asset_report/get", none), "4444"))
	require.Empty(t, append(transactions, balances...))

	// Later, and with the transactions product, it says the same; so does all that is made of it.
	listed := s.good("/transactions/get", span(access, "2026-01-12", "2026-01-12", nil))
	require.Contains(t, listed.texts("transactions", "transaction_id"), plain["transaction_id"])
	s.advance(20 * oneDay)
	require.Equal(t, r.at("report"), s.good("/asset_report/get", token).at("report"))
	filtered := s.report("/asset_report/filter", with(token, object{
		"account_ids_to_exclude": []string{s.accountID(access, "0000")},
	}))
	transactions, balances = moved(s.reported(s.good("/asset_report/get", filtered), "3333"))
	require.Equal(t, []string{"2026-01-29 United Airlines 500"}, transactions, "as of the moment of the filtering")
	require.Equal(t, "2026-01-28 -90", balances[4])
	copied := s.good("/asset_report/audit_copy/create", token).text("audit_copy_token")
	require.Equal(t, r.at("report"), s.good("/asset_report/audit_copy/get", object{"audit_copy_token": copied}).at("report"))
	wide := s.report("/asset_report/refresh", with(token, object{"days_requested": 365}))
	transactions, balances = moved(s.reported(s.good("/asset_report/get", wide), "4444"))
	require.Len(t, transactions, 12, "further back than the Item's own transactions")
	require.Len(t, balances, 365)
}

// What changes transactions after a report does not change the report, and what is pending does
// not count in a balance.
func TestAssetReportPending(t *testing.T) {
	t.Parallel()
	s := serve(t)
	access := s.dynamicToken(nil)
	s.good("/sandbox/transactions/create", object{"access_token": access, "transactions": []object{
		{"amount": 10.01, "date_transacted": "2026-01-04", "date_posted": "2026-01-05", "description": "Before"},
	}})
	token := s.report("/asset_report/create", object{"access_tokens": []string{access}, "days_requested": 1})
	r := s.good("/asset_report/get", token)
	checking := s.reported(r, "0000")
	pending, total := 0, 0.0
	for _, one := range checking["transactions"].([]any) {
		if one.(object)["pending"] == true {
			pending++
			continue
		}
		amount, err := one.(object)["amount"].(json.Number).Float64()
		require.NoError(t, err)
		total += amount
	}
	require.Equal(t, pendingPerRound, pending)
	before, err := checking["historical_balances"].([]any)[0].(object)["current"].(json.Number).Float64()
	require.NoError(t, err)
	require.InDelta(t, 110+total, before, 1e-9)
	transactions, _ := moved(checking)
	require.Contains(t, transactions, "2026-01-05 Before 10.01")

	s.advance(time.Hour)
	s.good("/transactions/refresh", object{"access_token": access})
	s.good("/sandbox/transactions/create", object{"access_token": access, "transactions": []object{
		{"amount": 20, "date_transacted": "2026-01-05", "date_posted": "2026-01-05", "description": "After"},
	}})
	require.Equal(t, r.at("report"), s.good("/asset_report/get", token).at("report"))
	fresh := s.report("/asset_report/refresh", token)
	transactions, _ = moved(s.reported(s.good("/asset_report/get", fresh), "0000"))
	require.Contains(t, transactions, "2026-01-05 After 20")
}
