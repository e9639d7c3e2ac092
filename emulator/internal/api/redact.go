package api

import (
	"bytes"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"strings"
)

// Hidden is written where a secret was. An empty one is none.
const Hidden = "[redacted]"

// secretFields match JSON members and form fields whose values are secrets of the
// client, and the signature of a login's JWS, from which a weak shared secret could be
// guessed. Tokens that Tweed made are fakes and stay readable.
var (
	secretJSON = regexp.MustCompile(`("(?:secret|sharedSecret|shared_secret)"\s*:\s*)"(?:[^"\\]|\\.)+"?`)
	secretForm = regexp.MustCompile(`((?:^|&)(?:secret|sharedSecret|shared_secret)=)[^&]+`)
	signedJSON = regexp.MustCompile(`("jws"\s*:\s*"[^".]*\.[^".]*\.)(?:[^"\\]|\\.)+`)
	signedForm = regexp.MustCompile(`((?:^|&)jws=[^&]*?(?:\.|%2[Ee])[^&]*?(?:\.|%2[Ee]))[^&]+`)
)

// Redact returns a request body with the client's secrets taken out. The passwords of
// test users stay: they say what the call was about. What comes need not be well formed.
func Redact(body []byte) []byte {
	body = secretJSON.ReplaceAll(body, []byte(`${1}"`+Hidden+`"`))
	if bytes.Contains(body, []byte("jws")) {
		body = signedJSON.ReplaceAll(body, []byte("${1}"+Hidden))
	}
	if strings.HasPrefix(strings.TrimSpace(string(body)), "{") {
		return body
	}
	return []byte(RedactQuery(string(body)))
}

// RedactQuery is Redact for the query of an address.
func RedactQuery(query string) string {
	query = secretForm.ReplaceAllString(query, "${1}"+url.QueryEscape(Hidden))
	if strings.Contains(query, "jws=") {
		query = signedForm.ReplaceAllString(query, "${1}"+url.QueryEscape(Hidden))
	}
	return query
}

// secretHeaders carry secrets of the client.
var secretHeaders = []string{"Authorization", "Cookie", "Plaid-Secret", "Proxy-Authorization"}

// RedactHeader is Redact for the headers of a request; they stay as they are.
func RedactHeader(header http.Header) http.Header {
	out := maps.Clone(header)
	for _, name := range secretHeaders {
		if strings.Join(out[name], "") != "" {
			out[name] = []string{Hidden}
		}
	}
	return out
}
