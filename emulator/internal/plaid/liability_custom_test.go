package plaid

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

// What the JSON of a custom user says is owed is what is owed; the rest are standard terms.
func TestCustomLiabilities(t *testing.T) {
	t.Parallel()
	s := serve(t)
	access := s.customToken(`{"override_accounts":[
		{"type":"credit","subtype":"credit card","starting_balance":1245.67,"liability":{"type":"credit",
			"purchase_apr":16.99,"cash_apr":24.99,"last_payment_amount":250,"minimum_payment_amount":35,"is_overdue":true}},
		{"type":"loan","subtype":"student","liability":{"type":"student","origination_date":"2022-01-01","principal":45123,
			"nominal_apr":4.23,"guarantor":"ED","loan_name":"Loan","sequence_number":"7","repayment_plan_type":"interest only",
			"loan_status":{"type":"in school"},"pslf_status":{"estimated_eligibility_date":"2030-01-01","payments_made":2},
			"servicer_address":{"data":{"city":"Malakoff","country":"US"}},
			"repayment_model":{"type":"standard","non_repayment_months":12,"repayment_months":120}}},
		{"type":"loan","subtype":"student","liability":{"type":"student","principal":12000,"nominal_apr":0,
			"minimum_payment_amount":9,"expected_payoff_date":"2040-02-03","repayment_model":{"repayment_months":100}}},
		{"type":"credit","subtype":"credit card"}
	]}`)
	r := s.good("/liabilities/get", object{"access_token": access})
	for _, test := range []struct {
		want any
		path []any
	}{
		{json.Number("24.99"), []any{"credit", 0, "aprs", 0, "apr_percentage"}},
		{"cash_apr", []any{"credit", 0, "aprs", 0, "apr_type"}},
		{json.Number("16.99"), []any{"credit", 0, "aprs", 1, "apr_percentage"}},
		{json.Number("1245.67"), []any{"credit", 0, "aprs", 1, "balance_subject_to_apr"}},
		{json.Number("17.64"), []any{"credit", 0, "aprs", 1, "interest_charge_amount"}},
		{json.Number("1245.67"), []any{"credit", 0, "last_statement_balance"}},
		{json.Number("250"), []any{"credit", 0, "last_payment_amount"}},
		{json.Number("35"), []any{"credit", 0, "minimum_payment_amount"}},
		{true, []any{"credit", 0, "is_overdue"}},
		{json.Number("168.25"), []any{"credit", 1, "last_payment_amount"}},
		{json.Number("45123"), []any{"student", 0, "origination_principal_amount"}},
		{json.Number("4.23"), []any{"student", 0, "interest_rate_percentage"}},
		{"2022-01-01", []any{"student", 0, "origination_date"}},
		{[]any{"2022-01-01"}, []any{"student", 0, "disbursement_dates"}},
		{"2033-01-01", []any{"student", 0, "expected_payoff_date"}},
		{json.Number("461.8"), []any{"student", 0, "minimum_payment_amount"}},
		{"ED", []any{"student", 0, "guarantor"}},
		{"Loan", []any{"student", 0, "loan_name"}},
		{"7", []any{"student", 0, "sequence_number"}},
		{"interest-only", []any{"student", 0, "repayment_plan", "type"}},
		{"in school", []any{"student", 0, "loan_status", "type"}},
		{json.Number("2"), []any{"student", 0, "pslf_status", "payments_made"}},
		{"Malakoff", []any{"student", 0, "servicer_address", "city"}},
		{json.Number("120"), []any{"student", 1, "last_payment_amount"}},
		{json.Number("9"), []any{"student", 1, "minimum_payment_amount"}},
		{"2040-02-03", []any{"student", 1, "expected_payoff_date"}},
	} {
		require.Equal(t, test.want, r.at(append([]any{"liabilities"}, test.path...)...), test.path)
	}
	require.Len(t, r.at("liabilities", "credit", 0, "aprs"), 2)
	token := s.good("/processor/token/create", object{
		"access_token": access, "account_id": r.text("accounts", 1, "account_id"), "processor": "dwolla",
	}).text("processor_token")
	one := s.good("/processor/liabilities/get", object{"processor_token": token})
	require.Equal(t, r.at("liabilities", "student", 0), one.at("liabilities", "student", 0))
}

func TestCustomLiabilityRefused(t *testing.T) {
	t.Parallel()
	for member, want := range map[string]string{
		`"type":"car"`:                               `type is "car"; credit or student is right`,
		`"origination_date":"x"`:                     `origination_date is "x"; a date such as 2026-01-31 is right`,
		`"nominal_apr":-1`:                           `nominal_apr is -1; 0 to 100 percent a year is right`,
		`"repayment_model":{"type":"balloon"}`:       `repayment_model.type is "balloon"; standard is right`,
		`"repayment_model":{"repayment_months":1e4}`: `repayment_model.repayment_months is 1e4; 0 to 1200 months are right`,
	} {
		_, err := parseCustom(`{"override_accounts":[{"type":"loan","liability":{` + member + `}}]}`)
		require.EqualError(t, err, "override_accounts[0].liability."+want)
	}
}
