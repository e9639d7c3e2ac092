package plaid

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tweed/emulator/internal/world"
)

// invalidCredentials is what a wrong user or password gives.
var invalidCredentials = wrong{
	key: "ITEM_ERROR/INVALID_CREDENTIALS", message: "the provided credentials were not correct",
	display: "The provided credentials were not correct. Please try again.",
}

var invalidInstitution = wrong{
	key: "INVALID_INPUT/INVALID_INSTITUTION", message: "invalid institution_id provided",
}

func notSupported(list string) wrong {
	return wrong{
		key:     "ITEM_ERROR/PRODUCTS_NOT_SUPPORTED",
		message: "the following products are not supported by this institution: " + list,
	}
}

func invalidField(message string) wrong {
	return wrong{key: "INVALID_REQUEST/INVALID_FIELD", message: message}
}

// login is a request of /sandbox/public_token/create with a user and a password.
func login(user, password string) object {
	return object{
		"institution_id": "ins_109508", "initial_products": []string{"auth"},
		"options": object{"override_username": user, "override_password": password},
	}
}

func TestSandboxPublicTokenCreate(t *testing.T) {
	t.Parallel()
	base := object{"institution_id": "ins_109508", "initial_products": []string{"auth"}}
	productList := invalidField("initial_products must be a list of strings containing at least one product")
	webhook := invalidField("options.webhook must be a non-empty string URL")
	tests := []struct {
		name string
		more object
		want wrong
	}{
		{"plain", nil, wrong{}},
		{"empty options", object{"options": object{}}, wrong{}},
		{"null options", object{"options": nil}, wrong{}},
		{"options of nulls", object{"options": object{
			"webhook": nil, "override_username": nil, "override_password": nil, "transactions": nil,
		}}, wrong{}},
		{"product twice", object{"initial_products": []string{"auth", "auth"}}, wrong{}},
		{
			"both missing",
			object{"institution_id": absent{}, "initial_products": absent{}},
			missingFields("institution_id, initial_products"),
		},
		{"public_key of older versions", object{"public_key": "k"}, unknownFields("public_key")},
		{"unknown option", object{"options": object{"count": 1}}, unknownFields("options.count")},
		{"null institution", object{"institution_id": nil}, invalidField("institution_id must be a non-empty string")},
		{"products as text", object{"initial_products": "auth"}, productList},
		{"no products", object{"initial_products": []string{}}, productList},
		{"null products", object{"initial_products": nil}, productList},
		{"a number as product", object{"initial_products": []any{1}}, productList},
		{"bad webhook", object{"options": object{"webhook": "invalid-hook"}}, webhook},
		{"empty webhook", object{"options": object{"webhook": ""}}, webhook},
		{"webhook before dates", object{"options": object{
			"webhook": "x", "transactions": object{"start_date": "x", "end_date": "x"},
		}}, webhook},
		{"bad date", object{"options": object{"transactions": object{"start_date": "1.2.2026"}}}, invalidField(
			"options.transactions.start_date must be a string of the format 'YYYY-MM-DD'")},
		{
			"unknown products",
			object{"initial_products": []string{"ABCDEFG1234567", "auth", "x"}},
			notSupported(`["ABCDEFG1234567", "x"]`),
		},
		{"unknown institution", object{"institution_id": "ABCDEFG1234567"}, invalidInstitution},
		{"not offered there", object{"institution_id": "ins_10"}, notSupported(`["auth"]`)},
		{
			"institution before user",
			object{"institution_id": "ins_0", "options": object{"override_username": "nobody"}},
			invalidInstitution,
		},
	}
	s := serve(t)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := s.at(t)
			body := with(base, test.more)
			if test.want == (wrong{}) {
				r := s.good("/sandbox/public_token/create", body)
				require.Len(t, r.Fields, 2)
				require.Regexp(t, tokenOf("public", "sandbox"), r.text("public_token"))
				return
			}
			s.refused("/sandbox/public_token/create", body, test.want)
		})
	}
}

// Passwords of user_good, and the other users.
func TestPasswords(t *testing.T) {
	t.Parallel()
	recaptcha := wrong{
		key: "RECAPTCHA_ERROR/RECAPTCHA_BAD", message: "The provided challenge response was denied. Please try again",
	}
	locked := wrong{
		key:     "ITEM_ERROR/ITEM_LOCKED",
		message: "the account is locked. prompt the user to visit the institution's site and unlock their account",
		display: "The given account has been locked by the financial institution. Please visit your financial " +
			"institution's website to unlock your account.",
	}
	tests := []struct {
		user, password string
		want           wrong
	}{
		{"user_good", "pass_good", wrong{}},
		{"user_good", "mfa_device", wrong{}},
		{"user_good", "mfa_questions_2_3", wrong{}},
		{"user_good", "mfa_selections", wrong{}},
		{"user_good", `{"recaptcha":"good"}`, wrong{}},
		{"user_good", `{"recaptcha": "bad"}`, recaptcha},
		{"user_good", "wrong", invalidCredentials},
		{"user_good", "", invalidCredentials},
		{"user_good", "PASS_GOOD", invalidCredentials},
		{"user_good", `{"recaptcha":`, invalidCredentials},
		{"user_good", "error_ITEM_LOCKED", locked},
		{"user_good", "error_item_locked", invalidCredentials},
		{"user_good", "error_", invalidCredentials},
		{"user_good", "error_NO_SUCH_CODE", invalidCredentials},
		{"user_good", "error_ITEM_NO_ERROR", invalidCredentials},
		{"user_good", "error_INVALID_CREDENTIALS", invalidCredentials},
		{"user_good", "error_INTERNAL_SERVER_ERROR", wrong{
			key: "API_ERROR/INTERNAL_SERVER_ERROR", message: "an unexpected error occurred", status: 500,
		}},
		{"user_good", "error_PLAID_ERROR", wrong{key: "API_ERROR/PLAID_ERROR", message: "plaid error", status: 500}},
		{"user_good", "error_RATE_LIMIT_EXCEEDED", wrong{
			key:     "RATE_LIMIT_EXCEEDED/RATE_LIMIT",
			message: "rate limit exceeded for attempts to access this item. please try again later", status: 429,
		}},
		{"nobody", "pass_good", invalidCredentials},
		{"", "pass_good", invalidCredentials},
		{"user_transactions_dynamic", "anything", wrong{}},
		{"user_yuppie", "", wrong{}},
		{"user_bank_income", "{}", wrong{}},
		{"user_bank_income", "wrong", invalidCredentials},
		{"microdeposits_good", "microdeposits_good", wrong{}},
		{"user_good", "later_ITEM_LOGIN_REQUIRED", wrong{}},
		{"user_good", "later_ITEM_LOGIN_REQUIRED:/auth/get:2", wrong{}},
		{"user_good", "later_", invalidCredentials},
		{"user_good", "later_NO_SUCH_CODE", invalidCredentials},
		{"user_good", "later_ITEM_LOCKED:nowhere", invalidCredentials},
		{"user_good", "later_ITEM_LOCKED:/no/such/path", invalidCredentials},
		{"user_good", "later_ITEM_LOCKED:/auth/get:0", invalidCredentials},
		{"user_good", "later_ITEM_LOCKED:/auth/get:x", invalidCredentials},
		{"user_good", "later_ITEM_LOCKED:/auth/get:1:2", invalidCredentials},
		{"user_good", "later_ITEM_LOCKED:" + strings.Repeat("/a", 200), invalidCredentials},
	}
	s := serve(t)
	for _, test := range tests {
		name := test.user + " " + test.password
		t.Run(name[:min(40, len(name))], func(t *testing.T) {
			t.Parallel()
			s := s.at(t)
			if test.want == (wrong{}) {
				s.exchange(s.good("/sandbox/public_token/create", login(test.user, test.password)).text("public_token"))
				return
			}
			s.refused("/sandbox/public_token/create", login(test.user, test.password), test.want)
		})
	}
}

// Every code that the documentation of the Sandbox names for a password.
func TestPasswordCodes(t *testing.T) {
	t.Parallel()
	s := serve(t)
	for _, code := range strings.Fields(`COUNTRY_NOT_SUPPORTED INSTITUTION_DOWN INSTITUTION_NOT_RESPONDING
		INSTITUTION_NO_LONGER_SUPPORTED INSUFFICIENT_CREDENTIALS INTERNAL_SERVER_ERROR INVALID_CREDENTIALS INVALID_MFA
		INVALID_SEND_METHOD ITEM_LOCKED ITEM_NOT_SUPPORTED MFA_NOT_SUPPORTED NO_ACCOUNTS USER_SETUP_REQUIRED
		ITEM_LOGIN_REQUIRED`) {
		r := s.post("/sandbox/public_token/create", login("user_good", "error_"+code))
		require.Equal(t, code, r.text("error_code"), r.Body)
	}
	s.in(func(w *world.World) { require.Empty(t, Items(w), "no Item is made") })
}

func TestLaterPassword(t *testing.T) {
	t.Parallel()
	s := serve(t)
	link := func(password string) object {
		public := s.good("/sandbox/public_token/create", login("user_good", password)).text("public_token")
		return object{"access_token": s.exchange(public)}
	}
	strikes := func(path string, body object) {
		t.Helper()
		r := s.refused(path, body, loginRequired)
		require.Contains(t, r.Header.Get("Tweed-Rule"), "password later_ITEM_LOGIN_REQUIRED")
	}

	other := link("pass_good")
	first := link("later_ITEM_LOGIN_REQUIRED")
	s.good("/item/get", first)
	s.good("/auth/get", other)
	strikes("/auth/get", first)
	s.good("/auth/get", first)

	onPath := link("later_ITEM_LOGIN_REQUIRED:/accounts/balance/get")
	s.good("/accounts/get", onPath)
	strikes("/accounts/balance/get", onPath)
	s.good("/accounts/balance/get", onPath)

	third := link("later_ITEM_LOGIN_REQUIRED:/identity/get:3")
	s.good("/identity/get", third)
	s.good("/identity/get", third)
	s.refused("/identity/get", with(third, object{"x": 1}), unknownFields("x"))
	strikes("/identity/get", third)
	s.good("/identity/get", third)

	s.in(func(w *world.World) {
		password := "later_ITEM_LOCKED:" + strings.Repeat("/a", 200)
		_, err := Login{Institution: "ins_109508", User: "user_good", Password: password}.Open(w)
		require.Error(t, err)
		require.Len(t, Items(w), 4, "a refused login leaves no Item")
	})
}

func TestResetLogin(t *testing.T) {
	t.Parallel()
	s := serve(t)
	item := s.linked("https://example.com/hook")
	require.Nil(t, s.good("/item/get", item).at("status", "last_webhook"))
	token := s.processorToken(item["access_token"].(string), "dwolla")

	r := s.good("/sandbox/item/reset_login", item)
	require.Len(t, r.Fields, 2)
	require.Equal(t, true, r.Fields["reset_login"])

	for _, path := range []string{"/accounts/get", "/accounts/balance/get", "/auth/get", "/identity/get"} {
		s.refused(path, item, loginRequired)
	}
	account := with(item, object{"account_id": someAccount})
	s.refused("/processor/token/create", with(account, object{"processor": "dwolla"}), loginRequired)
	s.refused("/processor/apex/processor_token/create", account, loginRequired)
	s.refused("/processor/auth/get", object{"processor_token": token}, loginRequired)

	got := s.good("/item/get", item)
	require.Equal(t, "ITEM_LOGIN_REQUIRED", got.text("item", "error", "error_code"))
	require.Equal(t, object{"code_sent": "ERROR", "sent_at": "2026-01-05T14:30:00Z"}, got.at("status", "last_webhook"))
	s.linkToken(item)
	s.good("/item/public_token/create", item)
}

// A product that the institution lacks is refused before the state that the Item is in.
func TestProductBeforeState(t *testing.T) {
	t.Parallel()
	s := serve(t)
	item := object{"access_token": s.exchange(s.good("/sandbox/public_token/create", object{
		"institution_id": "ins_10", "initial_products": []string{"transactions"},
	}).text("public_token"))}
	s.good("/sandbox/item/reset_login", item)
	s.refused("/accounts/get", item, loginRequired)
	s.refused("/auth/get", item, notSupported(`["auth"]`))
}

func TestSandboxProcessorTokenCreate(t *testing.T) {
	t.Parallel()
	s := serve(t)
	partner := s.as("partner", "other secret")
	r := partner.good("/sandbox/processor_token/create", object{"institution_id": "ins_109508", "options": object{
		"override_username": nil, "override_password": nil,
	}})
	require.Len(t, r.Fields, 2)
	token := object{"processor_token": r.text("processor_token")}
	require.Equal(t, "0000", partner.good("/processor/auth/get", token).text("account", "mask"))
	partner.good("/processor/identity/get", token)
	s.refused("/sandbox/processor_token/create", object{"institution_id": "ins_0"}, invalidInstitution)
	s.refused("/sandbox/processor_token/create", object{"institution_id": "ins_109508", "options": object{
		"override_password": "wrong",
	}}, invalidCredentials)
	s.refused("/sandbox/processor_token/create", object{}, missingFields("institution_id"))
	custom, err := json.Marshal(object{"override_accounts": []object{{"type": "credit", "subtype": "credit card"}}})
	require.NoError(t, err)
	s.refused("/sandbox/processor_token/create", object{"institution_id": "ins_109508", "options": object{
		"override_username": "user_custom", "override_password": string(custom),
	}}, noAuthAccounts)
}

// An Item's login is good for 30 days.
func TestItemAge(t *testing.T) {
	t.Parallel()
	s := serve(t)
	access := s.accessToken()
	item := object{"access_token": access}
	token := object{"processor_token": s.processorToken(access, "dwolla")}
	s.advance(loginLife - time.Nanosecond)
	s.good("/auth/get", item)
	require.Nil(t, s.good("/item/get", item).at("item", "error"))
	s.advance(time.Nanosecond)
	s.refused("/auth/get", item, loginRequired)
	s.refused("/accounts/get", item, loginRequired)
	s.refused("/processor/balance/get", token, loginRequired)
	r := s.good("/item/get", item)
	require.Equal(t, http.StatusOK, r.Status)
	require.Equal(t, "ITEM_LOGIN_REQUIRED", r.text("item", "error", "error_code"))
	s.in(func(w *world.World) {
		require.Equal(t, "ITEM_ERROR/ITEM_LOGIN_REQUIRED", Items(w)[0].Error)
	})
	require.Nil(t, s.good("/item/get", object{"access_token": s.accessToken()}).at("item", "error"), "a new Item is young")
}
