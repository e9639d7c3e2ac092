package plaid

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// linkRequest is a request of /link/token/create.
func linkRequest(more object) object {
	return with(object{
		"client_name": "Tweed", "language": "en", "country_codes": []string{"US"}, "products": []string{"auth"},
		"user": object{"client_user_id": "user-1"},
	}, more)
}

// linkToken makes a link token.
func (s *tester) linkToken(more object) reply {
	s.t.Helper()
	return s.good("/link/token/create", linkRequest(more))
}

func TestLinkTokenLife(t *testing.T) {
	t.Parallel()
	s := serve(t)
	update := object{"access_token": s.accessToken()}
	for name, test := range map[string]struct {
		more object
		life time.Duration
	}{
		"plain":                   {nil, 4 * time.Hour},
		"null hosted_link":        {object{"hosted_link": nil}, 4 * time.Hour},
		"update mode":             {update, 30 * time.Minute},
		"update mode, products":   {with(update, object{"products": []string{"identity"}}), 30 * time.Minute},
		"hosted":                  {object{"hosted_link": object{}}, 30 * time.Minute},
		"hosted, null lifetime":   {object{"hosted_link": object{"url_lifetime_seconds": nil}}, 30 * time.Minute},
		"hosted, an hour":         {object{"hosted_link": object{"url_lifetime_seconds": 3600}}, time.Hour},
		"hosted, a second":        {object{"hosted_link": object{"url_lifetime_seconds": 1}}, time.Second},
		"hosted, 21 days":         {object{"hosted_link": object{"url_lifetime_seconds": 21 * 86400}}, 21 * 24 * time.Hour},
		"hosted in update mode":   {with(update, object{"hosted_link": object{"url_lifetime_seconds": 60}}), time.Minute},
		"empty access_token":      {object{"access_token": ""}, 4 * time.Hour},
		"null access_token":       {object{"access_token": nil}, 4 * time.Hour},
		"update without products": {with(update, object{"products": absent{}}), 30 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := s.at(t)
			r := s.linkToken(test.more)
			require.Equal(t, monday.Add(test.life).Format(time.RFC3339), r.text("expiration"))
			require.Regexp(t, tokenOf("link", "sandbox"), r.text("link_token"))
			if hosted := test.more["hosted_link"]; hosted != nil {
				require.Len(t, r.Fields, 4)
				require.Equal(t, s.http.URL+"/link/"+r.text("link_token"), r.text("hosted_link_url"))
			} else {
				require.Len(t, r.Fields, 3)
			}
			got := s.good("/link/token/get", object{"link_token": r.text("link_token")})
			require.Equal(t, r.text("expiration"), got.text("expiration"))
			require.Equal(t, "2026-01-05T14:30:00Z", got.text("created_at"))
		})
	}
}

// JSON has no integers: 3600.0 and 3.6e3 are as good as 3600.
func TestLinkTokenLifetimeForms(t *testing.T) {
	t.Parallel()
	s := serve(t)
	body := func(seconds string) string {
		return `{"client_id":"c","secret":"s","client_name":"n","language":"en","country_codes":["US"],"products":["auth"],
			"user":{"client_user_id":"u"},"hosted_link":{"url_lifetime_seconds":` + seconds + `}}`
	}
	for _, seconds := range []string{"3600", "3600.0", "3.6e3"} {
		r := s.send(http.MethodPost, "/link/token/create", body(seconds))
		require.Equal(t, "2026-01-05T15:30:00Z", r.text("expiration"), r.Body)
	}
	for _, seconds := range []string{"0", "-5", "1814401", "1e300", "99999999999999999999"} {
		s.matches(s.send(http.MethodPost, "/link/token/create", body(seconds)), invalidField(
			"hosted_link.url_lifetime_seconds must be positive and no longer than 21 days"))
	}
	for _, seconds := range []string{`"60"`, "1.5", "true"} {
		s.matches(s.send(http.MethodPost, "/link/token/create", body(seconds)), invalidField(
			"hosted_link.url_lifetime_seconds must be an integer"))
	}
}

func TestLinkTokenCreateRefused(t *testing.T) {
	t.Parallel()
	s := serve(t)
	removed := s.accessToken()
	s.good("/item/remove", object{"access_token": removed})
	products := invalidField("products must be a list of strings containing at least one product")
	for name, test := range map[string]struct {
		more object
		want wrong
	}{
		"no name": {object{"client_name": absent{}}, missingFields("client_name")},
		"nothing": {
			object{"client_name": absent{}, "language": absent{}, "country_codes": absent{}},
			missingFields("client_name, language, country_codes"),
		},
		"no client_user_id": {object{"user": object{}}, missingFields("user.client_user_id")},
		"null name":         {object{"client_name": nil}, invalidField("client_name must be a non-empty string")},
		"empty name":        {object{"client_name": ""}, invalidField("client_name must be a non-empty string")},
		"bad webhook":       {object{"webhook": "invalid-hook"}, invalidField("webhook must be a non-empty string URL")},
		"unknown field":     {object{"user": object{"client_user_id": "u", "phone": "1"}}, unknownFields("user.phone")},
		"no products":       {object{"products": absent{}}, products},
		"null products":     {object{"products": nil}, products},
		"empty products":    {object{"products": []string{}}, products},
		"removed Item":      {object{"access_token": removed}, itemNotFound},
		"token before hours": {
			object{"access_token": "no", "hosted_link": object{"url_lifetime_seconds": 0}}, malformedToken,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s.at(t).refused("/link/token/create", linkRequest(test.more), test.want)
		})
	}
}

// A link token tells what it was made with; what was not given is null or absent as
// Plaid's schema has it.
func TestLinkTokenGet(t *testing.T) {
	t.Parallel()
	s := serve(t)
	get := func(more object) any {
		return s.good("/link/token/get", object{"link_token": s.linkToken(more).text("link_token")}).Fields["metadata"]
	}
	plain := object{
		"client_name": "Tweed", "country_codes": []any{"US"}, "initial_products": []any{"auth"}, "language": "en",
		"redirect_uri": nil, "webhook": nil,
	}
	require.Equal(t, plain, get(nil))
	require.Equal(t, plain, get(object{
		"webhook": nil, "redirect_uri": nil, "account_filters": nil, "institution_data": nil, "access_token": nil,
	}))
	filters := object{"depository": object{"account_subtypes": []any{"checking", "savings"}}}
	full := object{
		"webhook": "https://example.com/hook", "redirect_uri": "https://example.com/back", "account_filters": filters,
		"institution_data": object{"routing_number": "021000021"},
	}
	require.Equal(t, with(plain, full), get(full))
	require.Equal(t, with(plain, object{"initial_products": []any{}}), get(object{
		"access_token": s.accessToken(), "products": absent{},
	}))
}

func TestLinkTokenGetRefused(t *testing.T) {
	t.Parallel()
	s := serve(t)
	unknown := invalidField("link_token must be a valid link token")
	text := invalidField("link_token must be a non-empty string")
	others := s.as("another", "secret").linkToken(nil).text("link_token")
	for _, test := range []struct {
		token any
		want  wrong
	}{
		{absent{}, missingFields("link_token")},
		{nil, text},
		{"", text},
		{5, text},
		{"bad token", unknown},
		{"link-sandbox-11111111-2222-4333-8444-555555555555", unknown},
		{others, unknown},
		{s.publicToken(), unknown},
		{strings.Repeat("x", 10_000), unknown},
	} {
		s.refused("/link/token/get", object{"link_token": test.token}, test.want)
	}
	own := s.linkToken(nil).text("link_token")
	s.advance(5 * time.Hour)
	require.Equal(t, "2026-01-05T18:30:00Z", s.good("/link/token/get", object{"link_token": own}).text("expiration"),
		"one that has expired can still be read")
}
