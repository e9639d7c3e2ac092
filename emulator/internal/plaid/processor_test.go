package plaid

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tweed/emulator/internal/dataset"
	"tweed/emulator/internal/world"
)

// processorPaths make a processor token, with what else they need.
var processorPaths = map[string]object{
	"/processor/token/create":                     {"processor": "apex_clearing"},
	"/processor/apex/processor_token/create":      {},
	"/item/processor_token/apex/create":           {},
	"/processor/stripe/bank_account_token/create": {},
}

var invalidAccountID = wrong{
	key: "INVALID_INPUT/INVALID_ACCOUNT_ID", message: "failed to find requested account ID for requested item",
}

// partnerPaths are what a partner calls with a processor token.
var partnerPaths = []string{
	"/processor/account/get", "/processor/auth/get", "/processor/balance/get", "/processor/identity/get",
}

// The missing account_id, in all its forms.
func TestAccountID(t *testing.T) {
	t.Parallel()
	s := serve(t)
	access := s.accessToken()
	others := s.accountID(s.accessToken(), "0000")
	format := invalidField("account_id must be a valid account ID")
	tests := []struct {
		name string
		id   any
		want wrong
	}{
		{"absent", absent{}, missingFields("account_id")},
		{"null", nil, format},
		{"empty", "", format},
		{"a space", " ", format},
		{"malformed", "ABCDEFG1234567", format},
		{"36 characters", strings.Repeat("A", 36), format},
		{"39 characters", strings.Repeat("A", 39), format},
		{"a letter that ids lack", strings.Repeat("A", 36) + "O", format},
		{"a number", 12345, format},
		{"a list", []string{others}, format},
		{"an object", object{"id": others}, format},
		{"a mask", "0000", format},
		{"of another Item", others, invalidAccountID},
		{"of no Item", strings.Repeat("A", 38), invalidAccountID},
	}
	for path, more := range processorPaths {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			for _, test := range tests {
				t.Run(test.name, func(t *testing.T) {
					body := with(more, object{"access_token": access, "account_id": test.id})
					s.at(t).refused(path, body, test.want)
				})
			}
			s := s.at(t)
			// account_id before access_token: plaid-python's legacy processor tests.
			s.refused(path, with(more, object{"access_token": "fakeAccessToken", "account_id": "fakeAccountId"}), format)
			s.refused(path, with(more, object{"access_token": "fakeAccessToken", "account_id": others}), malformedToken)
			s.refused(path, more, missingFields("access_token, account_id"))
		})
	}
}

// Each answer has the token and nothing else but the request id, for any account.
func TestProcessorTokenCreate(t *testing.T) {
	t.Parallel()
	s := serve(t)
	access := s.accessToken()
	for path, more := range processorPaths {
		name := "processor_token"
		form := tokenOf("processor", "sandbox").String()
		if strings.Contains(path, "stripe") {
			name, form = "stripe_bank_account_token", `^btok_[0-9A-Za-z]{24}$`
		}
		seen := map[string]bool{}
		for _, mask := range []string{"0000", "0000", "1111", "3333", "7777"} {
			r := s.good(path, with(more, object{"access_token": access, "account_id": s.accountID(access, mask)}))
			require.Len(t, r.Fields, 2)
			require.Regexp(t, form, r.text(name))
			require.False(t, seen[r.text(name)], "each call makes a token of its own")
			seen[r.text(name)] = true
		}
	}
}

func TestProcessors(t *testing.T) {
	t.Parallel()
	s := serve(t)
	access := s.accessToken()
	body := object{"access_token": access, "account_id": s.accountID(access, "0000")}
	for _, p := range dataset.Processors() {
		require.Regexp(t, tokenOf("processor", "sandbox"),
			s.good("/processor/token/create", with(body, object{"processor": p.ID})).text("processor_token"))
	}
	invalid := wrong{key: "INVALID_INPUT/INVALID_PROCESSOR", message: "The provided processor is invalid."}
	for _, name := range []string{"sbv_api", "apex", "stripe", "Dwolla", ""} {
		s.refused("/processor/token/create", with(body, object{"processor": name}), invalid)
	}
	s.refused("/processor/token/create", body, missingFields("processor"))
	s.refused("/processor/token/create", with(body, object{"processor": nil}),
		invalidField("processor must be a non-empty string"))
	s.refused("/processor/apex/processor_token/create", with(body, object{"processor": "apex"}),
		unknownFields("processor"))
}

// A partner calls with keys of its own and sees one account.
func TestPartner(t *testing.T) {
	t.Parallel()
	s := serve(t)
	access := s.accessToken("auth", "identity")
	partner := s.as("partner", "partner's secret")
	token := object{"processor_token": s.processorToken(access, "dwolla")}
	id := s.accountID(access, "0000")
	account := s.good("/accounts/get", object{"access_token": access}).at("accounts", 0)

	r := partner.good("/processor/account/get", token)
	require.Equal(t, object{
		"account": account, "institution_id": "ins_109508", "request_id": r.text("request_id"),
	}, r.Fields)
	r = partner.good("/processor/balance/get", token)
	require.Equal(t, object{"account": account, "request_id": r.text("request_id")}, r.Fields)
	r = partner.good("/processor/auth/get", token)
	require.Equal(t, object{"account": account, "request_id": r.text("request_id"), "numbers": object{
		"ach": object{
			"account": "1111222233330000", "account_id": id, "routing": "011401533", "wire_routing": "021000021",
			"is_tokenized_account_number": false,
		},
		"eft": nil, "international": nil, "bacs": nil,
	}}, r.Fields)
	r = partner.good("/processor/identity/get", token)
	owner := s.good("/identity/get", object{"access_token": access}).at("accounts", 0)
	require.Equal(t, object{"account": owner, "request_id": r.text("request_id")}, r.Fields)

	// The customer's access token is not the partner's.
	partner.refused("/accounts/get", object{"access_token": access}, unknownToken)
	// It goes on working when the access token is replaced.
	s.good("/item/access_token/invalidate", object{"access_token": access})
	partner.good("/processor/auth/get", token)
}

func TestProcessorToken(t *testing.T) {
	t.Parallel()
	s := serve(t)
	access := s.accessToken()
	loan := s.good("/processor/token/create", object{
		"access_token": access, "account_id": s.accountID(access, "7777"), "processor": "dwolla",
	}).text("processor_token")
	stripe := s.good("/processor/stripe/bank_account_token/create", object{
		"access_token": access, "account_id": s.accountID(access, "0000"),
	}).text("stripe_bank_account_token")
	invalid := wrong{key: "INVALID_INPUT/INVALID_PROCESSOR_TOKEN", message: "invalid processor token"}
	text := invalidField("processor_token must be a non-empty string")
	const uuid = "11111111-2222-4333-8444-555555555555"
	for _, path := range partnerPaths {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			s := s.at(t)
			for _, test := range []struct {
				token any
				want  wrong
			}{
				{absent{}, missingFields("processor_token")},
				{nil, text},
				{"", text},
				{5, text},
				{"not-a-token", invalid},
				{"processor-sandbox-" + uuid, invalid},
				{"processor-production-" + uuid, invalid},
				{access, invalid},
				{stripe, invalid},
			} {
				s.refused(path, object{"processor_token": test.token}, test.want)
			}
			if path == "/processor/auth/get" {
				s.refused(path, object{"processor_token": loan}, noAuthAccounts)
				return
			}
			require.Equal(t, "7777", s.good(path, object{"processor_token": loan}).text("account", "mask"))
		})
	}
}

// What Apex learns of a token at Plaid's side.
func TestBankOf(t *testing.T) {
	t.Parallel()
	s := serve(t)
	access := s.accessToken()
	checking := s.accountID(access, "0000")
	create := func(path, mask string, more object) string {
		r := s.good(path, with(more, object{"access_token": access, "account_id": s.accountID(access, mask)}))
		return r.text("processor_token") + r.text("stripe_bank_account_token")
	}
	good := create("/processor/apex/processor_token/create", "0000", nil)
	others := []string{
		create("/item/processor_token/apex/create", "0000", nil),
		create("/processor/token/create", "0000", object{"processor": "apex_clearing"}),
		s.good("/sandbox/processor_token/create", object{"institution_id": "ins_109508"}).text("processor_token"),
	}
	faults := map[string]struct {
		problem TokenFault
		detail  string
	}{
		create("/processor/token/create", "0000", object{"processor": "dwolla"}): {TokenOtherProcessor, "dwolla"},
		create("/processor/stripe/bank_account_token/create", "0000", nil):       {TokenUnknown, ""},
		create("/processor/apex/processor_token/create", "7777", nil):            {TokenNoNumbers, ""},
		"processor-sandbox-11111111-2222-4333-8444-555555555555":                 {TokenUnknown, ""},
		"processor-production-11111111-2222-4333-8444-555555555555":              {TokenOtherEnvironment, "production"},
		"":     {TokenUnknown, ""},
		access: {TokenUnknown, ""},
	}
	s.in(func(w *world.World) {
		bank, problem, _ := BankOf(w, good)
		require.Empty(t, problem)
		require.Equal(t, Bank{
			Item: bank.Item, Account: checking, Number: "1111222233330000", Routing: "011401533", Type: "checking",
			Owner: "Alberta Bobbeth Charleson", Mask: "0000",
		}, bank)
		for _, token := range others {
			bank, problem, _ := BankOf(w, token)
			require.Empty(t, problem)
			require.Equal(t, "0000", bank.Mask)
		}
		for token, want := range faults {
			_, problem, detail := BankOf(w, token)
			require.Equal(t, want.problem, problem, token)
			require.Equal(t, want.detail, detail, token)
		}
	})
	s.good("/sandbox/item/reset_login", object{"access_token": access})
	s.in(func(w *world.World) {
		_, problem, detail := BankOf(w, good)
		require.Equal(t, TokenLoginRequired, problem)
		require.Equal(t, "ITEM_LOGIN_REQUIRED", detail)
	})
	s.good("/item/remove", object{"access_token": access})
	s.in(func(w *world.World) {
		_, problem, _ := BankOf(w, good)
		require.Equal(t, TokenItemRemoved, problem)
		views := Items(w)
		at := slices.IndexFunc(views, func(v View) bool { return v.AccessToken == access })
		require.True(t, views[at].Removed)
		require.Equal(t, checking, views[at].Accounts[0].ID)
	})
}
