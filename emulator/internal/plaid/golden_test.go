package plaid

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "record the expected answers anew")

// golden compares an answer with the recorded one of that name.
func golden(t *testing.T, name string, r reply) {
	t.Helper()
	file := filepath.Join("testdata", "golden", name+".json")
	if *update {
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o700))
		require.NoError(t, os.WriteFile(file, []byte(r.Body+"\n"), 0o600))
	}
	want, err := os.ReadFile(file) //nolint:gosec // a file of the tests
	require.NoError(t, err)
	require.Equal(t, string(want), r.Body+"\n", file)
}

// A good answer of every operation that funds an account, byte for byte: seed 1, world default, one walk.
func TestGolden(t *testing.T) {
	t.Parallel()
	s := serve(t)
	kept := map[string]bool{}
	keep := func(path string, body object) reply {
		r := s.good(path, body)
		name := strings.ReplaceAll(strings.Trim(path, "/"), "/", "-")
		kept[name] = true
		golden(t, name, r)
		return r
	}
	public := keep("/sandbox/public_token/create", object{
		"institution_id": "ins_109508", "initial_products": []string{"identity", "auth", "transactions"},
		"options": object{"webhook": "https://example.com/hook"},
	}).text("public_token")
	access := keep("/item/public_token/exchange", object{"public_token": public}).text("access_token")
	item := object{"access_token": access}
	account := with(item, object{"account_id": keep("/accounts/get", item).text("accounts", 0, "account_id")})
	keep("/accounts/balance/get", item)
	keep("/auth/get", item)
	keep("/identity/get", item)
	keep("/item/public_token/create", item)
	link := keep("/link/token/create", object{
		"client_name": "Tweed", "language": "en", "country_codes": []string{"US"}, "products": []string{"auth"},
		"user": object{"client_user_id": "user-1"}, "webhook": "https://example.com/hook",
		"redirect_uri": "https://example.com/oauth", "account_filters": object{
			"depository": object{"account_subtypes": []string{"checking", "savings"}},
		},
	}).text("link_token")
	keep("/link/token/get", object{"link_token": link})
	keep("/item/processor_token/apex/create", account)
	keep("/processor/apex/processor_token/create", account)
	keep("/processor/stripe/bank_account_token/create", account)
	processor := keep("/processor/token/create", with(account, object{"processor": "dwolla"}))
	partner := object{"processor_token": processor.text("processor_token")}
	keep("/processor/account/get", partner)
	keep("/processor/auth/get", partner)
	keep("/processor/balance/get", partner)
	keep("/processor/identity/get", partner)
	keep("/sandbox/processor_token/create", object{"institution_id": "ins_109508"})
	keep("/sandbox/item/reset_login", item)
	keep("/item/get", item)
	keep("/webhook_verification_key/get", object{"key_id": webhookKeyID})
	next := keep("/item/access_token/invalidate", item).text("new_access_token")
	keep("/item/remove", object{"access_token": next})
	keep("/exchange_token", object{"public_token": s.publicToken()})
	partner = object{"processor_token": s.processorToken(s.accessToken(), "dwolla")}
	keep("/processor/token/permissions/set", with(partner, object{"products": []string{"identity", "auth"}}))
	keep("/processor/token/permissions/get", partner)
	keep("/processor/token/webhook/update", with(partner, object{"webhook": "https://example.com/partner"}))

	us := []string{"US"}
	metadata := object{"include_optional_metadata": true, "include_auth_metadata": true}
	keep("/institutions/get", object{"count": 2, "offset": 3, "country_codes": us, "options": metadata})
	keep("/institutions/get_by_id", object{
		"institution_id": "ins_132363", "country_codes": us, "options": object{"include_status": true},
	})
	keep("/institutions/search", object{"query": "platypus", "products": []string{"auth"}, "country_codes": us})

	dynamic := keep("/item/import", object{
		"products": []string{"transactions", "assets"}, "user_auth": object{"user_id": userDynamic, "auth_token": "x"},
	})
	item = object{"access_token": dynamic.text("access_token")}
	keep("/item/webhook/update", with(item, object{"webhook": "https://example.com/new"}))
	keep("/sandbox/item/fire_webhook", with(item, object{"webhook_code": "SYNC_UPDATES_AVAILABLE"}))
	keep("/transactions/sync", with(item, object{"count": 2}))
	keep("/sandbox/transactions/create", with(item, object{"transactions": []object{{
		"amount": -12.5, "date_posted": "2026-01-05", "date_transacted": "2026-01-04", "description": "A deposit",
	}}}))
	keep("/transactions/refresh", item)
	item = object{"access_token": s.accessToken("transactions")}
	december := object{"start_date": "2025-12-01", "end_date": "2025-12-31", "options": object{"count": 3, "offset": 1}}
	keep("/transactions/get", with(item, december))
	keep("/transactions/recurring/get", item)
	partner = object{"processor_token": s.processorToken(item["access_token"].(string), "dwolla")}
	keep("/processor/transactions/get", with(partner, december))
	keep("/processor/transactions/sync", with(partner, object{"count": 1}))
	keep("/processor/transactions/refresh", partner)
	keep("/processor/transactions/recurring/get", partner)

	files, err := filepath.Glob(filepath.Join("testdata", "golden", "*.json"))
	require.NoError(t, err)
	require.Len(t, files, len(kept), "no file is left over; the emulator's golden files are those of every operation")
}
