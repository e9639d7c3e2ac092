package plaid

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var (
	malformedPublic = wrong{
		key:     "INVALID_INPUT/INVALID_PUBLIC_TOKEN",
		message: "provided public token is in an invalid format. expected format: public-<environment>-<identifier>",
	}
	unknownPublic = wrong{key: "INVALID_INPUT/INVALID_PUBLIC_TOKEN", message: "could not find matching public token"}
	expiredPublic = wrong{
		key: "INVALID_INPUT/INVALID_PUBLIC_TOKEN",
		message: "provided public token is expired. Public tokens expire 30 minutes after creation at which point they " +
			"can no longer be exchanged",
	}
)

func TestPublicTokenExchange(t *testing.T) {
	t.Parallel()
	s := serve(t)
	const path = "/item/public_token/exchange"
	const uuid = "11111111-2222-4333-8444-555555555555"
	text := invalidField("public_token must be a non-empty string")
	for name, test := range map[string]struct {
		token any
		want  wrong
	}{
		"missing":   {absent{}, missingFields("public_token")},
		"null":      {nil, text},
		"empty":     {"", text},
		"a number":  {7, text},
		"malformed": {"ABCDEFG1234567", malformedPublic},
		"an access token": {"access-sandbox-" + uuid, wrong{
			key: malformedPublic.key, message: `provided token is the wrong type. expected "public", got "access"`,
		}},
		"of production": {"public-production-" + uuid, wrong{
			key:     malformedPublic.key,
			message: `provided public token is for the wrong Plaid environment. expected "sandbox", got "production"`,
		}},
		"unknown":             {"public-sandbox-" + uuid, unknownPublic},
		"of another client":   {s.as("another", "secret").publicToken(), unknownPublic},
		"of an unknown world": {"public-sandbox-01234567-2222-4333-8444-555555555555", unknownPublic},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s.at(t).refused(path, object{"public_token": test.token}, test.want)
		})
	}
	public := s.publicToken()
	r := s.good(path, object{"public_token": public})
	require.Len(t, r.Fields, 3)
	require.Regexp(t, tokenOf("access", "sandbox"), r.text("access_token"))
	s.refused(path, object{"public_token": public}, unknownPublic)
	got := s.good("/item/get", object{"access_token": r.text("access_token")})
	require.Equal(t, r.text("item_id"), got.text("item", "item_id"))
}

// A refused exchange does not use the token up, and expiry is at 30 minutes sharp.
func TestPublicTokenLife(t *testing.T) {
	t.Parallel()
	s := serve(t)
	first, second := s.publicToken(), s.publicToken()
	s.refused("/item/public_token/exchange", object{"public_token": first, "x": 1}, unknownFields("x"))
	s.advance(publicTokenLife - time.Nanosecond)
	access := s.exchange(first)
	s.advance(time.Nanosecond)
	s.refused("/item/public_token/exchange", object{"public_token": second}, expiredPublic)
	s.refused("/item/public_token/exchange", object{"public_token": first}, unknownPublic)

	r := s.good("/item/public_token/create", object{"access_token": access})
	require.Len(t, r.Fields, 3)
	require.Equal(t, "2026-01-05T15:30:00Z", r.text("expiration"), "30 minutes from now")
	again := s.good("/item/public_token/exchange", object{"public_token": r.text("public_token")})
	require.Equal(t, access, again.text("access_token"), "the Item keeps its access token")
}

func TestItemGet(t *testing.T) {
	t.Parallel()
	s := serve(t)
	s.advance(1500 * time.Millisecond)
	access := s.accessToken("transactions", "investments", "transactions")
	r := s.good("/item/get", object{"access_token": access})
	item, _ := r.at("item").(object)
	require.Equal(t, object{
		"auth_method": nil, "billed_products": []any{"investments", "transactions"}, "consent_expiration_time": nil,
		"consented_data_scopes": []any{}, "consented_products": []any{"investments", "transactions"},
		"consented_use_cases": []any{}, "created_at": "2026-01-05T14:30:01Z", "error": nil,
		"institution_id": "ins_109508", "institution_name": "First Platypus Bank",
		"products": []any{"investments", "transactions"}, "update_type": "background", "webhook": "",
		"item_id": item["item_id"], "available_products": item["available_products"],
	}, item)
	available, _ := item["available_products"].([]any)
	require.Contains(t, available, "auth")
	require.Contains(t, available, "balance")
	require.NotContains(t, available, "transactions", "what is billed is not available")
	updated := object{"last_failed_update": nil, "last_successful_update": "2026-01-05T14:30:01.500Z"}
	require.Equal(t, object{"investments": updated, "transactions": updated, "last_webhook": nil}, r.at("status"))

	plain := s.good("/item/get", object{"access_token": s.accessToken("auth")})
	require.Equal(t, object{"last_webhook": nil}, plain.at("status"), "no member for a product that the Item lacks")
	require.Equal(t, "INSTANT_AUTH", plain.text("item", "auth_method"))
}

// A call that belongs to a product adds it to the Item, and shows that at once.
func TestProductAdded(t *testing.T) {
	t.Parallel()
	s := serve(t)
	item := object{"access_token": s.accessToken("transactions")}
	s.good("/accounts/balance/get", item)
	require.Equal(t, []any{"transactions"}, s.good("/item/get", item).at("item", "billed_products"))
	require.Equal(t, []any{"auth", "transactions"}, s.good("/auth/get", item).at("item", "billed_products"))
	require.Equal(t, []any{"auth", "identity", "transactions"}, s.good("/identity/get", item).at("item", "products"))
	r := s.good("/item/get", item)
	require.Equal(t, []any{"auth", "identity", "transactions"}, r.at("item", "billed_products"))
	require.NotContains(t, r.at("item", "available_products"), "auth")
	require.Equal(t, "INSTANT_AUTH", r.text("item", "auth_method"))
}

// A partner's call adds the product, too.
func TestProductAddedByPartner(t *testing.T) {
	t.Parallel()
	s := serve(t)
	access := s.accessToken("transactions")
	token := object{"processor_token": s.processorToken(access, "dwolla")}
	s.good("/processor/account/get", token)
	s.good("/processor/balance/get", token)
	require.Equal(t, []any{"transactions"}, s.good("/item/get", object{"access_token": access}).at("item", "products"))
	s.good("/processor/auth/get", token)
	s.good("/processor/identity/get", token)
	r := s.good("/item/get", object{"access_token": access})
	require.Equal(t, []any{"auth", "identity", "transactions"}, r.at("item", "products"))
}

// The forms in which SDKs send what they do not set.
func TestNulls(t *testing.T) {
	t.Parallel()
	s := serve(t)
	access := s.accessToken("auth", "identity")
	for _, options := range []any{nil, object{}, object{"account_ids": nil}} {
		for _, path := range []string{"/accounts/get", "/accounts/balance/get", "/auth/get", "/identity/get"} {
			s.good(path, object{"access_token": access, "options": options})
		}
	}
	s.good("/accounts/balance/get", object{"access_token": access, "options": object{
		"account_ids": nil, "min_last_updated_datetime": nil,
	}})
	s.good("/link/token/create", object{ // plaid-ruby 13, recorded 2021-01-07
		"client_name": "Plaid Test", "language": "en", "country_codes": []string{"GB"},
		"products": []string{"payment_initiation"}, "user": object{"client_user_id": "123-fake-user-id"},
		"webhook": nil, "access_token": nil,
		"link_customization_name": nil, "redirect_uri": nil, "android_package_name": nil, "account_filters": nil,
		"cross_app_item_add": nil, "hosted_link": nil,
	})
}

// A scenario's "extra" members stand in the error.
func TestErrorExtra(t *testing.T) {
	t.Parallel()
	e := errLoginRequired.New()
	e.Extra = map[string]any{"error_code_reason": "OAUTH_USER_REVOKED"}
	c := hostCall(t, "localhost")
	var body object
	r := write(c, nil, e)
	require.NoError(t, json.Unmarshal(r.Body, &body))
	require.Equal(t, http.StatusBadRequest, r.Status)
	require.Equal(t, "OAUTH_USER_REVOKED", body["error_code_reason"])
	require.Equal(t, "ITEM_LOGIN_REQUIRED", body["error_code"])
	require.Len(t, body, 8)
}
