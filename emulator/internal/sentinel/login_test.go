package sentinel

import (
	"crypto/hmac"
	"crypto/sha512"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tweed/emulator/internal/world"
)

func mac(text, secret string) string {
	h := hmac.New(sha512.New, []byte(secret))
	h.Write([]byte(text))
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil))
}

// compact joins header and payload in one encoding and signs what is sent.
func compact(encode func([]byte) string, header, payload, secret string) string {
	text := encode([]byte(header)) + "." + encode([]byte(payload))
	return text + "." + mac(text, secret)
}

func payload(username, entity, datetime string) string {
	return fmt.Sprintf(`{"username":%q,"entity":%q,"datetime":%q}`, username, entity, datetime)
}

// alpaca signs as Alpaca's gobroker does, and klane67/apex_clearing but for the zone of datetime.
func alpaca(username, entity, secret string) string {
	return compact(base64.RawURLEncoding.EncodeToString, `{"alg":"HS512"}`,
		payload(username, entity, "2026-01-05T09:30:00-05:00"), secret)
}

func TestLoginVariants(t *testing.T) {
	t.Parallel()
	const secret = "c2hhcmVkLXNlY3JldA-_~" //nolint:gosec // a made-up one
	const entity = "correspondent.APX1"
	wide := `{"username":"apex_api","entity":"correspondent.APX1","datetime":"2026-01-05T14:30:00","x":">>>>????"}`
	utc := payload("apex_api", entity, "2016-11-14T12:00:00.123456")
	standard := func(b []byte) string { return strings.TrimRight(base64.StdEncoding.EncodeToString(b), "=") }
	url64 := base64.RawURLEncoding.EncodeToString
	crossed := standard([]byte(`{"cty":"JWS","alg":"HS512"}`)) + "." + standard([]byte(wide)) + "." +
		mac(url64([]byte(`{"cty":"JWS","alg":"HS512"}`))+"."+url64([]byte(wide)), secret)
	cases := []struct{ name, jws string }{
		{"gobroker", alpaca("apex_api", entity, secret)},
		{"apex_clearing", compact(url64, `{"alg":"HS512"}`, utc, secret)},
		{"lower-case entity", alpaca("apex_api", "correspondent.apx1", secret)},
		{"ApexClearingSDK", compact(url64, `{"alg":"HS512","typ":"JWT"}`, utc, secret)},
		{"Apex's sample", compact(standard, `{"cty":"JWS","alg":"HS512"}`, wide, secret)},
		{"Apex's sample, signed in base64url", crossed},
		{"padded", compact(base64.URLEncoding.EncodeToString, `{"alg":"HS512"}`, utc, secret)},
	}
	require.Contains(t, cases[4].jws, "+")
	require.Contains(t, cases[4].jws, "/")
	pinned := Settings{Credentials: []Credentials{
		{Username: "other", Entity: entity, SharedSecret: secret},
		{Username: "apex_api", Entity: entity, SharedSecret: secret},
	}}
	for _, test := range cases {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, option{settings: pinned})
			r := s.post("/legit/api/v1/cc/token", map[string]any{"jws": test.jws})
			require.Equal(t, http.StatusOK, r.Status, "by POST")
			r = s.get("/legit/api/v1/cc/token?jws=" + test.jws) // not escaped: "+" arrives as a space
			require.Equal(t, http.StatusOK, r.Status, "by GET")
			r = s.get("/legit/api/v1/cc/token?jws=" + url.QueryEscape(test.jws))
			require.Equal(t, http.StatusOK, r.Status, "by GET, escaped")
			require.Equal(t, "application/octet-stream", r.Header.Get("Content-Type"))
			require.Len(t, strings.Split(r.Body, "."), 3)
		})
	}
}

func TestLoginRefused(t *testing.T) {
	t.Parallel()
	const entity = "correspondent.APX1"
	url64 := base64.RawURLEncoding.EncodeToString
	good := alpaca("apex_api", entity, "secret")
	cases := []struct{ name, jws string }{
		{"other secret", alpaca("apex_api", entity, "Secret")},
		{"decoded secret", alpaca("apex_api", entity, "c2VjcmV0")},
		{"other user", alpaca("apex", entity, "secret")},
		{"other entity", alpaca("apex_api", "correspondent.APX2", "secret")},
		{"other algorithm", compact(url64, `{"alg":"HS256"}`, payload("apex_api", entity, "x"), "secret")},
		{"no algorithm", compact(url64, `{"alg":"none"}`, payload("apex_api", entity, "x"), "secret")},
		{"member in capitals", compact(url64, `{"ALG":"HS512"}`, payload("apex_api", entity, "x"), "secret")},
		{"no datetime", compact(url64, `{"alg":"HS512"}`, payload("apex_api", entity, ""), "secret")},
		{"changed payload", strings.Replace(good, ".", ".e30", 1)},
		{"no signature", good[:strings.LastIndex(good, ".")+1]},
		{"two segments", good[:strings.LastIndex(good, ".")]},
		{"four segments", good + ".x"},
		{"text", "hello"},
	}
	pinned := Settings{Credentials: []Credentials{{Username: "apex_api", Entity: entity, SharedSecret: "secret"}}}
	for _, test := range cases {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, option{settings: pinned})
			r := s.post("/legit/api/v1/cc/token", map[string]any{"jws": test.jws})
			require.Equal(t, http.StatusUnauthorized, r.Status)
			require.Empty(t, r.Body)
			r = s.get("/legit/api/v1/cc/token?jws=" + url.QueryEscape(test.jws))
			require.Equal(t, http.StatusUnauthorized, r.Status)
			require.Empty(t, r.Body)
		})
	}
}

func TestLoginUnpinned(t *testing.T) {
	t.Parallel()
	s := serve(t, option{})
	for _, secret := range []string{"a", "b"} {
		r := s.post("/legit/api/v1/cc/token", map[string]any{"jws": alpaca("anybody", "correspondent.x", secret)})
		require.Equal(t, http.StatusOK, r.Status, r.Body)
	}
	r := s.post("/legit/api/v1/cc/token", map[string]any{"jws": "a.b.c"})
	require.Equal(t, http.StatusUnauthorized, r.Status)
	for _, body := range []string{"", "{}", "[]", "no JSON", `{"jws":7}`, `{"jws":null}`, `{"jws":""}`} {
		r := s.send(http.MethodPost, "/legit/api/v1/cc/token", body)
		require.Equal(t, http.StatusBadRequest, r.Status, body)
		require.JSONEq(t, `{"error":"BadRequest","message":"jws not provided"}`, r.Body)
	}
	require.Equal(t, http.StatusNotFound, s.get("/legit/api/v1/ad/nothing").Status)
	require.Equal(t, http.StatusMethodNotAllowed, s.send(http.MethodPut, "/legit/api/v1/cc/token", "").Status)
}

func TestLoginPinnedInPart(t *testing.T) {
	t.Parallel()
	l, err := parseLogin(alpaca("apex_api", "correspondent.APX1", "secret"))
	require.NoError(t, err)
	for _, test := range []struct {
		pinned Credentials
		want   error
	}{
		{Credentials{}, nil},
		{Credentials{Username: "apex_api"}, nil},
		{Credentials{SharedSecret: "secret"}, nil},
		{Credentials{Entity: "CORRESPONDENT.apx1"}, nil},
		{Credentials{SharedSecret: "other"}, errLoginSecret},
		{Credentials{Username: "other", SharedSecret: "secret"}, errLoginUser},
		{Credentials{Entity: "correspondent.APX2", SharedSecret: "secret"}, errLoginUser},
	} {
		require.ErrorIs(t, l.allowed("apex_api", []Credentials{test.pinned}), test.want)
	}
}

func TestSession(t *testing.T) {
	t.Parallel()
	s := serve(t, option{})
	s.logIn("apex_api")
	r := s.get("/legit/api/v2/verify")
	require.Equal(t, http.StatusOK, r.Status)
	var jti string
	s.in("default", func(w *world.World) {
		for key := range sessions.All(w) {
			jti = key
		}
	})
	require.JSONEq(t, fmt.Sprintf(`{"user_entity":"correspondent.APX1","user_ip":"127.0.0.1","sub":"apex_api",
		"aud":["apexclearing.com"],"nbf":%d,"iss":"apexclearing.com","user_class":"CLIENT_CREDENTIALS_USER",
		"exp":%d,"iat":%d,"jti":%q}`, monday.Unix()-300, monday.Unix()+90000, monday.Unix(), jti), r.Body)
	header, err := base64.RawURLEncoding.DecodeString(strings.Split(s.token, ".")[0])
	require.NoError(t, err)
	require.JSONEq(t, `{"alg":"ES512","cty":"text/plain"}`, string(header))

	raw := s.token
	for _, form := range []string{raw, "Bearer " + raw, "bearer " + raw, "Authorization: " + raw} {
		s.token = form
		require.Equal(t, http.StatusOK, s.get("/legit/api/v1/verify").Status, form)
		require.Equal(t, http.StatusOK, s.get(relationshipsPath).Status, form)
	}
	for _, form := range []string{"", "Bearer", raw + "x", raw[:len(raw)-1], "Basic " + raw, "a.b.c", "a.e30.c"} {
		s.token = form
		r := s.get(relationshipsPath)
		require.Equal(t, http.StatusUnauthorized, r.Status, form)
		require.JSONEq(t, `{"error":"not authorized","message":null}`, r.Body)
		require.Equal(t, http.StatusUnauthorized, s.get("/legit/api/v1/verify").Status, form)
	}

	s.token = raw
	s.advance(25*time.Hour - time.Second)
	require.Equal(t, http.StatusOK, s.get(relationshipsPath).Status, "a second before the end")
	s.advance(time.Second)
	require.Equal(t, http.StatusUnauthorized, s.get(relationshipsPath).Status, "at the end")
}

func TestLogout(t *testing.T) {
	t.Parallel()
	s := serve(t, option{})
	r := s.get("/legit/api/v1/logout")
	require.Equal(t, http.StatusBadRequest, r.Status)
	require.JSONEq(t, `{"error":"BadRequest","message":"jwt not provided"}`, r.Body)
	s.logIn("apex_api")
	first := s.token
	s.logIn("apex_api")
	require.NotEqual(t, first, s.token)
	r = s.get("/legit/api/v1/logout")
	require.Equal(t, http.StatusOK, r.Status)
	require.Empty(t, r.Body)
	require.Equal(t, http.StatusUnauthorized, s.get(relationshipsPath).Status)
	require.Equal(t, http.StatusUnauthorized, s.get("/legit/api/v1/logout").Status)
	s.token = first
	require.Equal(t, http.StatusOK, s.get(relationshipsPath).Status, "the other token lives on")
}

func TestWorldOfUser(t *testing.T) {
	t.Parallel()
	s := serve(t, option{})
	s.logIn("apex_api@TestDeposit/R01")
	require.Contains(t, s.get("/legit/api/v1/verify").text("sub"), "apex_api@TestDeposit/R01")
	id := s.approvedRelationship()
	require.Equal(t, http.StatusOK, s.get(relationshipsPath+"/"+id).Status)
	s.in("TestDeposit/R01", func(w *world.World) { require.Equal(t, 1, relationships.Len(w)) })
	s.in("default", func(w *world.World) { require.Zero(t, relationships.Len(w)) })
	s.logIn("apex_api")
	require.Equal(t, http.StatusNotFound, s.get(relationshipsPath+"/"+id).Status)
}

func FuzzParseLogin(f *testing.F) {
	good := alpaca("apex_api", "correspondent.APX1", "secret")
	f.Add(good)
	f.Add(strings.ReplaceAll(good, "-", "+"))
	f.Add("..")
	f.Add("e30.e30.")
	f.Add("bnVsbA.W10.AA==")
	f.Add(" a b . c\n.=")
	f.Fuzz(func(t *testing.T, text string) {
		l, err := parseLogin(text)
		if err != nil {
			require.Empty(t, l)
			return
		}
		require.NotEmpty(t, l.Username)
		require.NotEmpty(t, l.Entity)
		require.Len(t, l.signature, sha512.Size)
		require.False(t, l.signedWith("another secret"))
		if text == good {
			require.True(t, l.signedWith("secret"))
		}
	})
}
