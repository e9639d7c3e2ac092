package api

import (
	"net/url"
	"regexp"
	"strings"
)

// hidden is written where a secret was.
const hidden = "[redacted]"

// secretFields match JSON members and form fields whose values are secrets of the
// client. Tokens that Tweed made are fakes and stay readable.
var (
	secretJSON = regexp.MustCompile(`("(?:secret|sharedSecret|shared_secret)"\s*:\s*)"(?:[^"\\]|\\.)*"?`)
	secretForm = regexp.MustCompile(`((?:^|&)secret=)[^&]*`)
)

// Redact returns a request body with the client's secrets taken out. The passwords of
// test users stay: they say what the call was about. What comes need not be well formed.
func Redact(body []byte) []byte {
	body = secretJSON.ReplaceAll(body, []byte(`${1}"`+hidden+`"`))
	if strings.HasPrefix(strings.TrimSpace(string(body)), "{") {
		return body
	}
	return secretForm.ReplaceAll(body, []byte("${1}"+url.QueryEscape(hidden)))
}

// RedactQuery is Redact for the query of an address.
func RedactQuery(query string) string {
	return secretForm.ReplaceAllString(query, "${1}"+url.QueryEscape(hidden))
}
