package plaid

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/catalogue"
	"tweed/emulator/internal/contract"
	"tweed/emulator/internal/world"
)

func missingFields(fields string) wrong {
	return wrong{
		key: "INVALID_REQUEST/MISSING_FIELDS", message: "the following required fields are missing: " + fields,
	}
}

func unknownFields(fields string) wrong {
	return wrong{
		key: "INVALID_REQUEST/UNKNOWN_FIELDS", message: "the following fields are not recognized by this endpoint: " + fields,
	}
}

// The credentials are looked at before everything else.
func TestCredentials(t *testing.T) {
	t.Parallel()
	headers := func(id, secret string) []string {
		return []string{"PLAID-CLIENT-ID", id, "PLAID-SECRET", secret}
	}
	badClient := invalidField("client_id must be a properly formatted, non-empty string")
	badSecret := invalidField("secret must be a properly formatted, non-empty string")
	tests := []struct {
		name   string
		body   object
		header []string
		want   wrong
	}{
		{"in the body", object{"client_id": "c", "secret": "s"}, nil, wrong{}},
		{"in the headers", nil, headers("c", "s"), wrong{}},
		{"the body wins", object{"client_id": "c", "secret": "s"}, headers("", ""), wrong{}},
		{"one each", object{"client_id": "c"}, headers("", "s"), wrong{}},
		{"null in the body, header", object{"client_id": nil, "secret": nil}, headers("c", "s"), wrong{}},
		{"none", nil, nil, missingFields("client_id, secret")},
		{"no client_id", object{"secret": "s"}, nil, missingFields("client_id")},
		{"no secret", object{"client_id": "c"}, nil, missingFields("secret")},
		{"empty headers", nil, headers("", ""), missingFields("client_id, secret")},
		{"null client_id", object{"client_id": nil, "secret": "s"}, nil, badClient},
		{"empty client_id", object{"client_id": "", "secret": "s"}, nil, badClient},
		{"number as client_id", object{"client_id": 5, "secret": "s"}, nil, badClient},
		{"only a world", object{"client_id": "@here", "secret": "s"}, nil, badClient},
		{"null secret", object{"client_id": "c", "secret": nil}, nil, badSecret},
		{"empty secret", object{"client_id": "c", "secret": ""}, nil, badSecret},
	}
	s := serve(t)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := s.at(t)
			s.keys = object{}
			body := object{"key_id": webhookKeyID}
			for name, value := range test.body {
				body[name] = value
			}
			r := s.post("/webhook_verification_key/get", body, test.header...)
			if test.want == (wrong{}) {
				require.Equal(t, http.StatusOK, r.Status, r.Body)
				return
			}
			s.matches(r, test.want)
		})
	}
}

func TestCredentialsStrict(t *testing.T) {
	t.Parallel()
	s := serve(t, Settings{Strict: true})
	id, secret := strings.Repeat("0123456789ab", 2), strings.Repeat("0123456789abcde", 2)
	for name, test := range map[string]struct {
		id, secret, want string
	}{
		"good":            {id, secret, ""},
		"good in a world": {id + "@world-1", secret, ""},
		"short id":        {id[1:], secret, "client_id"},
		"upper case id":   {strings.ToUpper(id), secret, "client_id"},
		"placeholder":     {"[Plaid client ID]", secret, "client_id"},
		"short secret":    {id, secret[1:], "secret"},
		"both":            {"x", "y", "client_id"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := s.at(t).as(test.id, test.secret)
			if test.want == "" {
				s.publicToken()
				return
			}
			s.refused("/item/get", object{"access_token": "x"}, wrong{
				key: "INVALID_REQUEST/INVALID_FIELD", message: test.want + " must be a properly formatted, non-empty string",
			})
		})
	}
}

func TestCredentialsPinned(t *testing.T) {
	t.Parallel()
	s := serve(t, Settings{Credentials: []Credentials{
		{ClientID: "a", Secret: "1"}, {ClientID: "b", Secret: "2"}, {ClientID: "any secret"},
	}})
	for name, test := range map[string]struct {
		id, secret string
		good       bool
	}{
		"first":             {"a", "1", true},
		"second":            {"b", "2", true},
		"in another world":  {"b@elsewhere", "2", true},
		"id alone pinned":   {"any secret", "what", true},
		"other secret":      {"a", "2", false},
		"unknown":           {"c", "1", false},
		"case matters":      {"A", "1", false},
		"the world is none": {"a@", "1", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := s.at(t).as(test.id, test.secret)
			if test.good {
				s.publicToken()
				return
			}
			s.refused("/item/get", object{"access_token": "access-sandbox-no"}, wrong{
				key: "INVALID_INPUT/INVALID_API_KEYS", message: "invalid client_id or secret provided",
			})
		})
	}
}

// Of several faults the first in Plaid's order is told.
func TestOrderOfChecks(t *testing.T) {
	t.Parallel()
	s := serve(t, Settings{Credentials: []Credentials{{ClientID: "right", Secret: "right"}}})
	const path = "/processor/token/create"
	foreign := strings.Repeat("A", 37)
	tests := []struct {
		name string
		body object
		want wrong
	}{
		{
			"credentials before fields",
			object{"client_id": absent{}, "stranger": 1},
			missingFields("client_id"),
		},
		{
			"client_id before a malformed token",
			object{"client_id": nil, "access_token": "ABCDEFG1234567"},
			invalidField("client_id must be a properly formatted, non-empty string"),
		},
		{
			"missing before unknown",
			object{"stranger": 1, "access_token": 5},
			missingFields("account_id, processor"),
		},
		{
			"unknown before formats",
			object{"b": 1, "a": 1, "access_token": 5, "account_id": 5, "processor": "sbv_api"},
			unknownFields("a, b"),
		},
		{
			"account_id before access_token",
			object{"access_token": "", "account_id": "fakeAccountId", "processor": "sbv_api"},
			invalidField("account_id must be a valid account ID"),
		},
		{
			"formats before keys",
			object{"access_token": "", "account_id": foreign, "processor": "sbv_api"},
			invalidField("access_token must be a non-empty string"),
		},
		{
			"keys before the processor",
			object{"access_token": "no", "account_id": foreign, "processor": "sbv_api"},
			wrong{key: "INVALID_INPUT/INVALID_API_KEYS", message: "invalid client_id or secret provided"},
		},
		{
			"the processor before the token",
			object{"client_id": "right", "secret": "right", "access_token": "no", "account_id": foreign, "processor": "sbv_api"},
			wrong{key: "INVALID_INPUT/INVALID_PROCESSOR", message: "The provided processor is invalid."},
		},
		{
			"the token before the account",
			object{"client_id": "right", "secret": "right", "access_token": "no", "account_id": foreign, "processor": "dwolla"},
			malformedToken,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s.at(t).refused(path, test.body, test.want)
		})
	}
}

func TestBody(t *testing.T) {
	t.Parallel()
	s := serve(t)
	invalidBody := wrong{key: "INVALID_REQUEST/INVALID_BODY", message: "body could not be parsed as JSON"}
	invalidHeaders := wrong{key: "INVALID_REQUEST/INVALID_HEADERS", message: "Content-Type must be application/json"}
	for _, nothing := range []string{"", "null", "{}"} { // plaid-go sends null
		r := s.send(http.MethodPost, "/categories/get", nothing, "Content-Type", "application/json")
		require.Equal(t, http.StatusOK, r.Status, "no keys are needed: %s", r.Body)
	}
	noKeys := missingFields("client_id, secret")
	for _, test := range []struct {
		name, media, body string
		want              wrong
	}{
		{"no JSON", "application/json", `{"client_id":`, invalidBody},
		{"a list", "application/json", `[]`, invalidBody},
		{"null", "application/json", `null`, invalidBody},
		{"text behind", "application/json", `{} {}`, invalidBody},
		{"a form", "application/x-www-form-urlencoded", `client_id=c&secret=s`, invalidHeaders},
		{"no type", "", `client_id=c`, invalidHeaders},
		{"empty", "application/json", ``, noKeys},
		{"spaces", "application/json", " \n", noKeys},
		{"JSON as a form", "application/x-www-form-urlencoded", `{}`, noKeys},
		{"with a charset", "application/json; charset=utf-8", `{}`, noKeys},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := s.at(t)
			s.matches(s.send(http.MethodPost, "/item/get", test.body, "Content-Type", test.media), test.want)
		})
	}
}

func TestRoutes(t *testing.T) {
	t.Parallel()
	s := serve(t)
	notFound := wrong{key: "INVALID_REQUEST/NOT_FOUND", message: "not found", status: http.StatusNotFound}
	s.matches(s.send(http.MethodGet, "/item/get", ""), notFound)
	s.matches(s.send(http.MethodPut, "/item/get", "{}"), notFound)
	s.matches(s.send(http.MethodPost, "/item/get/", "{}"), notFound)
	s.matches(s.send(http.MethodPost, "/nothing", "{}"), notFound)
	for _, path := range contract.EmptyPaths() {
		s.matches(s.send(http.MethodPost, path, "{}"), notFound)
	}

	r := s.post("/transfer/create", object{})
	require.Equal(t, "INVALID_REQUEST/MISSING_FIELDS", r.text("error_type")+"/"+r.text("error_code"), "checks come first")
}

// FDX is REST: its operations are found by method and path.
func TestRoutesOfFDX(t *testing.T) {
	t.Parallel()
	s := serve(t)
	keys := []string{"PLAID-CLIENT-ID", "c", "PLAID-SECRET", "s"}
	for _, path := range []string{"/fdx/recipients", "/fdx/recipient/r1", "/fdx/consents/c1/revocation"} {
		r := s.raw(http.MethodGet, path, "", keys...)
		require.Equal(t, http.StatusOK, r.Status, path)
		require.Equal(t, "shaped", r.Header.Get("Tweed-Depth"))
	}
	require.Equal(t, "r1", s.raw(http.MethodGet, "/fdx/recipient/r1", "", keys...).text("recipient_id"))
	require.Equal(t, "c1", s.raw(http.MethodGet, "/fdx/consents/c1", "", keys...).text("id"))
	notFound := wrong{key: "INVALID_REQUEST/NOT_FOUND", message: "not found", status: http.StatusNotFound}
	for _, path := range []string{"/fdx/recipient/", "/fdx/recipient/r1/more", "/fdx"} {
		s.matches(s.send(http.MethodGet, path, "", keys...), notFound)
	}
	s.matches(s.send(http.MethodPost, "/fdx/recipients", "{}", keys...), notFound)
}

// Header names and values of recorded answers.
func TestHeaders(t *testing.T) {
	t.Parallel()
	s := serve(t)
	access := s.accessToken()
	good := s.good("/item/get", object{"access_token": access})
	bad := s.post("/item/get", object{"access_token": "no"})
	for _, r := range []reply{good, bad} {
		require.Equal(t, []string{"nginx"}, r.Header["Server"])
		require.Equal(t, []string{"Accept-Encoding"}, r.Header["Vary"])
		require.Equal(t, []string{"2020-09-14"}, r.Header["Plaid-Version"])
		require.Equal(t, []string{"stateful"}, r.Header["Tweed-Depth"])
		require.Equal(t, []string{"2026-01-05T14:30:00Z"}, r.Header["Tweed-Now"])
		require.NotContains(t, r.Header, "Plaid-Request-Id", "plaid-node 8 takes such an answer for a file")
		require.NotContains(t, r.Header, "Strict-Transport-Security", "not on a developer's own host")
	}
	for name, value := range map[string]string{
		"X-Frame-Options": "DENY", "X-Content-Type-Options": "nosniff", "X-Xss-Protection": "1; mode=block",
	} {
		require.Equal(t, []string{value}, good.Header[name])
		require.NotContains(t, bad.Header, name, "errors have none of the security headers")
	}
	old := s.post("/item/get", object{"access_token": access}, "Plaid-Version", "2019-05-29")
	require.Equal(t, "2019-05-29", old.Header.Get("Plaid-Version"))

	reply := write(hostCall(t, "sandbox.plaid.com"), requestIDResponse{}, nil)
	require.Contains(t, reply.Header, api.Header{
		Name: "Strict-Transport-Security", Value: "max-age=31536000; includeSubDomains; preload",
	})
}

// hostCall is a call that was sent to a host.
func hostCall(t *testing.T, host string) (call *api.Call) {
	t.Helper()
	family := Family()
	family.Write = func(c *api.Call, _ any, _ *catalogue.Error) api.Reply {
		call = c
		return api.Reply{Status: http.StatusOK}
	}
	pipeline := &api.Pipeline{
		Worlds: serve(t).worlds, BodyLimit: 1, Base: func(r *http.Request) string { return r.Host },
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+host+"/item/get", http.NoBody)
	require.NoError(t, err)
	pipeline.Serve(family, httptest.NewRecorder(), req)
	return call
}

// Which error has which documentation_url, as recorded in 2020, 2021 and 2026.
func TestDocumentationURL(t *testing.T) {
	t.Parallel()
	s := serve(t)
	removed, ill := s.accessToken(), s.accessToken()
	s.good("/item/remove", object{"access_token": removed})
	s.good("/sandbox/item/reset_login", object{"access_token": ill})
	processor := object{"access_token": ill, "account_id": someAccount, "processor": "sbv_api"}
	for _, test := range []struct {
		path string
		body object
		want any
	}{
		{"/item/get", nil, "https://plaid.com/docs/?ref=error#invalid-request-errors"},
		{"/item/get", object{"access_token": "no"}, "https://plaid.com/docs/?ref=error#invalid-input-errors"},
		{"/item/get", object{"access_token": removed}, "https://plaid.com/docs/?ref=error#item-errors"},
		{"/auth/get", object{"access_token": ill}, "https://plaid.com/docs/errors/item/#item_login_required"},
		{"/processor/token/create", processor, nil},
	} {
		r := s.post(test.path, test.body)
		require.Equal(t, http.StatusBadRequest, r.Status)
		require.Equal(t, test.want, r.at("documentation_url"), r.Body)
	}
}

// A token of another world is unknown; a header says where it belongs.
func TestTokenOfAnotherWorld(t *testing.T) {
	t.Parallel()
	s := serve(t)
	other := s.as("client@theirs", "secret")
	public := other.publicToken()
	r := s.refused("/item/public_token/exchange", object{"public_token": public}, unknownPublic)
	require.Contains(t, r.Header.Get("Tweed-Hint"), "the token belongs to world theirs")
	r = s.refused("/item/get", object{"access_token": other.exchange(public)}, unknownToken)
	require.Contains(t, r.Header.Get("Tweed-Hint"), "Add @theirs to the client_id")
	require.NotContains(t, s.post("/item/get", object{"access_token": "no"}).Header, "Tweed-Hint")
}

func TestVersionOfScenario(t *testing.T) {
	t.Parallel()
	s := serve(t, Settings{Version: "2019-05-29"})
	require.Equal(t, "2019-05-29", s.post("/item/get", nil).Header.Get("Plaid-Version"))
	require.Equal(t, "2020-09-14", s.post("/item/get", nil, "Plaid-Version", "2020-09-14").Header.Get("Plaid-Version"))
}

func TestOperations(t *testing.T) {
	t.Parallel()
	depths := map[api.Depth]int{}
	var paths []string
	for _, op := range Operations() {
		_, ok := contract.Find(op.Method, op.Path)
		require.True(t, ok, op.Path)
		require.NotNil(t, op.Run, op.Path)
		depths[op.Depth]++
		paths = append(paths, op.Path)
	}
	require.Equal(t, len(operations)+len(linkOperations)+1, depths[api.Stateful], "the old API's one and Link's, too")
	require.Zero(t, depths[api.None])
	require.Greater(t, depths[api.Shaped], 200)
	require.True(t, slices.IsSorted(paths[1+len(linkOperations):]), "the old API's one and Link's stand before Plaid's")
}

// Two worlds with one seed are apart, and each answers the same again after a reset.
func TestDeterminism(t *testing.T) {
	t.Parallel()
	walk := func(s *tester) string {
		access := s.accessToken("auth", "identity")
		var b strings.Builder
		for _, path := range []string{"/item/get", "/accounts/get", "/auth/get", "/identity/get"} {
			b.WriteString(s.good(path, object{"access_token": access}).Body)
		}
		b.WriteString(s.processorToken(access, "apex_clearing"))
		return b.String()
	}
	s := serve(t)
	first := walk(s)
	require.Equal(t, first, walk(serve(t)))
	require.NotEqual(t, first, walk(s.as("client@other", "secret")))
	s.in(func(w *world.World) { require.NoError(t, w.Reset()) })
	require.Equal(t, first, walk(s))
}
