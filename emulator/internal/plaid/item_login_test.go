package plaid

import (
	"testing"

	"github.com/stretchr/testify/require"

	"tweed/emulator/internal/world"
)

func TestItemCreateErrors(t *testing.T) {
	t.Parallel()
	s := serve(t).speaks(version2019)
	credentials := invalidField("credentials must be an object with non-empty string values")
	for name, test := range map[string]struct {
		change object
		want   wrong
	}{
		"no credentials":    {object{"credentials": absent{}}, missingFields("credentials")},
		"credentials text":  {object{"credentials": "x"}, credentials},
		"empty credentials": {object{"credentials": object{}}, credentials},
		"empty password":    {object{"credentials": object{"username": "user_good", "password": ""}}, credentials},
		"a number":          {object{"credentials": object{"username": 1}}, credentials},
		"no password": {object{"credentials": object{"username": "user_good"}}, wrong{
			key: "INVALID_INPUT/INVALID_CREDENTIAL_FIELDS", message: "invalid credential fields",
		}},
		"unknown institution": {object{"institution_id": "ABCDEFG1234567"}, wrong{
			key: "INVALID_INPUT/INVALID_INSTITUTION", message: "invalid institution_id provided",
		}},
		"unknown product": {object{"initial_products": []string{"ABCDEFG1234567", "auth"}}, wrong{
			key: "INVALID_INPUT/INVALID_PRODUCT", message: `initial_products contains invalid products: ["ABCDEFG1234567"]`,
		}},
		"products text": {object{"initial_products": "x"}, invalidField("initial_products must be a list of strings containing at least one product")},
		"bad user": {object{"credentials": object{"username": "user_bad", "password": "pass_bad"}}, wrong{
			key: "ITEM_ERROR/INVALID_CREDENTIALS", message: "the provided credentials were not correct",
			display: "The provided credentials were not correct. Please try again.",
		}},
		"a dropped field": {object{"country_codes": []string{"US"}}, unknownFields("country_codes")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s.at(t).refused("/item/create", with(goodLogin("pass_good"), test.change), test.want)
		})
	}
	r := s.good("/item/create", with(goodLogin("pass_good"), object{"options": object{
		"webhook":      "https://example.com/hook",
		"transactions": object{"start_date": "2016-01-01", "end_date": "2016-02-01"},
	}}))
	require.Equal(t, "https://example.com/hook", r.text("item", "webhook"))
}

func TestCredentialsUpdate(t *testing.T) {
	t.Parallel()
	s := serve(t).speaks(versionRC)
	item := object{"access_token": s.good("/item/create", goodLogin("pass_good")).text("access_token")}
	login := func(user, password string) object {
		return with(item, object{"credentials": object{"username": user, "password": password}})
	}
	s.good("/sandbox/item/reset_login", item)
	s.refused("/accounts/get", item, loginRequired)
	s.refused("/item/credentials/update", login("user_custom", "{}"), wrong{
		key:     "ITEM_ERROR/INVALID_UPDATED_USERNAME",
		message: "the username provided to /item/credentials/update does not match the original username for the item",
	})
	s.refused("/item/credentials/update", login(userGood, "error_ITEM_LOCKED"), wrong{
		key:     "ITEM_ERROR/ITEM_LOCKED",
		message: "the account is locked. prompt the user to visit the institution's site and unlock their account",
		display: "The given account has been locked by the financial institution. Please visit your financial institution's website to unlock your account.",
	})
	s.refused("/accounts/get", item, loginRequired)
	r := s.post("/item/credentials/update", login(userGood, "mfa_questions_1_1"))
	require.Equal(t, 210, r.Status, r.Body)
	require.NotContains(t, r.Fields, "access_token")
	s.refused("/accounts/get", item, loginRequired)
	s.good("/item/mfa", with(item, object{"mfa_type": "questions", "responses": []string{"answer_0_0"}}))
	s.good("/accounts/get", item)

	s.advance(loginLife)
	s.refused("/accounts/get", item, loginRequired)
	s.good("/item/credentials/update", login(userGood, passGood))
	s.good("/accounts/get", item)
	s.good("/item/delete", item)
	s.refused("/item/credentials/update", login(userGood, passGood), itemNotFound)
}

// Tokens that a processor's own older path makes are of that processor.
func TestNamedProcessors(t *testing.T) {
	t.Parallel()
	s := serve(t)
	access := s.accessToken()
	body := object{"access_token": access, "account_id": s.accountID(access, "0000")}
	for _, name := range []string{"dwolla", "ocrolus"} {
		token := s.speaks(version2019).good("/processor/"+name+"/processor_token/create", body).text("processor_token")
		s.in(func(w *world.World) {
			row, ok := processorTokens.Get(w, token)
			require.True(t, ok)
			require.Equal(t, name, row.Processor)
		})
	}
}

// Calls of the Sandbox's own are refused elsewhere, after the client's own faults.
func TestSandboxOnly(t *testing.T) {
	t.Parallel()
	for _, environment := range []string{development, production} {
		s := serve(t, Settings{Environment: environment})
		for path, body := range map[string]object{
			"/sandbox/public_token/create":    {"institution_id": "ins_109508", "initial_products": []string{"auth"}},
			"/sandbox/processor_token/create": {"institution_id": "ins_109508"},
			"/sandbox/item/reset_login":       {"access_token": "x"},
		} {
			s.refused(path, body, wrong{
				key:     "INVALID_REQUEST/SANDBOX_ONLY",
				message: "access to " + path + " is only available in the sandbox environment at https://sandbox.plaid.com/",
			})
			s.refused(path, with(body, object{"x": 1}), unknownFields("x"))
		}
		s.good("/accounts/get", object{"access_token": s.exchange(s.viaLink())})
	}
}

// A token of one environment is nothing in another: each kind.
func TestOtherEnvironments(t *testing.T) {
	t.Parallel()
	const uuid = "11111111-2222-4333-8444-555555555555"
	all := []string{sandbox, development, production}
	for _, here := range all {
		s := serve(t, Settings{Environment: here})
		for _, other := range all {
			if other == here {
				continue
			}
			s.refused("/item/get", object{"access_token": "access-" + other + "-" + uuid}, wrong{
				key:     "INVALID_INPUT/INVALID_ACCESS_TOKEN",
				message: `provided access token is for the wrong Plaid environment. expected "` + here + `", got "` + other + `"`,
			})
			s.refused("/item/public_token/exchange", object{"public_token": "public-" + other + "-" + uuid}, wrong{
				key:     "INVALID_INPUT/INVALID_PUBLIC_TOKEN",
				message: `provided public token is for the wrong Plaid environment. expected "` + here + `", got "` + other + `"`,
			})
			s.refused("/processor/balance/get", object{"processor_token": "processor-" + other + "-" + uuid}, wrong{
				key: "INVALID_INPUT/INVALID_PROCESSOR_TOKEN", message: "invalid processor token",
			})
			s.refused("/link/token/get", object{"link_token": "link-" + other + "-" + uuid},
				invalidField("link_token must be a valid link token"))
		}
	}
}

// The Development environment has 100 Items for each client, removed ones among them.
func TestDevelopmentItems(t *testing.T) {
	t.Parallel()
	s := serve(t, Settings{Environment: development}).speaks(version2019)
	var last reply
	for range developmentItems {
		last = s.good("/item/create", goodLogin("pass_good"))
	}
	s.good("/item/remove", object{"access_token": last.text("access_token")})
	s.refused("/item/create", goodLogin("pass_good"), wrong{
		key: "RATE_LIMIT_EXCEEDED/ADDITION_LIMIT", status: 429, message: "addition limit",
	})
	s.as("another", "secret").good("/item/create", goodLogin("pass_good"))
}
