package plaid

import (
	"encoding/json"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/world"
)

// legacyError is the body of an error of the old API, and its status.
type legacyError struct {
	status  int
	code    string
	message string
}

func (s *tester) legacy(r reply, want legacyError) {
	s.t.Helper()
	code, _ := r.Fields["code"].(json.Number)
	require.Equal(s.t, want, legacyError{r.Status, code.String(), r.text("message")}, r.Body)
	require.Len(s.t, r.Fields, 3)
	require.NotEmpty(s.t, r.text("resolve"))
}

// The errors of github plaid/support legacy-errors.md (2019) that an exchange can meet.
var (
	legacyContentType  = legacyError{400, "1009", "invalid content-type"}
	legacyNoClient     = legacyError{401, "1100", "client_id missing"}
	legacyNoSecret     = legacyError{401, "1101", "secret missing"}
	legacyKeys         = legacyError{401, "1102", "secret or client_id invalid"}
	legacyBadToken     = legacyError{401, "1106", "bad public_token"}
	legacyNoToken      = legacyError{401, "1107", "missing public_token"}
	legacyNoAccount    = legacyError{404, "1606", "account not found"}
	legacyNoItem       = legacyError{404, "1610", "item not found"}
	legacyNoDepository = legacyError{400, "2001", "non-depository account ID specified"}
)

const formType = "application/x-www-form-urlencoded"

// form sends fields as plaid-ruby 2.1 does.
func (s *tester) form(fields map[string]string) reply {
	s.t.Helper()
	values := url.Values{}
	for name, value := range fields {
		values.Set(name, value)
	}
	return s.send(http.MethodPost, "/exchange_token", values.Encode(), "Content-Type", formType)
}

// publicWithAccount returns a public token and the id of its Item's account with a mask.
func (s *tester) publicWithAccount(mask string) (public, account string) {
	s.t.Helper()
	public = s.publicToken()
	s.in(func(w *world.World) {
		row, _ := publicTokens.Get(w, public)
		item, _ := items.Get(w, row.Item)
		for _, a := range item.accounts(w) {
			if a.Mask == mask {
				account = a.ID
			}
		}
	})
	return public, account
}

// The account_id of /exchange_token in all its forms, as JSON and as a form.
func TestExchangeToken(t *testing.T) {
	t.Parallel()
	s := serve(t)
	_, foreign := s.publicWithAccount("0000")
	tests := []struct {
		name    string
		mask    string // of the account whose id is sent; "" sends id
		id      any
		both    bool // both tokens come back
		want    legacyError
		asForms bool // the same can be said in a form
	}{
		{"absent", "", absent{}, false, legacyError{}, true},
		{"null", "", nil, false, legacyError{}, false},
		{"empty", "", "", false, legacyError{}, true},
		{"checking", "0000", nil, true, legacyError{}, true},
		{"saving", "1111", nil, true, legacyError{}, true},
		{"malformed", "", "ABCDEFG1234567", false, legacyNoAccount, true},
		{"of another Item", "", foreign, false, legacyNoAccount, true},
		{"a number", "", 5, false, legacyNoAccount, false},
		{"a list", "", []string{foreign}, false, legacyNoAccount, false},
		{"a loan", "7777", nil, false, legacyNoDepository, true},
		{"a credit card", "3333", nil, false, legacyNoDepository, true},
	}
	for _, test := range tests {
		send := map[string]func(s *tester, public string, id any) reply{
			"JSON": func(s *tester, public string, id any) reply {
				return s.post("/exchange_token", object{"public_token": public, "account_id": id})
			},
		}
		if test.asForms {
			send["form"] = func(s *tester, public string, id any) reply {
				fields := map[string]string{"client_id": "client", "secret": "secret", "public_token": public}
				if text, ok := id.(string); ok {
					fields["account_id"] = text
				}
				return s.form(fields)
			}
		}
		for how, call := range send {
			t.Run(test.name+" "+how, func(t *testing.T) {
				t.Parallel()
				s := s.at(t)
				mask, id := test.mask, test.id
				if mask == "" {
					mask = "0000"
				}
				public, account := s.publicWithAccount(mask)
				if test.mask != "" {
					id = account
				}
				r := call(s, public, id)
				if test.want != (legacyError{}) {
					s.legacy(r, test.want)
					s.exchange(public) // a refused call leaves the token usable
					return
				}
				require.Equal(t, http.StatusOK, r.Status, r.Body)
				s.good("/item/get", object{"access_token": r.text("access_token")})
				if !test.both {
					require.Len(t, r.Fields, 1, "without an account there is only the access token")
				} else {
					require.Len(t, r.Fields, 3)
					require.Equal(t, account, r.text("account_id"))
					partner := s.good("/processor/auth/get", object{"processor_token": r.text("processor_token")})
					require.Equal(t, test.mask, partner.text("account", "mask"))
				}
				s.legacy(call(s, public, id), legacyBadToken) // it is used up
			})
		}
	}
}

func TestExchangeTokenRefused(t *testing.T) {
	t.Parallel()
	s := serve(t, Settings{Credentials: []Credentials{
		{ClientID: "client", Secret: "secret"}, {ClientID: "second", Secret: "2"},
	}})
	removed := s.publicToken()
	s.in(func(w *world.World) {
		row, _ := publicTokens.Get(w, removed)
		item, _ := items.Get(w, row.Item)
		item.Removed = true
		items.Put(w, item.ID, item)
	})
	const path = "/exchange_token"
	unknown := "public-sandbox-11111111-2222-4333-8444-555555555555"
	for _, test := range []struct {
		body object
		want legacyError
	}{
		{object{"client_id": absent{}, "secret": absent{}}, legacyNoClient},
		{object{"client_id": nil}, legacyNoClient},
		{object{"client_id": ""}, legacyNoClient},
		{object{"secret": absent{}, "public_token": unknown}, legacyNoSecret},
		{object{"secret": "wrong"}, legacyKeys},
		{object{"client_id": "unknown"}, legacyKeys},
		{object{}, legacyNoToken},
		{object{"public_token": nil}, legacyNoToken},
		{object{"public_token": ""}, legacyNoToken},
		{object{"public_token": 5}, legacyNoToken},
		{object{"public_token": "ABCDEFG1234567", "account_id": 5}, legacyBadToken},
		{object{"public_token": "test,chase,connected"}, legacyBadToken},
		{object{"public_token": unknown, "account_id": "x"}, legacyBadToken},
		{object{"public_token": s.as("second", "2").publicToken(), "account_id": "x"}, legacyBadToken},
		{object{"public_token": removed, "account_id": "x"}, legacyNoItem},
	} {
		s.legacy(s.post(path, test.body), test.want)
	}
	for _, body := range []string{`{"client_id":`, `client_id=c`} {
		s.legacy(s.send(http.MethodPost, path, body, "Content-Type", "application/json"), legacyContentType)
	}
	s.legacy(s.send(http.MethodPost, path, `client_id=%zz`, "Content-Type", formType), legacyContentType)
	s.legacy(s.send(http.MethodPost, path, ``), legacyNoClient)

	public := s.publicToken()
	s.advance(publicTokenLife - time.Nanosecond)
	s.advance(time.Nanosecond)
	s.legacy(s.post(path, object{"public_token": public}), legacyBadToken)
}

// The old clients' further fields are taken, headers with keys too.
func TestExchangeTokenClients(t *testing.T) {
	t.Parallel()
	s := serve(t)
	r := s.form(map[string]string{ // plaid-ruby 2.1
		"client_id": "client", "secret": "secret", "public_token": s.publicToken(), "product": "auth",
	})
	require.Equal(t, http.StatusOK, r.Status, r.Body)
	r = s.send(http.MethodPost, "/exchange_token", `{"public_token":"`+s.publicToken()+`"}`,
		"Plaid-Client-Id", "client", "Plaid-Secret", "secret")
	require.Equal(t, http.StatusOK, r.Status, r.Body)
	require.Empty(t, r.Header["Plaid-Version"])
	r = s.send(http.MethodGet, "/exchange_token", "")
	require.Equal(t, http.StatusNotFound, r.Status)
}

// A row of the newer API that a scenario forces keeps its name.
func TestLegacyForcedRows(t *testing.T) {
	t.Parallel()
	s := serve(t)
	r := s.post("/exchange_token", object{"public_token": s.publicToken()}, "Tweed-Error", "2002")
	s.legacy(r, legacyError{400, "2002", "unable to generate bank account token"})
	r = s.post("/exchange_token", object{"public_token": s.publicToken()}, "Tweed-Error", "INSTITUTION_DOWN")
	require.Equal(t, http.StatusBadRequest, r.Status)
	require.Equal(t, "INSTITUTION_ERROR/INSTITUTION_DOWN", r.text("resolve"))
}

func FuzzLegacyDecode(f *testing.F) {
	f.Add("application/json", `{"public_token":"x","account_id":null}`)
	f.Add(formType, `client_id=c&secret=s&public_token=p&account_id=`)
	f.Add("", `a=%zz`)
	f.Add("", ` {"a":`)
	f.Fuzz(func(t *testing.T, media, body string) {
		req := &api.Request{Header: http.Header{"Content-Type": {media}}, Body: []byte(body)}
		got, err := legacyDecode(req)
		if err != nil {
			require.Equal(t, errLegacyContentType, asRow(err).Row)
			return
		}
		require.True(t, json.Valid(got.Raw), "%q", got.Raw)
		require.NotNil(t, got.Fields)
	})
}
