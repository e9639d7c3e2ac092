package plaid

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var noAuthAccounts = wrong{
	key: "ITEM_ERROR/NO_AUTH_ACCOUNTS",
	message: "There are no valid checking or savings account(s) associated with this Item. See " +
		"https://plaid.com/docs/api/#item-errors for more.",
}

// userGoodAccounts are the fourteen accounts of user_good, in order. Rows 1 to 8: plaid-ruby
// VCR cassettes, 2019-06; the others and holder_category: notes of Sandbox use, 2026-09.
var userGoodAccounts = []struct {
	name, mask, typ, subtype  string
	available, current, limit string // "" is null
	official                  string
	holder                    string
}{
	{
		"Plaid Checking", "0000", "depository", "checking", "100", "110", "",
		"Plaid Gold Standard 0% Interest Checking", "personal",
	},
	{
		"Plaid Saving", "1111", "depository", "savings", "200", "210", "",
		"Plaid Silver Standard 0.1% Interest Saving", "personal",
	},
	{"Plaid CD", "2222", "depository", "cd", "", "1000", "", "Plaid Bronze Standard 0.2% Interest CD", "personal"},
	{
		"Plaid Credit Card", "3333", "credit", "credit card", "", "410", "2000",
		"Plaid Diamond 12.5% APR Interest Credit Card", "personal",
	},
	{
		"Plaid Money Market", "4444", "depository", "money market", "43200", "43200", "",
		"Plaid Platinum Standard 1.85% Interest Money Market", "personal",
	},
	{"Plaid IRA", "5555", "investment", "ira", "", "320.76", "", "", ""},
	{"Plaid 401k", "6666", "investment", "401k", "", "23631.9805", "", "", ""},
	{"Plaid Student Loan", "7777", "loan", "student", "", "65262", "", "", ""},
	{"Plaid Mortgage", "8888", "loan", "mortgage", "", "56302.06", "", "", ""},
	{"Plaid HSA", "9001", "depository", "hsa", "6009", "6009", "", "Plaid Cares Health Savings Account", ""},
	{
		"Plaid Cash Management", "9002", "depository", "cash management", "12060", "12060", "",
		"Plaid Growth Cash Management", "",
	},
	{"Plaid Auto Loan", "9003", "loan", "auto", "", "23211.33", "", "", ""},
	{"Plaid Home Equity Line of Credit", "9004", "loan", "home equity", "", "13500.5", "", "", ""},
	{
		"Plaid Business Credit Card", "9999", "credit", "credit card", "4980", "5020", "10000",
		"Plaid Platinum Small Business Credit Card", "business",
	},
}

func orNil[T ~string](text T) any {
	if text == "" {
		return nil
	}
	return text
}

func TestUserGoodAccounts(t *testing.T) {
	t.Parallel()
	s := serve(t)
	item := object{"access_token": s.accessToken("auth")}
	for _, path := range []string{"/accounts/get", "/accounts/balance/get"} {
		r := s.good(path, item)
		accounts, _ := r.at("accounts").([]any)
		require.Len(t, accounts, len(userGoodAccounts))
		for n, a := range userGoodAccounts {
			want := object{
				"account_id": r.text("accounts", n, "account_id"), "mask": a.mask, "name": a.name,
				"official_name": orNil(a.official), "type": a.typ, "subtype": a.subtype,
				"balances": object{
					"available": orNil(json.Number(a.available)), "current": orNil(json.Number(a.current)),
					"limit": orNil(json.Number(a.limit)), "iso_currency_code": "USD", "unofficial_currency_code": nil,
				},
			}
			if a.holder != "" {
				want["holder_category"] = a.holder
			}
			require.Equal(t, want, accounts[n])
		}
	}
}

func TestAccountIDsOption(t *testing.T) {
	t.Parallel()
	s := serve(t)
	access := s.accessToken("auth", "identity")
	checking, loan := s.accountID(access, "0000"), s.accountID(access, "7777")
	format := invalidField("options.account_ids must be a non-empty array of valid account ids")
	for _, path := range []string{"/accounts/get", "/accounts/balance/get", "/auth/get", "/identity/get"} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			s := s.at(t)
			ask := func(ids any) object {
				return object{"access_token": access, "options": object{"account_ids": ids}}
			}
			r := s.good(path, ask([]string{checking}))
			require.Len(t, r.at("accounts"), 1)
			require.Equal(t, checking, r.text("accounts", 0, "account_id"))
			for _, ids := range []any{
				"ABCDEFG1234567", []string{}, []string{"not-real"}, []any{checking, nil}, 5, []any{5}, object{},
			} {
				s.refused(path, ask(ids), format)
			}
			s.refused(path, ask([]string{checking, someAccount}), invalidAccountID)
			if path != "/auth/get" {
				r = s.good(path, ask([]string{loan, checking}))
				require.Equal(t, checking, r.text("accounts", 0, "account_id"), "in the Item's order")
				require.Equal(t, loan, r.text("accounts", 1, "account_id"))
			}
		})
	}
}

func TestAuthGet(t *testing.T) {
	t.Parallel()
	s := serve(t)
	access := s.accessToken("auth")
	r := s.good("/auth/get", object{"access_token": access})
	number := func(mask string) object {
		return object{
			"account": "111122223333" + mask, "account_id": s.accountID(access, mask), "routing": "011401533",
			"wire_routing": "021000021", "is_tokenized_account_number": false,
		}
	}
	require.Equal(t, object{
		"ach": []any{number("9002"), number("0000"), number("1111")},
		"eft": []any{}, "international": []any{}, "bacs": []any{},
	}, r.at("numbers"), "not in the order of the accounts (seen 2026-09)")
	var masks []string
	for n := range r.at("accounts").([]any) {
		masks = append(masks, r.text("accounts", n, "mask"))
	}
	require.Equal(t, []string{"0000", "1111", "9002"}, masks)

	one := s.good("/auth/get", object{"access_token": access, "options": object{
		"account_ids": []string{s.accountID(access, "1111"), s.accountID(access, "7777")},
	}})
	require.Equal(t, []any{number("1111")}, one.at("numbers", "ach"))
	s.refused("/auth/get", object{"access_token": access, "options": object{
		"account_ids": []string{s.accountID(access, "7777")},
	}}, noAuthAccounts)
	require.Equal(t, r.Fields["numbers"], s.good("/auth/get", object{"access_token": access}).Fields["numbers"])
}

// The owner of every account of user_good: plaid-ruby VCR cassettes, 2019-06; country and
// the mobile phone's type: notes of Sandbox use, 2026-09.
func TestIdentityGet(t *testing.T) {
	t.Parallel()
	s := serve(t)
	r := s.good("/identity/get", object{"access_token": s.accessToken("identity")})
	accounts, _ := r.at("accounts").([]any)
	require.Len(t, accounts, len(userGoodAccounts))
	var want any
	require.NoError(t, json.NewDecoder(strings.NewReader(`[{
		"names": ["Alberta Bobbeth Charleson"],
		"addresses": [
			{"primary": true, "data": {
				"street": "2992 Cameron Road", "city": "Malakoff", "region": "NY", "postal_code": "14236", "country": "US"
			}},
			{"primary": false, "data": {
				"street": "2493 Leisure Lane", "city": "San Matias", "region": "CA", "postal_code": "93405-2255", "country": "US"
			}}
		],
		"emails": [
			{"data": "accountholder0@example.com", "primary": true, "type": "primary"},
			{"data": "accountholder1@example.com", "primary": false, "type": "secondary"},
			{"data": "extraordinarily.long.email.username.123456@reallylonghostname.com", "primary": false, "type": "other"}
		],
		"phone_numbers": [
			{"data": "1112223333", "primary": false, "type": "home"},
			{"data": "1112224444", "primary": false, "type": "work"},
			{"data": "1112225555", "primary": false, "type": "mobile"}
		]}]`)).Decode(&want))
	for n := range accounts {
		require.Equal(t, want, r.at("accounts", n, "owners"))
		require.Equal(t, userGoodAccounts[n].mask, r.text("accounts", n, "mask"))
	}
}

// All test users whose accounts are not known have those of user_good.
func TestOtherUsers(t *testing.T) {
	t.Parallel()
	s := serve(t)
	masks := func(institution, user, password string) (out []string) {
		public := s.good("/sandbox/public_token/create", object{
			"institution_id": institution, "initial_products": []string{"transactions"},
			"options": object{"override_username": user, "override_password": password},
		}).text("public_token")
		r := s.good("/accounts/get", object{"access_token": s.exchange(public)})
		for n := range r.at("accounts").([]any) {
			out = append(out, r.text("accounts", n, "mask"))
		}
		return out
	}
	good := masks("ins_109508", "user_good", "pass_good")
	require.Equal(t, good, masks("ins_109511", "user_good", "pass_good"), "at Tartan Bank (plaid-java's tests)")
	require.Equal(t, good, masks("ins_109508", "user_ewa_user", "any"))
	require.NotEmpty(t, masks("ins_109512", "microdeposits_good", "microdeposits_good"))
}
