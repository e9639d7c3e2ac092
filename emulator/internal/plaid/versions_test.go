package plaid

import (
	"encoding/json"
	"maps"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tweed/emulator/internal/api"
	"tweed/emulator/scenario"
)

// goodLogin are the credentials that /item/create takes for the good test user.
func goodLogin(password string) object {
	return object{
		"credentials": object{"username": userGood, "password": password}, "institution_id": "ins_109508",
		"initial_products": []string{"transactions"},
	}
}

// The answers of the older versions, byte for byte: one walk in each.
func TestVersionGoldens(t *testing.T) {
	t.Parallel()
	for _, speaks := range []string{version2017, version2018, versionRC, version2019} {
		t.Run(speaks, func(t *testing.T) {
			t.Parallel()
			s := serve(t).speaks(speaks).at(t)
			seen := map[string]bool{}
			keep := func(path, more string, status int, body object) reply {
				t.Helper()
				r := s.post(path, body)
				require.Equal(t, status, r.Status, r.Body)
				name := strings.ReplaceAll(strings.Trim(path, "/"), "/", "-") + more
				golden(t, filepath.Join(speaks, name), r)
				seen[path] = true
				return r
			}
			made := keep("/item/create", "", 200, goodLogin("pass_good"))
			item := object{"access_token": made.text("access_token")}
			accounts := s.good("/accounts/get", item)
			some := func(numbers ...int) object {
				var ids []string
				for _, n := range numbers {
					ids = append(ids, accounts.text("accounts", n, "account_id"))
				}
				return with(item, object{"options": object{"account_ids": ids}})
			}
			keep("/accounts/get", "", 200, some(0, 5))
			keep("/auth/get", "", 200, some(0, 1))
			keep("/identity/get", "", 200, some(0, 3))
			keep("/credit_details/get", "", 200, some(3))
			account := with(item, object{"account_id": accounts.text("accounts", 0, "account_id")})
			keep("/processor/dwolla/processor_token/create", "", 200, account)
			keep("/processor/ocrolus/processor_token/create", "", 200, account)
			keep("/processor/ocrolus/processor_token/create", "-error", 400, with(item, object{"account_id": "x"}))
			s.good("/sandbox/item/reset_login", item)
			keep("/item/get", "-error", 200, item)
			keep("/item/credentials/update", "", 200, with(item, object{"credentials": goodLogin("pass_good")["credentials"]}))
			keep("/item/get", "", 200, item)

			asked := keep("/item/create", "-mfa", 210, goodLogin("mfa_device"))
			other := object{"access_token": asked.text("access_token")}
			keep("/item/mfa", "-device", 210, with(other, object{"mfa_type": "device_list", "responses": []string{"2"}}))
			keep("/item/mfa", "", 200, with(other, object{"mfa_type": "device", "responses": []string{"1234"}}))
			keep("/item/add_token/create", "", 200, object{"user": object{"client_user_id": "user-1", "legal_name": "A B"}})
			keep("/item/access_token/update_version", "-error", 400, object{"access_token_v1": strings.Repeat("0f", 80)})
			keep("/income/get", "-error", 400, item)
			s.advance(incomeDelay)
			keep("/income/get", "", 200, item)
			keep("/transactions/deactivate", "", 200, item)
			require.NotContains(t, s.good("/item/get", item).at("item", "billed_products"), "transactions")
			keep("/item/remove", "", 200, other)
			keep("/item/delete", "", 200, item)

			for path := range dropped() {
				require.Equal(t, operations[path] != nil, seen[path], path)
			}
			files, err := filepath.Glob(filepath.Join("testdata", "golden", speaks, "*.json"))
			require.NoError(t, err)
			require.Len(t, files, 21, "no file is left over")
		})
	}
}

// Who asks for the version that operations speak gets the bytes of who asks for none.
func TestNewestVersion(t *testing.T) {
	t.Parallel()
	walk := func(s *tester) (out []string) {
		access := s.accessToken("auth", "identity", "transactions")
		for _, path := range []string{"/accounts/get", "/auth/get", "/identity/get", "/item/get", "/item/remove", "/item/get"} {
			out = append(out, s.post(path, object{"access_token": access}).Body)
		}
		return out
	}
	require.Equal(t, walk(serve(t)), walk(serve(t).speaks(version)))
	require.Equal(t, walk(serve(t).speaks(version2018)), walk(serve(t, Settings{Version: version2018})),
		"a scenario says what those speak who have no header")

	c := &api.Call{Op: &api.Op{Path: "/item/remove"}}
	answer := &requestIDResponse{RequestID: "x"}
	require.Same(t, answer, olderAnswer(c, version, answer), "it is not even encoded")
	file := api.Raw{Type: "application/pdf", Body: []byte("%PDF")}
	require.Equal(t, file, olderAnswer(c, version2017, file))
}

func TestUnknownVersion(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"2018-05-23", "2020-9-14", "latest", "2026-01-01"} {
		s := serve(t).speaks(bad)
		r := s.refused("/item/get", object{"access_token": "x"}, wrong{
			key:     "INVALID_REQUEST/INVALID_HEADERS",
			message: "Plaid-Version must be one of 2017-03-08, 2018-05-22, 2019-02-14, 2019-05-29, 2020-09-14",
		})
		require.Equal(t, version, r.Header.Get("Plaid-Version"))
	}
}

// What 2020-09-14 dropped is refused there, whatever is sent.
func TestDropped(t *testing.T) {
	t.Parallel()
	s := serve(t)
	require.Len(t, dropped(), 11)
	for path := range dropped() {
		want := wrong{
			key: "INVALID_REQUEST/NO_LONGER_AVAILABLE", status: http.StatusNotFound,
			message: "This endpoint has been discontinued as of version '2020-09-14' of the API.",
		}
		s.refused(path, nil, want)
		r := s.speaks(version).refused(path, object{"client_id": absent{}}, want)
		require.NotContains(t, r.Fields, "documentation_url", "recorded 2021-02")
		got := s.speaks(version2019).post(path, nil)
		require.Equal(t, "INVALID_REQUEST/MISSING_FIELDS", typeAndCode(got, path), got.Body)
	}
}

// typeAndCode is the error's, and MISSING_FIELDS for the one call that needs no field.
func typeAndCode(r reply, path string) string {
	if path == "/item/add_token/create" && r.Status == http.StatusOK {
		return "INVALID_REQUEST/MISSING_FIELDS"
	}
	return r.text("error_type") + "/" + r.text("error_code")
}

func TestPublicKey(t *testing.T) {
	t.Parallel()
	s := serve(t)
	body := object{
		"client_id": absent{}, "secret": absent{}, "public_key": "key",
		"institution_id": "ins_109508", "initial_products": []string{"auth"},
	}
	for _, speaks := range []string{version2017, version2018, versionRC, version2019} {
		public := s.speaks(speaks).good("/sandbox/public_token/create", body).text("public_token")
		require.NotEmpty(t, s.as("whoever", "secret").exchange(public), "an Item of no client is the first one's")
		s.speaks(speaks).refused("/sandbox/public_token/create", with(body, object{"public_key": nil}),
			invalidField("public_key must be a properly formatted, non-empty string"))
		s.speaks(speaks).refused("/item/get", object{
			"client_id": absent{}, "secret": absent{}, "public_key": "key", "access_token": "x",
		}, missingFields("client_id, secret"))
		s.speaks(speaks).good("/sandbox/public_token/create", with(body, s.keys))
	}
	s.refused("/sandbox/public_token/create", body, wrong{
		key: "INVALID_REQUEST/INCOMPATIBLE_API_VERSION",
		message: "The public_key cannot be used for this endpoint as of version 2020-09-14 of the API. " +
			"Please use the client_id and secret instead.",
	})
	s.refused("/sandbox/public_token/create", with(body, s.keys), unknownFields("public_key"))
	s.refused("/item/get", object{"client_id": absent{}, "public_key": "key", "access_token": "x"}, missingFields("client_id"))
}

// A public key leads into a world, and a scenario can pin it.
func TestPublicKeyOfWorld(t *testing.T) {
	t.Parallel()
	s := serve(t, Settings{Credentials: []Credentials{{ClientID: "client", Secret: "secret", PublicKey: "key"}}})
	s = s.speaks(version2019)
	body := object{
		"client_id": absent{}, "secret": absent{}, "public_key": "key@other",
		"institution_id": "ins_109508", "initial_products": []string{"auth"},
	}
	public := s.good("/sandbox/public_token/create", body).text("public_token")
	require.NotEmpty(t, s.as("client@other", "secret").exchange(public))
	s.refused("/item/public_token/exchange", object{"public_token": public}, unknownPublic)
	s.refused("/sandbox/public_token/create", with(body, object{"public_key": "another"}), wrong{
		key: "INVALID_INPUT/INVALID_API_KEYS", message: "invalid client_id or secret provided",
	})
}

// Institutions of each version, made of today's answer.
func TestInstitutionVersions(t *testing.T) {
	t.Parallel()
	for speaks, want := range map[string][]string{
		version2017: {"credentials", "has_mfa", "institution_id", "mfa", "name", "products", "url"},
		version2018: {"credentials", "has_mfa", "institution_id", "mfa", "mfa_code_type", "name", "products", "url"},
		versionRC:   {"credentials", "has_mfa", "institution_id", "mfa", "mfa_code_type", "name", "products", "url"},
		version2019: {
			"country_codes", "credentials", "has_mfa", "input_spec", "institution_id", "mfa", "mfa_code_type", "name",
			"oauth", "products", "routing_numbers", "url",
		},
		version: {"country_codes", "institution_id", "name", "oauth", "products", "routing_numbers", "url"},
	} {
		for _, path := range institutionCalls {
			bank := object{
				"country_codes": []string{"US"}, "institution_id": "ins_1", "name": "Bank", "oauth": false,
				"products": []string{"auth"}, "routing_numbers": []string{}, "url": "https://plaid.com",
			}
			answer := object{"institutions": []object{bank}}
			if path == "/institutions/get_by_id" {
				answer = object{"institution": bank}
			}
			c := &api.Call{Op: &api.Op{Path: path}}
			got := fieldsOf(olderAnswer(c, speaks, answer))
			one := slices.Concat(objects(got, "institution"), objects(got, "institutions"))
			require.Len(t, one, 1)
			require.Equal(t, want, slices.Sorted(maps.Keys(one[0])), "%s of %s", path, speaks)
		}
	}
}

// The requests of older clients for institutions, made into today's.
func TestInstitutionRequests(t *testing.T) {
	t.Parallel()
	raw := `{"public_key":"k","query":"x","options":{"include_institution_data":true,"oauth":null}}`
	c := &api.Call{Op: &api.Op{Path: "/institutions/search"}, Version: version2018}
	var err error
	c.Body, err = api.DecodeJSON(&api.Request{Body: []byte(raw)})
	require.NoError(t, err)
	sent := c.Body.Fields
	require.NoError(t, upgradeRequest(c))
	require.Equal(t, object{
		"query": "x", "country_codes": everyCountry(), "options": object{"include_optional_metadata": true, "oauth": nil},
	}, c.Body.Fields)
	require.Contains(t, everyCountry(), "GB")
	var again object
	require.NoError(t, c.Body.Into(&again))
	require.Len(t, again, 3)
	require.Contains(t, sent, "public_key", "the request itself is as it was")

	c = &api.Call{Op: &api.Op{Path: "/institutions/search"}, Version: version2019}
	c.Body = api.FromFields(object{"country_codes": []any{"US"}})
	require.NoError(t, upgradeRequest(c))
	require.Equal(t, []any{"US"}, c.Body.Fields["country_codes"])
}

// Transactions of each version, made of today's answer.
func TestTransactionVersions(t *testing.T) {
	t.Parallel()
	today := object{"transactions": []object{{
		"amount": json.Number("5.4"), "iso_currency_code": "USD", "unofficial_currency_code": nil,
		"location":      object{"city": "A", "region": "NY", "postal_code": "1", "country": "US"},
		"merchant_name": "B", "payment_channel": "online", "transaction_id": "t",
	}}}
	c := &api.Call{Op: &api.Op{Path: "/transactions/get"}}
	newer := object{"city": "A", "region": "NY", "postal_code": "1", "country": "US"}
	older := object{"city": "A", "state": "NY", "zip": "1"}
	for speaks, want := range map[string]object{
		version2019: {"amount": json.Number("5.4"), "iso_currency_code": "USD", "unofficial_currency_code": nil, "location": newer, "transaction_id": "t"},
		version2018: {"amount": json.Number("5.4"), "iso_currency_code": "USD", "unofficial_currency_code": nil, "location": older, "transaction_id": "t"},
		version2017: {"amount": json.Number("5.4"), "location": older, "transaction_id": "t"},
	} {
		got := fieldsOf(olderAnswer(c, speaks, today))
		require.Equal(t, []any{want}, got["transactions"], speaks)
	}
}

// The list of changes is in order, and each of them can be met.
func TestChanges(t *testing.T) {
	t.Parallel()
	require.True(t, slices.IsSortedFunc(changes, func(a, b versionChange) int { return strings.Compare(b.since, a.since) }))
	oldest := scenario.Versions()[len(scenario.Versions())-1]
	for _, ch := range changes {
		require.Contains(t, scenario.Versions(), ch.since)
		require.Greater(t, ch.since, oldest, "nobody is older than the first version")
		require.True(t, ch.upgrade != nil || ch.downgrade != nil || ch.failure != nil)
	}
	require.Equal(t, []string{version, version2019, versionRC, version2018, version2017}, scenario.Versions())
}

// No call panics in any version, whatever it is sent.
func TestVersionsStand(t *testing.T) {
	t.Parallel()
	odd := []any{nil, "x", json.Number("1"), []any{}, []any{nil, "x", object{}}, object{}, object{"a": nil}}
	for _, speaks := range scenario.Versions() {
		t.Run(speaks, func(t *testing.T) {
			t.Parallel()
			s := serve(t).speaks(speaks).at(t)
			item := object{"access_token": s.speaks("").accessToken()}
			for _, path := range slices.Sorted(maps.Keys(operations)) {
				for _, body := range []object{{}, item, {"options": 1}, {"credentials": object{}, "options": object{}}} {
					r := s.post(path, body)
					require.Less(t, r.Status, http.StatusInternalServerError, "%s %s", path, r.Body)
				}
				for _, value := range odd { // as a rule's patch may leave an answer
					answer := object{}
					for _, name := range []string{
						"item", "accounts", "account", "numbers", "identity", "institution", "institutions", "transactions",
					} {
						answer[name] = value
					}
					c := &api.Call{Op: &api.Op{Path: path}}
					require.NotNil(t, olderAnswer(c, speaks, answer))
				}
			}
		})
	}
}
