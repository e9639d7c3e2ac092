package plaid

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"tweed/emulator/internal/world"
)

// customTransactions links a custom user with transactions.
func (s *tester) customTransactions(password string) string {
	s.t.Helper()
	return s.exchange(s.good("/sandbox/public_token/create", with(login("user_custom", password), object{
		"initial_products": []string{"transactions"},
	})).text("public_token"))
}

// One whose date_posted is in the future is pending until then, and posted under a new id.
func TestCustomTransactions(t *testing.T) {
	t.Parallel()
	s := serve(t)
	access := s.customTransactions(`{"override_accounts":[
		{"type":"depository","subtype":"checking","meta":{"mask":"0000"},"currency":"CAD","transactions":[
			{"date_transacted":"2023-10-01","date_posted":"2023-10-03","amount":100,"description":"1 year Netflix subscription"},
			{"date_transacted":"2026-01-04","date_posted":"2026-01-08","amount":-8.25,"currency":"USD","description":"A refund"},
			{"date_transacted":"2026-01-07","date_posted":"2026-01-08","amount":1000.10,"description":"Starbucks"}
		]},
		{"type":"depository","subtype":"savings","transactions":[]},
		{"type":"payroll","subtype":"payroll"},
		{"type":"investment","subtype":"ira"}
	]}`)
	year := span(access, "2000-01-01", "2030-01-01", nil)
	r := s.good("/transactions/get", year)
	require.Equal(t, []string{
		"2026-01-07 Starbucks 1000.10", "2026-01-04 A refund -8.25", "2023-10-03 1 year Netflix subscription 100",
	}, r.lines())
	require.Equal(t, []any{true, true, false}, []any{
		r.at("transactions", 0, "pending"), r.at("transactions", 1, "pending"), r.at("transactions", 2, "pending"),
	})
	require.Equal(t, []string{"CAD", "USD", "CAD"}, r.texts("transactions", "iso_currency_code"))
	require.Equal(t, "FOOD_AND_DRINK_COFFEE", r.text("transactions", 0, "personal_finance_category", "detailed"))
	require.Equal(t, "TRANSFER_IN", r.text("transactions", 1, "personal_finance_category", "primary"))
	require.Equal(t, "2023-10-01", r.text("transactions", 2, "authorized_date"))
	pending := r.texts("transactions", "transaction_id")[:2]

	m := s.mirror(access, nil)
	m.follow()
	s.advance(2 * oneDay)
	added, modified, removed := m.follow()
	require.Zero(t, added+modified+removed)
	s.advance(oneDay) // 2026-01-08
	added, modified, removed = m.follow()
	require.Equal(t, []int{2, 0, 2}, []int{added, modified, removed})
	require.Equal(t, m.all(), m.rows)
	r = s.good("/transactions/get", year)
	require.Equal(t, []string{"2026-01-08 A refund -8.25", "2026-01-08 Starbucks 1000.10"}, r.lines()[:2])
	require.Equal(t, []string{pending[1], pending[0]}, r.texts("transactions", "pending_transaction_id")[:2])
}

// Accounts that list none have random ones: by the seed, if there is one.
func TestCustomSeed(t *testing.T) {
	t.Parallel()
	s := serve(t)
	get := func(seed string) []string {
		access := s.customTransactions(`{` + seed + `"override_accounts":[{"type":"credit","subtype":"credit card"},
			{"type":"investment","subtype":"ira"}]}`)
		r := s.good("/transactions/get", span(access, "2025-11-01", "2025-12-31", object{"count": 500}))
		return r.lines()
	}
	first, again := get(`"seed":"a",`), get(`"seed":"a",`)
	require.NotEmpty(t, first)
	require.Equal(t, first, again)
	require.NotEqual(t, first, get(`"seed":"b",`))
	first, again = get(``), get(``)
	require.NotEqual(t, first, again)
}

func TestCustomInflow(t *testing.T) {
	t.Parallel()
	s := serve(t)
	access := s.customTransactions(`{"override_accounts":[
		{"type":"depository","subtype":"checking","transactions":[],"inflow_model":{
			"type":"monthly-income","income_amount":2500.5,"payment_day_of_month":"last","transaction_name":"PAYROLL"}},
		{"type":"credit","subtype":"credit card","starting_balance":300,"transactions":[],"inflow_model":{
			"type":"monthly-balance-payment","payment_day_of_month":15,"statement_day_of_month":"10","transaction_name":"PAID OFF"}},
		{"type":"loan","subtype":"student","starting_balance":12000,"transactions":[],"liability":{"type":"student","nominal_apr":5},
			"inflow_model":{"type":"monthly-interest-only-payment","payment_day_of_month":1,"statement_day_of_month":"last",
			"transaction_name":"INTEREST"}},
		{"type":"depository","subtype":"savings","transactions":[],"inflow_model":{"type":"none"}}
	]}`)
	r := s.good("/transactions/get", span(access, "2025-11-01", "2026-12-31", nil))
	require.Equal(t, []string{
		"2026-01-01 INTEREST -50", "2025-12-31 PAYROLL -2500.5", "2025-12-15 PAID OFF -300", "2025-12-01 INTEREST -50",
		"2025-11-30 PAYROLL -2500.5", "2025-11-15 PAID OFF -300", "2025-11-01 INTEREST -50",
	}, r.lines())
}

// What is wrong with the JSON, and where; a client sees INVALID_CREDENTIALS.
func TestCustomExplained(t *testing.T) {
	t.Parallel()
	account := func(members string) string {
		return `{"override_accounts":[{"type":"depository"},{"type":"depository",` + members + `}]}`
	}
	transaction := func(members string) string { return account(`"transactions":[{` + members + `}]`) }
	inflow := func(members string) string { return account(`"inflow_model":{` + members + `}`) }
	const date = `"date_posted":"2026-01-05","date_transacted":"2026-01-05"`
	s := serve(t)
	for text, want := range map[string]string{
		`{"override_accounts":[{"type":"crypto"}]}`: `override_accounts[0].type is "crypto"; one of ["investment" "credit" "depository" "payroll" "loan" "other"] is right`,
		account(`"meta":{"mask":"12345"}`):          `override_accounts[1].meta.mask is "12345"; nothing, or 2 to 4 letters and digits are right`,
		transaction(`"amount":1`):                   `override_accounts[1].transactions[0].date_transacted is ""; a date such as 2026-01-31 is right`,
		transaction(date + `,"description":"x"`):    `override_accounts[1].transactions[0].amount is ""; a number of dollars is right, positive for money that leaves the account`,
		transaction(date + `,"amount":1e999,"description":"x"`): `override_accounts[1].transactions[0].amount is "1e999"; a number of dollars is right, ` +
			`positive for money that leaves the account`,
		transaction(date + `,"amount":1`):                                             `override_accounts[1].transactions[0].description is missing`,
		account(`"investment_transactions":[{"date":"x"}]`):                           `override_accounts[1].investment_transactions[0].date is "x"; a date such as 2026-01-31 is right`,
		inflow(`"type":"weekly"`):                                                     `override_accounts[1].inflow_model.type is "weekly"; none, monthly-income, monthly-balance-payment or monthly-interest-only-payment is right`,
		inflow(`"type":"monthly-income"`):                                             `override_accounts[1].inflow_model.income_amount is ""; a number of dollars is right`,
		inflow(`"type":"monthly-income","income_amount":1`):                           `override_accounts[1].inflow_model.payment_day_of_month is ""; 1 to 28 or last is right`,
		inflow(`"type":"monthly-balance-payment"`):                                    `override_accounts[1].inflow_model.statement_day_of_month is ""; 1 to 28 or last is right`,
		inflow(`"type":"monthly-income","income_amount":1,"payment_day_of_month":28`): `override_accounts[1].inflow_model.transaction_name is missing`,
		account(`"holder_category":"firm"`):                                           `override_accounts[1].holder_category is "firm"; personal or business is right`,
		account(`"numbers":{"eft_branch":"1"}`):                                       `override_accounts[1].numbers.eft_institution and eft_branch belong together; one of them is missing`,
		account(`"numbers":{"international_iban":"1"}`):                               `override_accounts[1].numbers.international_bic and international_iban belong together; one of them is missing`,
		account(`"numbers":{"ach_routing":"322271628"}`):                              `override_accounts[1].numbers.ach_routing: routing number 322271628 has the check digit 8; 322271627 would be right`,
		account(`"income":{"paystubs":[{"pay_period_details":{"pay_day":"x"}}]}`):     `override_accounts[1].income.paystubs[0].pay_period_details.pay_day is "x"; a date such as 2026-01-31 is right`,
		`{"version":3}`: `version is 3; 1 or 2 is right`,
		`{"mfa":{"type":"questions","question_rounds":1}}`: `mfa asks questions: question_rounds and questions_per_round are needed`,
		`{"mfa":{"type":"magic"}}`:                         `mfa.type is "magic"; device, questions or selections is right`,
	} {
		_, err := parseCustom(text)
		require.EqualError(t, err, want)
		s.refused("/sandbox/public_token/create", login("user_custom", text), invalidCredentials)
	}
	s.in(func(w *world.World) {
		err := Login{Custom: map[string]any{"mfa": map[string]any{"type": "magic"}}}.Given(w)
		require.EqualError(t, err, `custom user: mfa.type is "magic"; device, questions or selections is right`)
	})
}

// Everything of the JSON survives in the Item, for the products that need it.
func TestCustomIsKept(t *testing.T) {
	t.Parallel()
	const text = `{"version":2,"seed":"s","override_accounts":[{"type":"payroll"},{"type":"investment","subtype":"ira",
		"holdings":[{"institution_price":1.5,"institution_price_as_of":"2026-01-02","cost_basis":3,"quantity":2,"currency":"USD",
			"security":{"ticker_symbol":"TWD","name":"Tweed","cusip":"1","isin":"2","sedol":"3","currency":"USD"}}],
		"investment_transactions":[{"date":"2026-01-02","name":"buy","quantity":2,"price":1.5,"fees":0.1,"type":"buy",
			"currency":"USD","security":{"ticker_symbol":"TWD"}}],
		"liability":{"type":"credit"}},{"type":"payroll","income":{"paystubs":[{"employer":{"name":"Tweed"},
			"pay_period_details":{"pay_date":"2026-01-02","check_amount":5}}],"w2s":[{"tax_year":"2025"}]}}],
		"mfa":{"type":"questions","question_rounds":2,"questions_per_round":1},"recaptcha":"good"}`
	custom, err := parseCustom(text)
	require.NoError(t, err)
	account := custom.Accounts[1]
	require.Equal(t, "investment", account.Type)
	require.Equal(t, CustomHolding{
		CostBasis: "3", Currency: "USD", InstitutionPrice: "1.5", InstitutionPriceAsOf: "2026-01-02", Quantity: "2",
		Security: CustomSecurity{ISIN: "2", CUSIP: "1", SEDOL: "3", Name: "Tweed", TickerSymbol: "TWD", Currency: "USD"},
	}, account.Holdings[0])
	require.Equal(t, "TWD", account.InvestmentEvents[0].Security.TickerSymbol)
	require.Equal(t, json.Number("2"), custom.MFA.QuestionRounds)
	kept, err := json.Marshal(custom)
	require.NoError(t, err)
	again, err := parseCustom(string(kept))
	require.NoError(t, err)
	require.Equal(t, custom, again)
}

// A list without members is no random history, also after an export.
func TestCustomEmptyListIsKept(t *testing.T) {
	t.Parallel()
	custom, err := parseCustom(`{"override_accounts":[{"type":"credit","transactions":[]}]}`)
	require.NoError(t, err)
	kept, err := json.Marshal(custom)
	require.NoError(t, err)
	again, err := parseCustom(string(kept))
	require.NoError(t, err)
	require.NotNil(t, again.Accounts[0].Transactions)
	require.Empty(t, again.Accounts[0].Transactions)
}
