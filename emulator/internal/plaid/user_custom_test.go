package plaid

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tweed/emulator/internal/catalogue"
	"tweed/emulator/internal/world"
)

func TestCustomRefused(t *testing.T) {
	t.Parallel()
	accounts := func(n int) string {
		list := strings.Repeat(`,{"type":"depository","subtype":"checking"}`, n)
		return `{"override_accounts":[` + list[1:] + `]}`
	}
	account := func(member string) string {
		return `{"override_accounts":[{"type":"depository","subtype":"checking",` + member + `}]}`
	}
	padded := func(size int) string {
		text := `{"seed":"","recaptcha":""}`
		return `{"seed":"` + strings.Repeat("x", size-len(text)) + `","recaptcha":""}`
	}
	s := serve(t)
	for name, test := range map[string]struct {
		password string
		want     wrong
	}{
		"no JSON":               {`pass_good`, invalidCredentials},
		"empty":                 {``, invalidCredentials},
		"null":                  {`null`, invalidCredentials},
		"a list":                {`[]`, invalidCredentials},
		"text behind":           {`{} {}`, invalidCredentials},
		"wrong type":            {`{"override_accounts":{}}`, invalidCredentials},
		"a balance as text":     {account(`"starting_balance":"much"`), invalidCredentials},
		"no type":               {`{"override_accounts":[{"subtype":"checking"}]}`, invalidCredentials},
		"unknown type":          {`{"override_accounts":[{"type":"crypto","subtype":"wallet"}]}`, invalidCredentials},
		"long mask":             {account(`"meta":{"mask":"12345"}`), invalidCredentials},
		"eleven accounts":       {accounts(11), invalidCredentials},
		"ten accounts":          {accounts(10), wrong{}},
		"55,001 bytes":          {padded(55_001), invalidCredentials},
		"55,000 bytes":          {padded(55_000), wrong{}},
		"an empty object":       {`{}`, wrong{}},
		"version and seed":      {`{"version":2,"seed":"s","override_accounts":[]}`, wrong{}},
		"version as text":       {`{"version":"2"}`, wrong{}},
		"unknown members":       {`{"new":true,"override_accounts":[{"type":"other","subtype":"other","new":1}]}`, wrong{}},
		"recaptcha good":        {`{"recaptcha":"good"}`, wrong{}},
		"no forced error":       {`{"force_error":""}`, wrong{}},
		"unknown forced error":  {`{"force_error":"NO_SUCH_CODE"}`, invalidCredentials},
		"forced before captcha": {`{"force_error":"INVALID_CREDENTIALS","recaptcha":"bad"}`, invalidCredentials},
		"recaptcha bad": {`{"recaptcha":"bad"}`, wrong{
			key: "RECAPTCHA_ERROR/RECAPTCHA_BAD", message: "The provided challenge response was denied. Please try again",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := s.at(t)
			r := s.post("/sandbox/public_token/create", login("user_custom", test.password))
			if test.want == (wrong{}) {
				require.Equal(t, http.StatusOK, r.Status, r.Body)
				s.good("/accounts/get", object{"access_token": s.exchange(r.text("public_token"))})
				return
			}
			s.matches(r, test.want)
		})
	}
}

// Every code that the schema of user_custom names.
func TestForceError(t *testing.T) {
	t.Parallel()
	s := serve(t)
	for _, code := range strings.Fields(`INSTITUTION_NOT_RESPONDING INSTITUTION_NO_LONGER_SUPPORTED INVALID_CREDENTIALS
		INVALID_MFA ITEM_LOCKED ITEM_LOGIN_REQUIRED ITEM_NOT_SUPPORTED INVALID_LINK_TOKEN MFA_NOT_SUPPORTED NO_ACCOUNTS
		PLAID_ERROR USER_INPUT_TIMEOUT USER_SETUP_REQUIRED`) {
		r := s.post("/sandbox/public_token/create", login("user_custom", `{"force_error":"`+code+`"}`))
		require.Equal(t, code, r.text("error_code"), r.Body)
		require.GreaterOrEqual(t, r.Status, 400)
	}
}

func TestCustomAccounts(t *testing.T) {
	t.Parallel()
	s := serve(t)
	item := object{"access_token": s.customToken(`{"override_accounts":[
		{"type":"depository","subtype":"checking","starting_balance":1234.50,"holder_category":"business",
			"meta":{"name":"Main","official_name":"Main Account","mask":"4242","limit":0}},
		{"type":"depository","subtype":"savings","starting_balance":10,"force_available_balance":7.5,"currency":"EUR"},
		{"type":"depository","subtype":"checking","starting_balance":10,"has_null_available_balance":true,
			"numbers":{"account":"987654"}},
		{"type":"credit","subtype":"credit card","starting_balance":50,"meta":{"limit":900,"mask":""}},
		{"type":"loan","starting_balance":0},
		{"type":"payroll","subtype":"payroll"},
		{"type":"investment","subtype":"ira","force_available_balance":3,"starting_balance":0}
	]}`)}
	r := s.good("/accounts/get", item)
	accounts, _ := r.at("accounts").([]any)
	require.Len(t, accounts, 6, "payroll is no bank account")
	want := []struct {
		name, typ                 string
		official, subtype, mask   any
		available, current, limit any
		currency                  string
	}{
		{"Main", "depository", "Main Account", "checking", "4242", "1234.50", "1234.50", "0", "USD"},
		{"Plaid savings", "depository", nil, "savings", "", "7.5", "10", nil, "EUR"},
		{"Plaid checking", "depository", nil, "checking", "7654", nil, "10", nil, "USD"},
		{"Plaid credit card", "credit", nil, "credit card", nil, nil, "50", "900", "USD"},
		{"Plaid loan", "loan", nil, nil, "", nil, "0", nil, "USD"},
		{"Plaid ira", "investment", nil, "ira", "", "3", "0", nil, "USD"},
	}
	text := func(v any) any {
		if n, ok := v.(json.Number); ok {
			return n.String()
		}
		return v
	}
	for n, a := range want {
		require.Equal(t, a.name, r.text("accounts", n, "name"))
		require.Equal(t, a.typ, r.text("accounts", n, "type"))
		require.Equal(t, a.official, r.at("accounts", n, "official_name"), a.name)
		require.Equal(t, a.subtype, r.at("accounts", n, "subtype"), a.name)
		require.Equal(t, a.available, text(r.at("accounts", n, "balances", "available")), a.name)
		require.Equal(t, a.current, text(r.at("accounts", n, "balances", "current")), a.name)
		require.Equal(t, a.limit, text(r.at("accounts", n, "balances", "limit")), a.name)
		require.Equal(t, a.currency, r.text("accounts", n, "balances", "iso_currency_code"))
		if n == 0 {
			require.Equal(t, "business", r.text("accounts", n, "holder_category"))
		} else {
			require.NotContains(t, accounts[n], "holder_category")
		}
		if a.mask == "" { // made up
			require.Regexp(t, `^\d{4}$`, r.text("accounts", n, "mask"), a.name)
		} else {
			require.Equal(t, a.mask, r.at("accounts", n, "mask"), a.name)
		}
	}
	auth := s.good("/auth/get", item)
	require.Len(t, auth.at("numbers", "ach"), 3)
	require.Regexp(t, `^\d{12}$`, auth.text("numbers", "ach", 0, "account"))
	saving := r.text("accounts", 1, "mask")
	require.Regexp(t, `^\d{8}`+saving+`$`, auth.text("numbers", "ach", 1, "account"), "the mask is its end")
	require.Equal(t, "987654", auth.text("numbers", "ach", 2, "account"))
	require.Equal(t, auth.Fields["numbers"], s.good("/auth/get", item).Fields["numbers"], "made up once")
}

// Numbers in all four systems, in /auth/get and at a processor.
func TestCustomNumbers(t *testing.T) {
	t.Parallel()
	s := serve(t)
	access := s.customToken(`{"override_accounts":[
		{"type":"depository","subtype":"checking","meta":{"mask":"0001"},
			"numbers":{"account":"111","ach_routing":"322271627","ach_wire_routing":"021000021"}},
		{"type":"depository","subtype":"cd","meta":{"mask":"0002"},
			"numbers":{"account":"222","eft_institution":"021","eft_branch":"01140"}},
		{"type":"depository","subtype":"cd","meta":{"mask":"0003"},
			"numbers":{"international_bic":"NWBKGB21","international_iban":"GB29NWBK60161331926819"}},
		{"type":"depository","subtype":"cd","meta":{"mask":"0004"},
			"numbers":{"account":"31926819","bacs_sort_code":"601613"}},
		{"type":"depository","subtype":"cd","meta":{"mask":"0005"}}
	]}`)
	item := object{"access_token": access}
	id := func(mask string) string { return s.accountID(access, mask) }
	ach := object{
		"account": "111", "account_id": id("0001"), "routing": "322271627", "wire_routing": "021000021",
		"is_tokenized_account_number": false,
	}
	eft := object{"account": "222", "account_id": id("0002"), "branch": "01140", "institution": "021"}
	international := object{"account_id": id("0003"), "bic": "NWBKGB21", "iban": "GB29NWBK60161331926819"}
	bacs := object{"account": "31926819", "account_id": id("0004"), "sort_code": "601613"}
	r := s.good("/auth/get", item)
	require.Equal(t, object{
		"ach": []any{ach}, "eft": []any{eft}, "international": []any{international}, "bacs": []any{bacs},
	}, r.at("numbers"))
	require.Len(t, r.at("accounts"), 4)

	for mask, want := range map[string]object{
		"0001": {"ach": ach}, "0002": {"eft": eft}, "0003": {"international": international}, "0004": {"bacs": bacs},
	} {
		token := s.good("/processor/token/create", with(item, object{"account_id": id(mask), "processor": "apex_clearing"}))
		got := s.good("/processor/auth/get", object{"processor_token": token.text("processor_token")})
		none := object{"ach": nil, "eft": nil, "international": nil, "bacs": nil}
		require.Equal(t, with(none, want), got.at("numbers"))
		s.in(func(w *world.World) {
			bank, problem, _ := BankOf(w, token.text("processor_token"))
			if mask == "0001" {
				require.Equal(t, "322271627", bank.Routing)
				return
			}
			require.Equal(t, TokenNoNumbers, problem, "Apex needs American numbers")
		})
	}
}

// What an identity leaves out is that of user_good; names are the same for all accounts.
func TestCustomIdentity(t *testing.T) {
	t.Parallel()
	s := serve(t)
	r := s.good("/identity/get", object{"access_token": s.customToken(`{"override_accounts":[
		{"type":"depository","subtype":"checking"},
		{"type":"depository","subtype":"savings","identity":{"names":["Jane Doe","John Doe"],"emails":[],
			"phone_numbers":[{"data":"4155550000","primary":true,"type":"mobile"}]}},
		{"type":"depository","subtype":"cd","identity":{
			"emails":[{"data":"jane@example.com","primary":true,"type":"primary"}],
			"addresses":[{"primary":true,"data":{
				"street":"1 Main St","city":"Springfield","region":null,"postal_code":null,"country":null
			}}]}}
	]}`)})
	names := []any{"Jane Doe", "John Doe"}
	for n := range 3 {
		require.Len(t, r.at("accounts", n, "owners"), 1)
		require.Equal(t, names, r.at("accounts", n, "owners", 0, "names"))
	}
	require.Len(t, r.at("accounts", 0, "owners", 0, "emails"), 3)
	require.Equal(t, []any{}, r.at("accounts", 1, "owners", 0, "emails"))
	phone := object{"data": "4155550000", "primary": true, "type": "mobile"}
	require.Equal(t, []any{phone}, r.at("accounts", 1, "owners", 0, "phone_numbers"))
	require.Len(t, r.at("accounts", 1, "owners", 0, "addresses"), 2)
	require.Equal(t, "jane@example.com", r.text("accounts", 2, "owners", 0, "emails", 0, "data"))
	require.Equal(t, []any{object{"primary": true, "data": object{
		"street": "1 Main St", "city": "Springfield", "region": nil, "postal_code": nil, "country": nil,
	}}}, r.at("accounts", 2, "owners", 0, "addresses"))
}

// What the JSON leaves out follows from its seed: balances and numbers, also of a user who
// lists no accounts. Without a seed it is another each time.
func TestCustomRandom(t *testing.T) {
	t.Parallel()
	s := serve(t)
	get := func(password string) (balances, numbers any) {
		balances, numbers = []any{}, []any{}
		r := s.good("/auth/get", object{"access_token": s.customToken(password)})
		for n := range r.at("accounts").([]any) {
			balances = append(balances.([]any), r.at("accounts", n, "balances", "current"))
		}
		for n := range r.at("numbers", "ach").([]any) {
			numbers = append(numbers.([]any), r.at("numbers", "ach", n, "account"))
		}
		return balances, numbers
	}
	for _, accounts := range []string{`{"type":"depository","subtype":"checking"},{"type":"depository","subtype":"savings"}`, ``} {
		seeded := `{"seed":"a","override_accounts":[` + accounts + `]}`
		balances, numbers := get(seeded)
		again, same := get(seeded)
		require.Equal(t, balances, again)
		require.Equal(t, numbers, same)
		for _, other := range []string{strings.Replace(seeded, `"a"`, `"b"`, 1), strings.Replace(seeded, `"a"`, `null`, 1)} {
			again, _ = get(other)
			require.NotEqual(t, balances, again)
		}
	}
}

// With roll_dates_forward the newest activity is of the day of the Item.
func TestCustomRollsDates(t *testing.T) {
	t.Parallel()
	s := serve(t)
	const password = `{"roll_dates_forward":true,"override_accounts":[
		{"type":"depository","subtype":"checking","transactions":[
			{"date_transacted":"2024-02-27","date_posted":"2024-02-28","amount":1,"description":"older"},
			{"date_transacted":"2024-03-01","date_posted":"2024-03-02","amount":2,"description":"newer"}]},
		{"type":"investment","subtype":"brokerage","holdings":{"institution_price":2,"quantity":3,"currency":"USD",
			"institution_price_as_of":"2024-03-01","security":{"ticker_symbol":"TWD"}}},
		{"type":"loan","subtype":"student","transactions":[],"liability":{"type":"student","origination_date":"2020-03-02"}},
		{"type":"payroll","income":{"paystubs":[{"pay_period_details":{"start_date":"2024-02-01","pay_day":"2024-02-20"}}]}}
	]}`
	access := s.customTransactions(password)
	r := s.good("/transactions/get", span(access, "2000-01-01", "2030-01-01", nil))
	require.Equal(t, []string{"2026-01-05 newer 2", "2026-01-02 older 1"}, r.lines())
	require.Equal(t, "2026-01-01", r.text("transactions", 1, "authorized_date"))
	item := object{"access_token": access}
	require.Equal(t, "2026-01-04", s.good("/investments/holdings/get", item).text("holdings", 0, "institution_price_as_of"))
	require.Equal(t, "2022-01-05", s.good("/liabilities/get", item).text("liabilities", "student", 0, "origination_date"))
	stub := s.good("/income/verification/paystubs/get", item)
	require.Equal(t, "2025-12-25", stub.text("paystubs", 0, "pay_period_details", "pay_date"))
	require.Equal(t, "2025-12-06", stub.text("paystubs", 0, "pay_period_details", "start_date"))
}

// A JSON without the flag, or without activity, stays as it is.
func TestCustomKeepsDates(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`{"override_accounts":[{"type":"depository","transactions":[
			{"date_transacted":"2024-03-01","date_posted":"2024-03-02","amount":2,"description":"x"}]}]}`,
		`{"roll_dates_forward":true,"override_accounts":[{"type":"loan","liability":{"origination_date":"2020-03-02"}}]}`,
	} {
		custom, err := parseCustom(text)
		require.NoError(t, err)
		same, err := parseCustom(text)
		require.NoError(t, err)
		custom.roll(dayOf(monday))
		require.Equal(t, same, custom)
	}
}

// The paystubs and the W-2 of a payroll account.
func TestCustomIncome(t *testing.T) {
	t.Parallel()
	s := serve(t)
	item := object{"access_token": s.exchange(s.good("/sandbox/public_token/create", with(login("user_custom",
		`{"override_accounts":[{"type":"payroll","subtype":"payroll","income":{"paystubs":[
			{"employer":{"name":"Heartland Toys"},"employee":{"name":"Chip Hazard","address":{"city":"Burbank"}},
				"income_breakdown":[{"type":"regular","rate":20,"hours":40,"total":800},{"type":"overtime","rate":30,"hours":5,"total":150}],
				"pay_period_details":{"start_date":"2025-12-01","end_date":"2025-12-12","pay_day":"2025-12-15","check_amount":500}},
			{"employer":{"name":"Heartland Toys"},"net_pay":{"ytd_amount":70},
				"earnings":{"breakdown":[{"canonical_description":"BONUS","current_amount":90,"currency":"CAD"}],"total":{"ytd_amount":95}},
				"deductions":{"breakdown":[{"description":"taxes","current_amount":20}],"total":{"current_amount":20}},
				"pay_period_details":{"pay_date":"2025-12-29","pay_frequency":"PAY_FREQUENCY_BIWEEKLY","distribution_breakdown":[
					{"account_name":"Checking","mask":"0000","current_amount":70}]}}],
			"w2s":[{"employer":{"name":"Heartland Toys"},"tax_year":"2024","wages_tips_other_comp":"1000.50",
				"box_12":[{"code":"AA","amount":"200"}]}]}}]}`),
		object{"initial_products": []string{"income_verification"}})).text("public_token"))}
	r := s.good("/income/verification/paystubs/get", item)
	require.Len(t, r.at("paystubs"), 2)
	require.Equal(t, "Chip Hazard", r.text("paystubs", 0, "employee", "name"))
	require.Equal(t, "Burbank", r.text("paystubs", 0, "employee", "address", "city"))
	require.Equal(t, json.Number("950"), r.at("paystubs", 0, "pay_period_details", "gross_earnings"))
	require.Equal(t, json.Number("450"), r.at("paystubs", 0, "deductions", "total", "current_amount"))
	require.Equal(t, json.Number("500"), r.at("paystubs", 0, "net_pay", "current_amount"))
	require.Equal(t, "2025-12-15", r.text("paystubs", 0, "pay_period_details", "pay_date"))
	require.Equal(t, "OVERTIME", r.text("paystubs", 0, "earnings", "breakdown", 1, "canonical_description"))
	require.Equal(t, json.Number("40"), r.at("paystubs", 0, "earnings", "breakdown", 0, "hours"))
	require.Equal(t, "ALBERTA BOBBETH CHARLESON", r.text("paystubs", 1, "employee", "name"))
	require.Equal(t, "CAD", r.text("paystubs", 1, "earnings", "breakdown", 0, "iso_currency_code"))
	require.Equal(t, json.Number("90"), r.at("paystubs", 1, "pay_period_details", "gross_earnings"))
	require.Equal(t, json.Number("95"), r.at("paystubs", 1, "earnings", "total", "ytd_amount"))
	require.Nil(t, r.at("paystubs", 1, "pay_period_details", "check_amount"))
	require.Equal(t, "0000", r.text("paystubs", 1, "pay_period_details", "distribution_breakdown", 0, "mask"))
	require.Equal(t, r.text("document_metadata", 1, "doc_id"), r.text("paystubs", 1, "doc_id"))

	r = s.good("/income/verification/taxforms/get", item)
	require.Len(t, r.at("taxforms"), 1)
	require.Equal(t, "1000.50", r.text("taxforms", 0, "w2", "wages_tips_other_comp"))
	require.Equal(t, []any{object{"code": "AA", "amount": "200"}}, r.at("taxforms", 0, "w2", "box_12"))
	require.Equal(t, "ALBERTA BOBBETH CHARLESON", r.text("taxforms", 0, "w2", "employee", "name"))
	require.Equal(t, r.text("document_metadata", 0, "doc_id"), r.text("taxforms", 0, "doc_id"))
}

// Whatever is typed into Link, it logs in or is refused by a row of the catalogue.
func FuzzLogin(f *testing.F) {
	for _, seed := range [][2]string{
		{"user_good", "pass_good"},
		{"user_good", "error_ITEM_LOCKED"},
		{"user_good", "later_ITEM_LOCKED:/auth/get:2"},
		{"user_good", `{"recaptcha":"bad"}`},
		{"user_custom", `{"force_error":"NO_ACCOUNTS"}`},
		{"user_custom", `{"override_accounts":[{"type":"depository","starting_balance":1e3,"numbers":{"account":"é"}}]}`},
		{"user_custom", `{"override_accounts":[{"type":"credit","meta":{"mask":"12","limit":-0.0}}]}`},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, user, password string) {
		w, err := world.New("fuzz", world.Config{Seed: 1, Clock: world.Clock{Start: monday}}, nowhere)
		require.NoError(t, err)
		item, err := Login{Institution: "ins_109508", User: user, Password: password, Products: []string{"auth"}}.Open(w)
		if err != nil {
			e := asRow(err)
			require.NotNil(t, e, err)
			require.Equal(t, catalogue.Plaid, e.Row.Family)
			require.GreaterOrEqual(t, e.Status, 200)
			return
		}
		for _, a := range item.accounts(w) {
			_, err := json.Marshal(a.withOwners())
			require.NoError(t, err)
		}
		w.Commit()
		_, err = w.Export()
		require.NoError(t, err)
	})
}
