package plaid

import (
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"tweed/emulator/internal/world"
)

// What the Sandbox says of access tokens.
var (
	malformedToken = wrong{
		key:     "INVALID_INPUT/INVALID_ACCESS_TOKEN",
		message: "provided access token is in an invalid format. expected format: access-<environment>-<identifier>",
	}
	unknownToken = wrong{key: "INVALID_INPUT/INVALID_ACCESS_TOKEN", message: "could not find matching access token"}
	itemNotFound = wrong{
		key: "ITEM_ERROR/ITEM_NOT_FOUND",
		message: "The Item you requested cannot be found. This Item does not exist, has been previously removed via " +
			"/item/remove, or has had access removed by the user.",
	}
	loginRequired = wrong{
		key: "ITEM_ERROR/ITEM_LOGIN_REQUIRED",
		message: "the login details of this item have changed (credentials, MFA, or required user action) and a user " +
			"login is required to update this information. use Link's update mode to restore the item to a good state",
	}
)

func wrongType(got string) wrong {
	return wrong{
		key:     "INVALID_INPUT/INVALID_ACCESS_TOKEN",
		message: `provided token is the wrong type. expected "access", got "` + got + `"`,
	}
}

// accountIDFor is well formed.
const someAccount = "vzeNDwK7KQIm4yEog683uElbp9GRLEFXGK98D"

// tokenCalls are all operations that take an access token, with what else they need.
var tokenCalls = map[string]object{
	"/accounts/balance/get":                       {},
	"/accounts/get":                               {},
	"/auth/get":                                   {},
	"/identity/get":                               {},
	"/item/access_token/invalidate":               {},
	"/item/get":                                   {},
	"/item/processor_token/apex/create":           {"account_id": someAccount},
	"/item/public_token/create":                   {},
	"/item/remove":                                {},
	"/processor/apex/processor_token/create":      {"account_id": someAccount},
	"/processor/stripe/bank_account_token/create": {"account_id": someAccount},
	"/processor/token/create":                     {"account_id": someAccount, "processor": "dwolla"},
	"/sandbox/item/reset_login":                   {},
	"/link/token/create": {
		"client_name": "n", "language": "en", "country_codes": []string{"US"}, "user": object{"client_user_id": "u"},
	},
}

func TestAccessToken(t *testing.T) {
	t.Parallel()
	s := serve(t)
	removed, rotated := s.accessToken(), s.accessToken()
	s.good("/item/remove", object{"access_token": removed})
	s.good("/item/access_token/invalidate", object{"access_token": rotated})
	others := s.as("another client", "secret").accessToken()
	format := invalidField("access_token must be a non-empty string")
	const uuid = "11111111-2222-4333-8444-555555555555"
	tests := []struct {
		name  string
		token any
		want  wrong
	}{
		{"a number", 5, format},
		{"a list", []string{"access-sandbox-" + uuid}, format},
		{"malformed", "ABCDEFG1234567", malformedToken},
		{"no identifier", "access-sandbox-", malformedToken},
		{"short identifier", "access-sandbox-" + uuid[1:], malformedToken},
		{"upper case", "ACCESS-SANDBOX-" + uuid, malformedToken},
		{"no environment of Plaid's", "access-tartan-" + uuid, malformedToken},
		{"spaces", " access-sandbox-" + uuid, malformedToken},
		{"public", "public-sandbox-" + uuid, wrongType("public")},
		{"link", "link-sandbox-" + uuid, wrongType("link")},
		{"processor", "processor-sandbox-" + uuid, wrongType("processor")},
		{"wrong type and environment", "public-production-" + uuid, wrongType("public")},
		{"production", "access-production-" + uuid, wrong{
			key:     "INVALID_INPUT/INVALID_ACCESS_TOKEN",
			message: `provided access token is for the wrong Plaid environment. expected "sandbox", got "production"`,
		}},
		{"unknown", "access-sandbox-" + uuid, unknownToken},
		{"invalidated", rotated, unknownToken},
		{"of another client", others, unknownToken},
		{"removed", removed, itemNotFound},
	}
	for path, more := range tokenCalls {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			for _, test := range tests {
				t.Run(test.name, func(t *testing.T) {
					body := object{"access_token": test.token}
					for name, value := range more {
						body[name] = value
					}
					s.at(t).refused(path, body, test.want)
				})
			}
			if path == "/link/token/create" {
				return // its access_token is optional
			}
			s := s.at(t)
			s.refused(path, with(more, object{"access_token": absent{}}),
				missingFields("access_token"))
			s.refused(path, with(more, object{"access_token": nil}), format)
			s.refused(path, with(more, object{"access_token": ""}), format)
		})
	}
}

// with returns the fields of both.
func with(a, b object) object {
	out := object{}
	for _, m := range []object{a, b} {
		for name, value := range m {
			out[name] = value
		}
	}
	return out
}

// Which errors come before an Item's own state does not change with the state.
func TestRemovedItem(t *testing.T) {
	t.Parallel()
	s := serve(t)
	access := s.accessToken("auth", "identity")
	public := s.good("/item/public_token/create", object{"access_token": access}).text("public_token")
	token := s.processorToken(access, "dwolla")
	s.good("/sandbox/item/reset_login", object{"access_token": access})
	r := s.good("/item/remove", object{"access_token": access})
	require.Len(t, r.Fields, 1, "2020-09-14 has no member removed")

	s.refused("/item/remove", object{"access_token": access}, itemNotFound)
	s.refused("/item/public_token/exchange", object{"public_token": public}, itemNotFound)
	for _, path := range partnerPaths {
		s.refused(path, object{"processor_token": token}, itemNotFound)
	}
}

func TestInvalidate(t *testing.T) {
	t.Parallel()
	s := serve(t)
	access := s.accessToken()
	before := s.good("/item/get", object{"access_token": access}).Fields["item"]
	r := s.good("/item/access_token/invalidate", object{"access_token": access})
	require.Len(t, r.Fields, 2)
	next := r.text("new_access_token")
	require.Regexp(t, tokenOf("access", "sandbox"), next)
	require.NotEqual(t, access, next)
	s.refused("/item/get", object{"access_token": access}, unknownToken)
	require.Equal(t, before, s.good("/item/get", object{"access_token": next}).Fields["item"])
}

// tokenOf matches tokens of a kind: a version 4 UUID (817 of 817 recorded ones).
func tokenOf(kind, environment string) *regexp.Regexp {
	const uuid = `[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}`
	return regexp.MustCompile(`^` + kind + `-` + environment + `-` + uuid + `$`)
}

func TestTokenForms(t *testing.T) {
	t.Parallel()
	for _, environment := range []string{"", "sandbox", "development", "production"} {
		s := serve(t, Settings{Environment: environment})
		if environment == "" {
			environment = "sandbox"
		}
		public := s.viaLink()
		access := s.exchange(public)
		require.Regexp(t, tokenOf("public", environment), public)
		require.Regexp(t, tokenOf("access", environment), access)
		require.Regexp(t, tokenOf("processor", environment), s.processorToken(access, "dwolla"))
		require.Regexp(t, tokenOf("link", environment), s.linkToken(nil).text("link_token"))
		s.in(func(w *world.World) {
			require.Equal(t, w.Tag(), public[len("public-"+environment+"-"):][:8], "the world's tag")
			require.Equal(t, environment, EnvironmentOf(w))
		})
	}
}

// Ids have 37 characters, 1 to 8 in a hundred 38, of an alphabet without 0, 2, O and Y.
func TestIDs(t *testing.T) {
	t.Parallel()
	form := regexp.MustCompile(`^[13-9A-NP-XZa-z]{37,38}$`)
	s := serve(t)
	seen := map[string]bool{}
	long := 0
	s.in(func(w *world.World) {
		for range 5000 {
			id := idOf(w.Draw("test"))
			require.Regexp(t, form, id)
			require.False(t, seen[id])
			seen[id] = true
			if len(id) == 38 {
				long++
			}
		}
	})
	require.InDelta(t, 5000/25, long, 60, "about 4 in a hundred")

	access := s.accessToken()
	r := s.good("/accounts/get", object{"access_token": access})
	require.Regexp(t, form, r.text("item", "item_id"))
	for n := range r.at("accounts").([]any) {
		id := r.text("accounts", n, "account_id")
		require.Regexp(t, form, id)
		require.False(t, seen[id])
		seen[id] = true
	}
	again := s.good("/accounts/get", object{"access_token": s.accessToken()})
	require.NotEqual(t, r.text("item", "item_id"), again.text("item", "item_id"), "the same login twice is two Items")
	require.NotEqual(t, r.text("accounts", 0, "account_id"), again.text("accounts", 0, "account_id"))
}
