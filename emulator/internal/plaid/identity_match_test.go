package plaid

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestMatchNames(t *testing.T) {
	t.Parallel()
	const known = "Alberta Bobbeth Charleson"
	for _, test := range []struct {
		given string
		want  nameScore
	}{
		{"Alberta Bobbeth Charleson", nameScore{Score: 100, IsFirstNameOrLastNameMatch: true}},
		{"ALBERTA BOBBETH, CHARLESON.", nameScore{Score: 100, IsFirstNameOrLastNameMatch: true}},
		{"Charleson, Alberta Bobbeth", nameScore{Score: 100}},
		{"Alberta Charleson", nameScore{Score: 90, IsFirstNameOrLastNameMatch: true}},
		{"Albert Charleson", nameScore{Score: 75, IsFirstNameOrLastNameMatch: true, IsNicknameMatch: true}},
		{"Dora Charleson", nameScore{Score: 50, IsFirstNameOrLastNameMatch: true}},
		{"Alberta Smith", nameScore{Score: 50, IsFirstNameOrLastNameMatch: true}},
		{"Charleson LLC", nameScore{IsBusinessNameDetected: true}},
		{"Somebody Else", nameScore{}},
		{"...", nameScore{}},
	} {
		require.Equal(t, test.want, *matchNames(test.given, known), test.given)
	}
	require.True(t, nickname("Jenn", "Jennifer"))
	require.False(t, nickname("Jo", "John"))
}

func TestMatchOthers(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]int{
		"a.b@example.com": 100, "A.B@Example.com": 100, "a.b+plaid@example.com": 75, "a.b@example.org": 0, "": 0,
	} {
		require.Equal(t, want, matchEmails(" "+given, "a.b@example.com"), given)
	}
	for given, want := range map[string]int{
		"1112223333": 100, "+1 (111) 222-3333": 100, "1112223333 ext 55": 75, "1112223334": 0, "": 0, "none": 0,
	} {
		require.Equal(t, want, matchPhones(given, "1112223333"), given)
	}
	ny, ca, zip, long := "NY", "CA", "14236", "14236-0001"
	known := address{City: "Malakoff", Region: &ny, PostalCode: &zip, Street: "2992 Cameron Road"}
	for _, test := range []struct {
		given address
		want  addressScore
	}{
		{known, addressScore{true, 100}},
		{address{City: "malakoff", Region: &ny, PostalCode: &long, Street: "2992 cameron rd."}, addressScore{true, 100}},
		{address{City: "Malakoff", Region: &ca, PostalCode: &zip, Street: "2992 Cameron Road"}, addressScore{true, 90}},
		{address{City: "Malakoff", Region: &ny, PostalCode: &zip}, addressScore{true, 60}},
		{address{}, addressScore{}},
	} {
		require.Equal(t, test.want, *matchAddresses(test.given, known))
	}
}

// The best of several owners' values counts; what was not asked for is null.
func TestIdentityMatch(t *testing.T) {
	t.Parallel()
	s := serve(t)
	access := s.accessToken("identity_match")
	r := s.good("/identity/match", object{"access_token": access, "user": object{"email_address": "accountholder1@example.com"}})
	require.Len(t, r.at("accounts"), 14)
	require.Equal(t, json.Number("100"), r.at("accounts", 0, "email_address", "score"))
	for _, name := range []string{"legal_name", "phone_number", "address"} {
		require.Nil(t, r.at("accounts", 0, name))
	}
	require.Nil(t, r.at("accounts", 0, "balances", "current"), "balances are always null")
	partner := object{"processor_token": s.processorToken(access, "dwolla")}
	one := s.good("/processor/identity/match", with(partner, object{"user": object{"legal_name": "Alberta Charleson"}}))
	require.Equal(t, json.Number("90"), one.at("account", "legal_name", "score"))
	s.permit(partner, "auth")
	s.refused("/processor/identity/match", partner, wrong{
		key: "INVALID_INPUT/INVALID_PRODUCT", message: `client is not authorized to access the following products: ["identity"]`,
	})
}

func TestSignal(t *testing.T) {
	t.Parallel()
	s := serve(t)
	access := s.accessToken("signal")
	ask := object{"access_token": access, "account_id": s.accountID(access, "0000"), "amount": 10, "client_transaction_id": "t"}
	r := s.good("/signal/evaluate", ask)
	require.Equal(t, "ACCEPT", r.text("ruleset", "result"))
	require.Equal(t, "default", r.text("ruleset", "ruleset_key"))
	require.Equal(t, json.Number("100"), r.at("core_attributes", "available_balance"))
	s.refused("/signal/evaluate", ask, wrong{
		key:     "SIGNAL_ERROR/CLIENT_TRANSACTION_ID_ALREADY_IN_USE",
		message: "Client transaction id has already been used in a different transaction",
	})
	last := 0.0
	for n, amount := range []float64{1, 50, 95, 100.01} {
		got := s.good("/signal/evaluate", with(ask, object{"amount": amount, "client_transaction_id": string(rune('a' + n)), "ruleset_key": "mine"}))
		score, err := got.at("scores", "bank_initiated_return_risk", "score").(json.Number).Float64()
		require.NoError(t, err)
		require.Greater(t, score, last, "the more the riskier")
		last = score
		require.Equal(t, []string{"ACCEPT", "ACCEPT", "REVIEW", "REROUTE"}[n], got.text("ruleset", "result"))
		require.Equal(t, "mine", got.text("ruleset", "ruleset_key"))
		require.Equal(t, r.at("scores", "customer_initiated_return_risk"), got.at("scores", "customer_initiated_return_risk"))
	}
	require.InDelta(t, 99, last, 0)

	report := object{"client_transaction_id": "t"}
	s.good("/signal/decision/report", with(report, object{"initiated": false}))
	s.refused("/signal/return/report", with(report, object{"return_code": "R01"}), wrong{
		key:     "SIGNAL_ERROR/SIGNAL_TRANSACTION_NOT_INITIATED",
		message: "Transactions previously reported as not initiated cannot be reported as returned",
	})
	s.good("/signal/decision/report", with(report, object{"initiated": true}))
	s.refused("/signal/return/report", with(report, object{"return_code": "X"}), invalidField("return_code must be a valid ACH return code"))
	s.good("/signal/return/report", with(report, object{"return_code": "R01"}))
	unknown := invalidField("client_transaction_id must be that of a transaction that was evaluated")
	s.refused("/signal/decision/report", object{"client_transaction_id": "none", "initiated": true}, unknown)
	s.as("other", "secret").refused("/signal/decision/report", with(report, object{"initiated": true}), unknown)
	s.refused("/signal/evaluate", with(ask, object{"amount": 0}), invalidField("amount must be a positive number"))
}
