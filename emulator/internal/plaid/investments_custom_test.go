package plaid

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

const customBroker = `{"override_accounts":[
	{"type":"investment","subtype":"brokerage","starting_balance":5000,
	"holdings":[
		{"institution_price":140.4,"institution_price_as_of":"2025-12-30","quantity":12,"currency":"USD",
			"security":{"ticker_symbol":"AAPL","name":"Apple","currency":"USD"}},
		{"institution_price":34.73,"cost_basis":30,"quantity":1,"security":{"isin":"US84470P1093"}},
		{"institution_price":2,"quantity":3,"currency":"BTC","security":{"ticker_symbol":"CUR:BTC","currency":"BTC"}},
		{"institution_price":5.9,"quantity":20,"security":{"ticker_symbol":"F241108C00005000"}}],
	"investment_transactions":[
		{"date":"2025-12-01","name":"old","quantity":10,"price":10.5,"fees":20,"type":"buy","security":{"ticker_symbol":"AAPL"}},
		{"date":"2026-01-02","name":"sold","quantity":-2,"price":3,"type":"sell","security":{"ticker_symbol":"NET","cusip":"18915M107"}},
		{"date":"2026-01-02","name":"fee","fees":4.5,"type":"fee"},
		{"date":"2026-06-01","name":"future","quantity":1,"price":1,"type":"buy","security":{"ticker_symbol":"AAPL"}}]},
	{"type":"investment","subtype":"ira","holdings":[
		{"institution_price":1.1,"quantity":3,"security":{"cusip":"18915M107"}},
		{"institution_price":10,"quantity":2,"security":{"ticker_symbol":"AAPL"}}]},
	{"type":"investment","subtype":"401k","starting_balance":7,"holdings":[]}
]}`

// What the JSON of a custom user says is held is what is held.
func TestCustomHoldings(t *testing.T) {
	t.Parallel()
	s := serve(t)
	access := s.customToken(customBroker)
	r := s.good("/investments/holdings/get", object{"access_token": access})
	require.Len(t, r.at("holdings"), 6)
	for n, want := range []struct{ value, asOf, ticker, kind, cost any }{
		{json.Number("1684.8"), "2025-12-30", "AAPL", "equity", nil},
		{json.Number("34.73"), "2026-01-04", "SBSI", "equity", json.Number("30")},
		{json.Number("6"), "2026-01-04", "CUR:BTC", "cryptocurrency", nil},
		{json.Number("118"), "2026-01-04", "F241108C00005000", "derivative", nil},
		{json.Number("3.3"), "2026-01-04", "NET", "equity", nil},
		{json.Number("20"), "2026-01-04", "AAPL", "equity", nil},
	} {
		require.Equal(t, want.value, r.at("holdings", n, "institution_value"), n)
		require.Equal(t, want.asOf, r.at("holdings", n, "institution_price_as_of"), n)
		require.Equal(t, want.cost, r.at("holdings", n, "cost_basis"), n)
		found := false
		for m := range r.at("securities").([]any) {
			if r.text("securities", m, "security_id") == r.text("holdings", n, "security_id") {
				require.False(t, found, "each security once")
				found = true
				require.Equal(t, want.ticker, r.at("securities", m, "ticker_symbol"), n)
				require.Equal(t, want.kind, r.at("securities", m, "type"), n)
			}
		}
		require.True(t, found, n)
	}
	require.Equal(t, r.text("holdings", 0, "security_id"), r.text("holdings", 5, "security_id"), "by the ticker")
	require.Nil(t, r.at("holdings", 2, "iso_currency_code"))
	require.Equal(t, "BTC", r.text("holdings", 2, "unofficial_currency_code"))
	for n, balance := range []string{"5000", "23.3", "7"} {
		require.Equal(t, json.Number(balance), r.at("accounts", n, "balances", "current"), "the JSON's, else the sum")
	}
	standard := s.good("/investments/holdings/get", object{"access_token": s.accessToken("investments")})
	require.Contains(t, standard.Body, r.text("holdings", 1, "security_id"), "what the Sandbox knows keeps its id")

	token := s.good("/processor/token/create", object{
		"access_token": access, "account_id": r.text("accounts", 1, "account_id"), "processor": "dwolla",
	}).text("processor_token")
	one := s.good("/processor/investments/holdings/get", object{"processor_token": token})
	require.Equal(t, r.at("holdings").([]any)[4:], one.at("holdings"))
	require.Len(t, one.at("securities"), 2)
}

// What the JSON says that happened is listed, the newest first, and nothing of the future.
func TestCustomInvestmentTransactions(t *testing.T) {
	t.Parallel()
	s := serve(t)
	access := s.customToken(customBroker)
	ask := func(start string) reply {
		return s.good("/investments/transactions/get", object{
			"access_token": access, "start_date": start, "end_date": "2026-12-31",
		})
	}
	all := ask("2020-01-01")
	require.Equal(t, json.Number("3"), all.at("total_investment_transactions"))
	for n, want := range []struct{ name, amount, fees, kind, subtype string }{
		{"sold", "-6", "0", "sell", "sell"},
		{"fee", "4.5", "4.5", "fee", "account fee"},
		{"old", "105", "20", "buy", "buy"},
	} {
		require.Equal(t, want.name, all.text("investment_transactions", n, "name"))
		require.Equal(t, json.Number(want.amount), all.at("investment_transactions", n, "amount"), want.name)
		require.Equal(t, json.Number(want.fees), all.at("investment_transactions", n, "fees"), want.name)
		require.Equal(t, want.kind, all.text("investment_transactions", n, "type"))
		require.Equal(t, want.subtype, all.text("investment_transactions", n, "subtype"))
	}
	require.Nil(t, all.at("investment_transactions", 1, "security_id"))
	require.Len(t, all.at("securities"), 2)
	require.Len(t, ask("2026-01-01").at("investment_transactions"), 2)
	require.Equal(t, all.at("investment_transactions"), ask("2020-01-01").at("investment_transactions"))

	held := s.good("/investments/holdings/get", object{"access_token": access})
	require.Equal(t, held.text("holdings", 0, "security_id"), all.text("investment_transactions", 2, "security_id"))
	require.Equal(t, held.text("holdings", 4, "security_id"), all.text("investment_transactions", 0, "security_id"))
	token := s.good("/processor/token/create", object{
		"access_token": access, "account_id": held.text("accounts", 0, "account_id"), "processor": "dwolla",
	}).text("processor_token")
	one := s.good("/processor/investments/transactions/get", object{
		"processor_token": token, "start_date": "2020-01-01", "end_date": "2026-12-31",
	})
	require.Equal(t, all.at("investment_transactions"), one.at("investment_transactions"))
}

func TestCustomInvestmentsRefused(t *testing.T) {
	t.Parallel()
	for member, want := range map[string]string{
		`"holdings":[{}]`: `holdings[0].security has no ticker_symbol, cusip or isin; one of them is needed`,
		`"holdings":[{"quantity":1e16,"security":{"isin":"1"}}]`: `holdings[0].quantity is 1e16; a number up to 1e15 is right`,
		`"holdings":[{"institution_price_as_of":"x","security":{"isin":"1"}}]`: `holdings[0].institution_price_as_of is "x"; ` +
			`a date such as 2026-01-31 is right`,
		`"investment_transactions":[{"date":"2026-01-02","type":"gift"}]`: `investment_transactions[0].type is "gift"; ` +
			`buy, sell, cash, fee or transfer is right`,
	} {
		_, err := parseCustom(`{"override_accounts":[{"type":"investment",` + member + `}]}`)
		require.EqualError(t, err, "override_accounts[0]."+want)
	}
}
