package api

import (
	"encoding/json"
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRedact(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		``:                                  ``,
		`{"secret":"x"}`:                    `{"secret":"[redacted]"}`,
		`{ "secret" : "a\"b\\" , "y":1}`:    `{ "secret" : "[redacted]" , "y":1}`,
		`{"sharedSecret":"x","z":"secret"}`: `{"sharedSecret":"[redacted]","z":"secret"}`,
		`{"a":{"shared_secret":"x"}}`:       `{"a":{"shared_secret":"[redacted]"}}`,
		`{"secret":"","jws":"he.pay."}`:     `{"secret":"","jws":"he.pay."}`,
		`secret=&jws=a.b.&x=y`:              `secret=&jws=a.b.&x=y`,
		`{"secret":null,"secret2":"y"}`:     `{"secret":null,"secret2":"y"}`,
		`{"secret":"cut o`:                  `{"secret":"[redacted]"`,
		`[{"secret":"x"}]`:                  `[{"secret":"[redacted]"}]`,
		"\ufeff{\"secret\":\"x\"}":          "\ufeff{\"secret\":\"[redacted]\"}",
		`client_id=c&secret=x%20y&a=b`:      `client_id=c&secret=%5Bredacted%5D&a=b`,
		`secret=x`:                          `secret=%5Bredacted%5D`,
		`my_secret=x`:                       `my_secret=x`,
		`{"override_password":"pass_good"}`: `{"override_password":"pass_good"}`,
		`{"jws":"he.pay.sig"}`:              `{"jws":"he.pay.[redacted]"}`,
		`{ "jws" : "he.pay.s\/g","x":"."}`:  `{ "jws" : "he.pay.[redacted]","x":"."}`,
		`{"jws":"he.pay"}`:                  `{"jws":"he.pay"}`,
		`{"jws":"he.pay.cut`:                `{"jws":"he.pay.[redacted]`,
		`jws=he.pay.sig&a=b`:                `jws=he.pay.%5Bredacted%5D&a=b`,
		`a=b&jws=he%2Epay%2esig`:            `a=b&jws=he%2Epay%2e%5Bredacted%5D`,
		`jws=h%3De.p%3D.s`:                  `jws=h%3De.p%3D.%5Bredacted%5D`,
		`sharedSecret=x&a=b.c.d`:            `sharedSecret=%5Bredacted%5D&a=b.c.d`,
		`{"access_token":"access-sandbox"}`: `{"access_token":"access-sandbox"}`,
	} {
		require.Equal(t, want, string(Redact([]byte(body))))
	}
	require.Equal(t, "a=1&secret=%5Bredacted%5D", RedactQuery("a=1&secret=x"))
	require.Empty(t, RedactQuery(""))

	sent := http.Header{"Authorization": {"eyJ"}, "Plaid-Secret": {"s"}, "Plaid-Client-Id": {"c"}}
	require.Equal(t, http.Header{"Authorization": {Hidden}, "Plaid-Secret": {Hidden}, "Plaid-Client-Id": {"c"}}, RedactHeader(sent))
	require.Equal(t, "s", sent.Get("PLAID-SECRET"), "the headers themselves stay")
	require.Nil(t, RedactHeader(nil))
	empty := http.Header{"Plaid-Secret": {""}, "Cookie": {"", "c"}}
	require.Equal(t, http.Header{"Plaid-Secret": {""}, "Cookie": {Hidden}}, RedactHeader(empty))
}

// TestFillIn: what was redacted gets a secret and a signature, and nothing else changes.
func TestFillIn(t *testing.T) {
	t.Parallel()
	sign := func(signed string) string { return "<" + signed + ">" }
	for body, want := range map[string]string{
		``:                               ``,
		`{"secret":"x","a":"y"}`:         `{"secret":"S$1","a":"y"}`,
		`{ "sharedSecret" : "x" }`:       `{ "sharedSecret" : "S$1" }`,
		`{"secret":"","b":"[redacted]"}`: `{"secret":"","b":"[redacted]"}`,
		`{"jws":"h\/e.pay.sig"}`:         `{"jws":"h\/e.pay.<h/e.pay>"}`,
		`secret=x&jws=h%3De.p+y.s&c=d`:   `secret=S%241&jws=h%3De.p+y.<h=e.p+y>&c=d`,
		`a=b&jws=he%2Epay%2esig`:         `a=b&jws=he%2Epay%2e<he.pay>`,
	} {
		require.Equal(t, want, string(FillIn(Redact([]byte(body)), "S$1", sign)))
	}
	require.Equal(t, "secret=a+b", FillInQuery(RedactQuery("secret=x"), "a b", sign))
}

// No secret gets through, whatever its letters.
func FuzzRedact(f *testing.F) {
	for _, secret := range []string{"s", `a"b`, `\`, `\"`, "\n", "é", "&secret=", `","secret":"`} {
		f.Add(secret)
	}
	f.Fuzz(func(t *testing.T, secret string) {
		secret = "<<" + secret + ">>"
		var kept map[string]any
		body, err := json.Marshal(map[string]any{"client_id": "c", "secret": secret, "x": "y"})
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(Redact(body), &kept), "what was JSON stays JSON")
		require.Equal(t, map[string]any{"client_id": "c", "secret": Hidden, "x": "y"}, kept)

		form := url.Values{"client_id": {"c"}, "secret": {secret}, "x": {"y"}}.Encode()
		values, err := url.ParseQuery(string(Redact([]byte(form))))
		require.NoError(t, err)
		require.Equal(t, url.Values{"client_id": {"c"}, "secret": {Hidden}, "x": {"y"}}, values)
		require.NotContains(t, RedactQuery(form), url.QueryEscape(secret))
	})
}
